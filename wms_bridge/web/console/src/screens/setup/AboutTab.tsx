/** What this bridge is, and one's own account. Nothing in it is secret. */
import { useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { problemOf } from "../../api/problem";
import { look, may, me } from "../../api/session";
import { moment } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { tell } from "../../parts/Toast";
import { ActDialog } from "./ActDialog";
import { useLoaded } from "./loading";
import { Waiting } from "./Waiting";

export function AboutTab() {
  const about = useLoaded(() => ask(api.GET("/v1/about")));
  if (!about.data) return <Waiting of={about} />;
  const told = about.data;
  const facts: [string, string][] = [
    ["version", told.version],
    ["licence", told.licence],
    ["database", t(`setup.database.${told.database}`)],
    ["site", told.site],
    ["site_hash", told.site_hash],
    ["started", moment(told.started_ms)],
    ["clock", moment(told.now_ms)],
  ];
  return (
    <div class="setup-page">
      <section class="setup-card" aria-labelledby="setup-about">
        <h2 id="setup-about">{t("setup.about.title")}</h2>
        <dl class="setup-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{t(`setup.about.${name}`)}</dt>
              <dd class={name === "site_hash" ? "setup-digest" : ""}>{value}</dd>
            </div>
          ))}
        </dl>
        <p class="setup-note">{t("setup.about.licences")}</p>
      </section>
      <OwnAccount />
    </div>
  );
}

/** Who works here, what they may do, and their password. */
function OwnAccount() {
  const [changing, setChanging] = useState(false);
  const own = me.value;
  if (!own) return null;
  return (
    <section class="setup-card" aria-labelledby="setup-own">
      <h2 id="setup-own">{t("setup.own.title")}</h2>
      <dl class="setup-facts">
        <div>
          <dt>{t("setup.own.who")}</dt>
          <dd>{own.who}</dd>
        </div>
        <div>
          <dt>{t("setup.users.roles")}</dt>
          <dd>{own.roles.map((role) => t(`setup.role.${role}`)).join(", ")}</dd>
        </div>
        <div>
          <dt>{t("setup.own.permissions")}</dt>
          <dd>{own.permissions.map((one) => t(`setup.permission.${one}`)).join("; ")}</dd>
        </div>
      </dl>
      {own.who.startsWith("account ") && may("see_station") && (
        <div class="setup-actions">
          <Button onClick={() => setChanging(true)}>{t("setup.own.password")}</Button>
        </div>
      )}
      {changing && <PasswordDialog onClose={() => setChanging(false)} />}
    </section>
  );
}

function PasswordDialog({ onClose }: { onClose: () => void }) {
  const [before, setBefore] = useState("");
  const [wanted, setWanted] = useState("");
  const [again, setAgain] = useState("");
  const act = async () => {
    const body = { old_password: before, new_password: wanted };
    // Not by `ask`: here 401 says that the old password is wrong, not that the session is over.
    const { response, error } = await api.PUT("/v1/me/password", { body });
    if (!response.ok) throw problemOf(response.status, error);
    tell(t("setup.own.password_changed"));
    await look();
  };
  return (
    <ActDialog
      title={t("setup.own.password")}
      follows={t("setup.own.password_follows")}
      act={t("setup.own.password_act")}
      noReason
      incomplete={!before || !wanted || wanted !== again}
      onAct={act}
      onClose={onClose}
    >
      {(wrong) => (
        <>
          <Secret
            label={t("setup.own.password_old")}
            value={before}
            onValue={setBefore}
            autocomplete="current-password"
            wrong={wrong("old_password")}
          />
          <Secret
            label={t("setup.users.password_new")}
            value={wanted}
            onValue={setWanted}
            wrong={wrong("password") ?? wrong("new_password")}
          />
          <Secret
            label={t("setup.users.password_again")}
            value={again}
            onValue={setAgain}
            wrong={again && again !== wanted ? t("setup.users.password_differs") : undefined}
          />
        </>
      )}
    </ActDialog>
  );
}

interface SecretProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  autocomplete?: string;
  wrong?: string | undefined;
}

/** A password: never kept, never shown. */
export function Secret({ wrong, autocomplete = "new-password", ...rest }: SecretProps) {
  return (
    <Field
      {...rest}
      type="password"
      autocomplete={autocomplete}
      maxLength={256}
      {...(wrong ? { wrong } : {})}
    />
  );
}
