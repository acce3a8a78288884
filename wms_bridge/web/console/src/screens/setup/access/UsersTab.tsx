/** Accounts of people: made, changed, disabled; and what each role may do. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { moment } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { type Column, Table } from "../../../parts/Table";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";
import { AccountDialog, type Deed } from "./AccountDialog";
import { RoleMatrix } from "./RoleMatrix";

type Account = Schema["AccountOut"];

export function UsersTab() {
  const accounts = useLoaded(() => ask(api.GET("/v1/accounts")), "", 15_000);
  const [open, setOpen] = useState<{ deed: Deed; account: Account | null } | null>(null);
  if (!accounts.data) return <Waiting of={accounts} />;
  const columns: Column<Account>[] = [
    { key: "account", title: t("setup.users.account"), cell: (one) => one.account },
    {
      key: "roles",
      title: t("setup.users.roles"),
      cell: (one) => one.roles.map((role) => t(`setup.role.${role}`)).join(", "),
    },
    { key: "sites", title: t("setup.users.sites"), cell: (one) => sitesWords(one.sites) },
    { key: "changed", title: t("setup.users.changed"), cell: (one) => moment(one.changed_ms) },
    {
      key: "state",
      title: t("setup.users.state"),
      cell: (one) => (
        <span class={one.disabled ? "setup-chip setup-chip-off" : "setup-chip setup-chip-good"}>
          {t(one.disabled ? "setup.users.disabled" : "setup.users.active")}
        </span>
      ),
    },
    {
      key: "acts",
      title: t("setup.acts"),
      cell: (one) => (
        <div class="setup-row-acts">
          {(["change", "password", one.disabled ? "enable" : "disable"] as const).map((deed) => (
            <Button
              key={deed}
              kind="quiet"
              label={t(`setup.users.${deed}_of`, { account: one.account })}
              onClick={() => setOpen({ deed, account: one })}
            >
              {t(`setup.users.${deed}`)}
            </Button>
          ))}
        </div>
      ),
    },
  ];
  return (
    <div class="setup-page">
      <section class="setup-card" aria-labelledby="setup-accounts">
        <header class="setup-head">
          <h2 id="setup-accounts">{t("setup.users.title")}</h2>
          <Button kind="main" onClick={() => setOpen({ deed: "add", account: null })}>
            {t("setup.users.add")}
          </Button>
        </header>
        <Table
          caption={t("setup.users.title")}
          columns={columns}
          rows={accounts.data.accounts}
          keyOf={(one) => one.account}
          empty={t("setup.users.none")}
        />
      </section>
      <RoleMatrix />
      {open && (
        <AccountDialog
          deed={open.deed}
          account={open.account}
          onDone={accounts.again}
          onClose={() => setOpen(null)}
        />
      )}
    </div>
  );
}

/** Sites as people read them. */
export function sitesWords(sites: readonly string[]): string {
  return sites.includes("*") ? t("setup.users.all_sites") : sites.join(", ");
}
