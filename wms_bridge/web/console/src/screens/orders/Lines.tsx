/** The lines of an order: how far each is, and where it is served. */
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { type Column, Table } from "../../parts/Table";
import { hrefOf } from "../../routes/router";
import { numberOf } from "./asking";
import type { Known } from "./desk";

type Line = Known["order_lines"][number];

export function Lines({ known }: { known: Known }) {
  const columns: readonly Column<Line>[] = [
    { key: "line", title: t("orders.line"), cell: (one) => numberOf(one.line) ?? one.line },
    {
      key: "sku",
      title: t("orders.sku"),
      cell: (one) => <span class="orders-sku">{one.sku}</span>,
    },
    {
      key: "pieces",
      title: t("orders.pieces"),
      figure: true,
      cell: (one) =>
        t("orders.picked_of", { picked: number(one.picked), all: number(one.quantity) }),
    },
    { key: "state", title: t("orders.stage"), cell: (one) => <State line={one} /> },
    { key: "where", title: t("orders.where"), cell: (one) => <Where line={one} /> },
  ];
  return (
    <section>
      <h3>{t("orders.lines")}</h3>
      <div class="orders-lines" tabIndex={0} role="group" aria-label={t("orders.lines")}>
        <Table
          caption={t("orders.lines")}
          columns={columns}
          rows={known.order_lines}
          keyOf={(one) => one.line}
          most={300}
          empty={t("orders.none_found")}
        />
      </div>
    </section>
  );
}

function State({ line }: { line: Line }) {
  return (
    <>
      <span data-line={line.state}>{t(`orders.line_state.${line.state}`)}</span>
      {line.short > 0 && (
        <span class="orders-sub orders-bad">
          {t("orders.pieces_short", { count: line.short, pieces: number(line.short) })}
          {line.reason ? ` · ${t(`orders.reason.${line.reason}`)}` : ""}
        </span>
      )}
    </>
  );
}

/** Station, pod and robot, each as a link to where it is on the floor. */
function Where({ line }: { line: Line }) {
  const kinds = ["station", "pod", "robot"] as const;
  return (
    <span class="orders-where">
      {kinds.map((kind) => {
        const id = line[kind];
        return id ? (
          <a key={kind} href={hrefOf("floor", [], { [kind]: id })}>
            {t(`orders.at.${kind}`, { id })}
          </a>
        ) : null;
      })}
    </span>
  );
}
