/** Who may do what: roles beside permissions, as the bridge has them. */
import { api, ask } from "../../../api/client";
import { t } from "../../../i18n/words";
import { type Column, Table } from "../../../parts/Table";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";

export function RoleMatrix() {
  const roles = useLoaded(() => ask(api.GET("/v1/roles")));
  if (!roles.data) return <Waiting of={roles} />;
  const allowed = roles.data.roles;
  const permissions = [...new Set(Object.values(allowed).flat())];
  const order = allowed.admin ?? permissions;
  permissions.sort((a, b) => order.indexOf(a) - order.indexOf(b));
  const columns: Column<string>[] = [
    { key: "permission", title: t("setup.users.permission"), cell: (one) => permissionWords(one) },
    ...Object.keys(allowed).map((role) => ({
      key: role,
      title: t(`setup.role.${role}`),
      cell: (one: string) => <Mark may={allowed[role]?.includes(one) ?? false} />,
    })),
  ];
  return (
    <section class="setup-card" aria-labelledby="setup-matrix">
      <h2 id="setup-matrix">{t("setup.users.matrix")}</h2>
      <Table
        caption={t("setup.users.matrix")}
        columns={columns}
        rows={permissions}
        keyOf={(one) => one}
        empty={t("setup.none")}
      />
    </section>
  );
}

function permissionWords(permission: string): string {
  return t(`setup.permission.${permission}`);
}

function Mark({ may }: { may: boolean }) {
  return (
    <>
      <span aria-hidden="true" class={may ? "setup-yes" : "setup-no"}>
        {may ? "●" : "–"}
      </span>
      <span class="only-heard">{t(may ? "setup.yes" : "setup.no")}</span>
    </>
  );
}
