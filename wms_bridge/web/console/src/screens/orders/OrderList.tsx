/** The list of orders, a page at a time. */
import { duration, number, percent, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { type Column, Table } from "../../parts/Table";
import { hrefOf, setQuery } from "../../routes/router";
import { type Asking, levelOf, queryOf, ROWS, share } from "./asking";
import { causeTitle } from "./causes";
import type { Page, Row } from "./desk";

interface Props {
  page: Page;
  asking: Asking;
  chosen: string;
  /** Called before the next page is asked for. */
  onNext: () => void;
}

export function OrderList({ page, asking, chosen, onNext }: Props) {
  const columns = asking.kind === "open" ? openColumns(page, asking) : closedColumns(asking);
  return (
    <div class="orders-list">
      <div class="orders-scroll" tabIndex={0} role="group" aria-label={t("orders.list")}>
        <Table
          caption={t("orders.title")}
          columns={columns}
          rows={page.rows}
          keyOf={(row) => row.order}
          empty={t(page.counts?.open === 0 ? "orders.none" : "orders.none_found")}
          marked={(row) => row.order === chosen}
        />
      </div>
      <Pages page={page} asking={asking} onNext={onNext} />
    </div>
  );
}

function nameColumn(asking: Asking): Column<Row> {
  return {
    key: "order",
    title: t("orders.order"),
    cell: ({ order, progress }) => (
      <span class="orders-name">
        <a href={hrefOf("orders", [order], queryOf(asking))}>{order}</a>
        {progress.priority > 0 && (
          <span class="orders-rush">{t("orders.rush_mark", { priority: progress.priority })}</span>
        )}
      </span>
    ),
  };
}

const lines: () => Column<Row> = () => ({
  key: "lines",
  title: t("orders.lines"),
  cell: ({ progress }) => (
    <Progress done={progress.lines_closed} all={progress.lines} short={progress.short > 0} />
  ),
});

function openColumns({ now_ms }: Page, asking: Asking): readonly Column<Row>[] {
  return [
    nameColumn(asking),
    {
      key: "stage",
      title: t("orders.stage"),
      cell: ({ forecast }) => (
        <>
          <span>{forecast ? t(`orders.phase.${forecast.stage}`) : ""}</span>
          {forecast?.station && <span class="orders-sub">{forecast.station}</span>}
        </>
      ),
    },
    lines(),
    {
      key: "age",
      title: t("orders.age"),
      figure: true,
      cell: ({ progress }) => duration(now_ms - progress.received_ms),
    },
    {
      key: "due",
      title: t("orders.due"),
      figure: true,
      cell: ({ progress }) => <Due due_ms={progress.due_ms ?? null} now_ms={now_ms} />,
    },
    {
      key: "eta",
      title: t("orders.expected"),
      figure: true,
      cell: ({ forecast }) => (forecast ? siteClock(forecast.p50_ms) : ""),
    },
    {
      key: "risk",
      title: t("orders.risk"),
      cell: ({ forecast }) => (
        <>
          <Risk risk={forecast?.risk ?? null} />
          {forecast?.causes?.[0] && (
            <span class="orders-sub">{causeTitle(forecast.causes[0])}</span>
          )}
        </>
      ),
    },
  ];
}

function closedColumns(asking: Asking): readonly Column<Row>[] {
  return [
    nameColumn(asking),
    {
      key: "status",
      title: t("orders.kind"),
      cell: ({ progress }) => t(`orders.kinds.${progress.status}`),
    },
    lines(),
    {
      key: "pieces",
      title: t("orders.pieces"),
      figure: true,
      cell: ({ progress }) =>
        t("orders.picked_of", { picked: number(progress.picked), all: number(progress.pieces) }),
    },
    {
      key: "took",
      title: t("orders.took"),
      figure: true,
      cell: ({ progress }) =>
        progress.completed_ms ? duration(progress.completed_ms - progress.received_ms) : "",
    },
  ];
}

/** How much of an order is done. */
export function Progress({ done, all, short }: { done: number; all: number; short: boolean }) {
  return (
    <span class="orders-progress">
      <span class="orders-bar" aria-hidden="true">
        <span style={{ inlineSize: `${100 * share(done, all)}%` }} data-short={short} />
      </span>
      {t("orders.done_of", { done: number(done), all: number(all) })}
    </span>
  );
}

/** When an order is due, and how long that is. */
export function Due({ due_ms, now_ms }: { due_ms: number | null; now_ms: number }) {
  if (due_ms === null) return <span class="orders-quiet">{t("orders.not_due")}</span>;
  const late = due_ms < now_ms;
  const words = late ? "orders.late_by" : "orders.due_in";
  return (
    <>
      <span>{siteClock(due_ms)}</span>
      <span class={late ? "orders-sub orders-bad" : "orders-sub"}>
        {t(words, { time: duration(Math.abs(due_ms - now_ms)) })}
      </span>
    </>
  );
}

/** The probability to be late, as a bar and a number. */
export function Risk({ risk }: { risk: number | null }) {
  if (risk === null) return <span class="orders-quiet">{t("orders.no_risk")}</span>;
  return (
    <span class="orders-risk" data-level={levelOf(risk)}>
      <span class="orders-bar" aria-hidden="true">
        <span style={{ inlineSize: `${Math.max(2, 100 * risk)}%` }} />
      </span>
      <span class="orders-percent">{percent(risk)}</span>
    </span>
  );
}

function Pages({ page, asking, onNext }: Omit<Props, "chosen">) {
  if (asking.page === 0 && !page.more) return null;
  const go = (to: number) => setQuery(queryOf({ ...asking, page: to }));
  const first = asking.page * ROWS + 1;
  const last = first + page.rows.length - 1;
  const told =
    page.total === null
      ? t("orders.range", { first: number(first), last: number(last) })
      : t("orders.range_of", {
          first: number(first),
          last: number(last),
          total: number(page.total),
        });
  return (
    <nav class="orders-pages" aria-label={t("orders.pages")}>
      <Button disabled={asking.page === 0} onClick={() => go(asking.page - 1)}>
        {t("orders.before")}
      </Button>
      <span>{told}</span>
      <Button
        disabled={!page.more}
        onClick={() => {
          onNext();
          go(asking.page + 1);
        }}
      >
        {t("orders.next")}
      </Button>
    </nav>
  );
}
