/** One change of an account. It is refused if somebody has changed the account since it was shown. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { t } from "../../../i18n/words";
import { Field } from "../../../parts/Field";
import { tell } from "../../../parts/Toast";
import { Secret } from "../AboutTab";
import { ActDialog, why } from "../ActDialog";

export type Deed = "add" | "change" | "password" | "disable" | "enable";
export const ROLES = ["picker", "operator", "supervisor", "integrator", "admin"] as const;

interface Props {
  deed: Deed;
  account: Schema["AccountOut"] | null;
  onDone: () => void;
  onClose: () => void;
}

export function AccountDialog({ deed, account, onDone, onClose }: Props) {
  const [name, setName] = useState(account?.account ?? "");
  const [roles, setRoles] = useState<readonly string[]>(account?.roles ?? ["operator"]);
  const [sites, setSites] = useState(account?.sites.join(", ") ?? "*");
  const [password, setPassword] = useState("");
  const [again, setAgain] = useState("");
  const asks = deed === "add" || deed === "password";
  const act = async (reason: string) => {
    await ask(
      api.PUT("/v1/accounts/{account}", {
        params: { path: { account: name.trim() } },
        headers: why(reason),
        body: {
          roles: [...roles],
          sites: listed(sites),
          disabled: deed === "disable" || (account?.disabled === true && deed !== "enable"),
          seen_ms: account?.changed_ms ?? 0,
          ...(asks ? { password } : {}),
        },
      }),
    );
    tell(t(`setup.users.${deed}_done`, { account: name.trim() }));
    onDone();
  };
  return (
    <ActDialog
      title={account ? t(`setup.users.${deed}_of`, { account: name }) : t("setup.users.add")}
      follows={t(`setup.users.${deed}_follows`)}
      act={t(`setup.users.${deed}_act`)}
      danger={deed === "disable"}
      incomplete={(asks && (!password || password !== again)) || !name.trim() || roles.length === 0}
      onAct={act}
      onClose={() => {
        onDone();
        onClose();
      }}
    >
      {(wrong) => (
        <>
          {deed === "add" && (
            <Field
              label={t("setup.users.account")}
              value={name}
              onValue={setName}
              maxLength={100}
              {...worded(wrong("account"))}
            />
          )}
          {(deed === "add" || deed === "change") && (
            <>
              <Roles chosen={roles} onChoose={setRoles} wrong={wrong("roles")} />
              <Field
                label={t("setup.users.sites_hint")}
                value={sites}
                onValue={setSites}
                {...worded(wrong("sites"))}
              />
            </>
          )}
          {asks && (
            <>
              <Secret
                label={t("setup.users.password_new")}
                value={password}
                onValue={setPassword}
                wrong={wrong("password")}
              />
              <Secret
                label={t("setup.users.password_again")}
                value={again}
                onValue={setAgain}
                wrong={again && again !== password ? t("setup.users.password_differs") : undefined}
              />
            </>
          )}
        </>
      )}
    </ActDialog>
  );
}

interface RolesProps {
  chosen: readonly string[];
  onChoose: (roles: readonly string[]) => void;
  wrong: string | undefined;
}

function Roles({ chosen, onChoose, wrong }: RolesProps) {
  const flip = (role: string) =>
    chosen.includes(role) ? chosen.filter((one) => one !== role) : [...chosen, role];
  return (
    <fieldset class="setup-checks">
      <legend>{t("setup.users.roles")}</legend>
      {ROLES.map((role) => (
        <label key={role}>
          <input
            type="checkbox"
            checked={chosen.includes(role)}
            onChange={() => onChoose(flip(role))}
          />
          {t(`setup.role.${role}`)}
        </label>
      ))}
      {wrong && <p class="field-wrong">{wrong}</p>}
    </fieldset>
  );
}

/** A list as people type it. */
export function listed(text: string): string[] {
  return text
    .split(/[,，]/)
    .map((one) => one.trim())
    .filter(Boolean);
}

/** A field's error, left out if there is none. */
export function worded(wrong: string | undefined): { wrong?: string } {
  return wrong ? { wrong } : {};
}
