/** API keys of programs. A key's secret is shown once, and is gone when its dialog is. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { moment } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { Choice } from "../../../parts/Choice";
import { Dialog } from "../../../parts/Dialog";
import { Field } from "../../../parts/Field";
import { type Column, Table } from "../../../parts/Table";
import { tell } from "../../../parts/Toast";
import { ActDialog, why } from "../ActDialog";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";
import { listed, ROLES, worded } from "./AccountDialog";
import { sitesWords } from "./UsersTab";

type Key = Schema["KeyOut"];
const DAY_MS = 86_400_000;

export function KeysTab() {
  const keys = useLoaded(() => ask(api.GET("/v1/keys")), "", 15_000);
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<Key | null>(null);
  const [secret, setSecret] = useState<string | null>(null);
  if (!keys.data) return <Waiting of={keys} />;
  const revoke = async (reason: string) => {
    if (!revoking) return;
    const params = { path: { key: revoking.key } };
    await ask(api.DELETE("/v1/keys/{key}", { params, headers: why(reason) }));
    tell(t("setup.keys.revoked", { name: revoking.name }));
    keys.again();
  };
  return (
    <div class="setup-page">
      <section class="setup-card" aria-labelledby="setup-keys">
        <header class="setup-head">
          <h2 id="setup-keys">{t("setup.keys.title")}</h2>
          <Button kind="main" onClick={() => setAdding(true)}>
            {t("setup.keys.add")}
          </Button>
        </header>
        <Table
          caption={t("setup.keys.title")}
          columns={columnsOf(setRevoking)}
          rows={keys.data.keys}
          keyOf={(one) => one.key}
          empty={t("setup.keys.none")}
        />
      </section>
      {adding && (
        <KeyDialog
          onClose={() => setAdding(false)}
          onMade={(made) => {
            setSecret(made);
            keys.again();
          }}
        />
      )}
      {revoking && (
        <ActDialog
          title={t("setup.keys.revoke_of", { name: revoking.name })}
          follows={t("setup.keys.revoke_follows")}
          act={t("setup.keys.revoke")}
          danger
          onAct={revoke}
          onClose={() => setRevoking(null)}
        />
      )}
      {secret !== null && !adding && (
        <SecretDialog secret={secret} onClose={() => setSecret(null)} />
      )}
    </div>
  );
}

function columnsOf(revoke: (key: Key) => void): Column<Key>[] {
  const time = (at_ms: number | null, none: string) => (at_ms === null ? t(none) : moment(at_ms));
  return [
    { key: "name", title: t("setup.keys.name"), cell: (one) => one.name },
    { key: "key", title: t("setup.keys.key"), cell: (one) => <code>{one.key}</code> },
    { key: "role", title: t("setup.keys.role"), cell: (one) => t(`setup.role.${one.role}`) },
    { key: "sites", title: t("setup.users.sites"), cell: (one) => sitesWords(one.sites) },
    {
      key: "used",
      title: t("setup.keys.used"),
      cell: (one) => time(one.last_used_ms ?? null, "setup.keys.never"),
    },
    {
      key: "expires",
      title: t("setup.keys.expires"),
      cell: (one) => time(one.expires_ms ?? null, "setup.keys.never"),
    },
    {
      key: "acts",
      title: t("setup.acts"),
      cell: (one) =>
        one.revoked_ms ? (
          <span class="setup-chip setup-chip-off">
            {t("setup.keys.revoked_at", { time: moment(one.revoked_ms) })}
          </span>
        ) : (
          <Button
            kind="quiet"
            label={t("setup.keys.revoke_of", { name: one.name })}
            onClick={() => revoke(one)}
          >
            {t("setup.keys.revoke")}
          </Button>
        ),
    },
  ];
}

function KeyDialog(props: { onMade: (secret: string) => void; onClose: () => void }) {
  const [name, setName] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("integrator");
  const [sites, setSites] = useState("*");
  const [days, setDays] = useState("365");
  const act = async (reason: string) => {
    const expires_ms = days.trim() ? Date.now() + Number(days) * DAY_MS : null;
    const body = { name: name.trim(), role, sites: listed(sites), expires_ms };
    const made = await ask(api.POST("/v1/keys", { body, headers: why(reason) }));
    props.onMade(made.secret);
  };
  const number = days.trim() === "" || (Number.isInteger(Number(days)) && Number(days) > 0);
  return (
    <ActDialog
      title={t("setup.keys.add")}
      follows={t("setup.keys.add_follows")}
      act={t("setup.keys.add_act")}
      incomplete={!name.trim() || !number}
      onAct={act}
      onClose={props.onClose}
    >
      {(wrong) => (
        <>
          <Field
            label={t("setup.keys.name")}
            value={name}
            onValue={setName}
            maxLength={100}
            {...worded(wrong("name"))}
          />
          <Choice
            label={t("setup.keys.role")}
            value={role}
            options={ROLES.map((one) => ({ value: one, text: t(`setup.role.${one}`) }))}
            onValue={setRole}
          />
          <Field
            label={t("setup.users.sites_hint")}
            value={sites}
            onValue={setSites}
            {...worded(wrong("sites"))}
          />
          <Field
            label={t("setup.keys.days")}
            value={days}
            onValue={setDays}
            inputMode="numeric"
            {...worded(wrong("expires_ms") ?? (number ? undefined : t("setup.keys.days_wrong")))}
          />
        </>
      )}
    </ActDialog>
  );
}

function SecretDialog({ secret, onClose }: { secret: string; onClose: () => void }) {
  const [copied, setCopied] = useState(false);
  const copy = () => {
    navigator.clipboard?.writeText(secret).then(
      () => setCopied(true),
      () => undefined,
    );
  };
  return (
    <Dialog title={t("setup.keys.secret_title")} onClose={onClose}>
      <div class="setup-form">
        <p>{t("setup.keys.secret_once")}</p>
        <code class="setup-secret">{secret}</code>
        <p role="status">{copied ? t("setup.keys.copied") : ""}</p>
        <div class="setup-actions">
          <Button onClick={copy}>{t("setup.keys.copy")}</Button>
          <Button kind="main" onClick={onClose}>
            {t("setup.keys.kept")}
          </Button>
        </div>
      </div>
    </Dialog>
  );
}
