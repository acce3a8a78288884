/** What each figure means, its unit and how it is worked out; and where else figures can be had. */
import { t } from "../../i18n/words";
import { Table } from "../../parts/Table";
import { KINDS, type Name } from "./figures";

export function Dictionary() {
  return (
    <div class="kpis-words">
      <Table
        caption={t("kpis.dictionary")}
        columns={[
          {
            key: "name",
            title: t("kpis.figure"),
            cell: (name) => <strong>{t(`kpis.name.${name}`)}</strong>,
          },
          {
            key: "meaning",
            title: t("kpis.definition"),
            cell: (name) => t(`kpis.meaning.${name}`),
          },
          {
            key: "formula",
            title: t("kpis.formula"),
            cell: (name) => t(`kpis.formula_of.${name}`),
          },
          { key: "unit", title: t("kpis.unit"), cell: (name) => t(`kpis.unit_of.${KINDS[name]}`) },
          { key: "code", title: t("kpis.code"), cell: (name) => <code>{name}</code> },
        ]}
        rows={Object.keys(KINDS) as Name[]}
        keyOf={(name) => name}
        empty=""
      />
      <p>
        {t("kpis.elsewhere")}{" "}
        <a href="/metrics" target="_blank" rel="noopener">
          {t("kpis.metrics_link")}
        </a>
      </p>
    </div>
  );
}
