/** Level 2: which orders will be late and why, how far that can be trusted, and what would be if. */
import { api, ask, type Schema } from "../../api/client";
import { duration, number, percent, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { type Column, Table } from "../../parts/Table";
import { hrefOf } from "../../routes/router";
import { Calibration } from "./Calibration";
import { causeWords } from "./causes";
import { useLoaded } from "./loading";
import { Waiting } from "./Waiting";
import { WhatIf } from "./WhatIf";

const LOOK_EVERY_MS = 5000;
/** Orders below this are not worth a look; the bridge counts them so, too. */
const AT_RISK = 0.3;
type Forecast = Schema["Forecast"];

export function AnalysisTab() {
  return (
    <div class="tower-page tower-analysis">
      <LateOrders />
      <Causes />
      <CalibrationCard />
      <WhatIf />
    </div>
  );
}

function LateOrders() {
  const { data, problem, again } = useLoaded(
    () =>
      ask(
        api.GET("/v1/foresight/orders", {
          params: { query: { sort: "risk", least_risk: AT_RISK, limit: 20 } },
        }),
      ),
    "",
    LOOK_EVERY_MS,
  );
  return (
    <section class="tower-card" aria-labelledby="tower-late">
      <header class="tower-head">
        <h2 id="tower-late">{t("tower.late_orders")}</h2>
        {data && (
          <p class="tower-note">
            {t("tower.late_summary", {
              open: number(data.open),
              risk: number(data.at_risk),
              overdue: number(data.overdue),
            })}
          </p>
        )}
      </header>
      {(!data || problem) && <Waiting problem={problem} again={again} />}
      {data && (
        <Table
          caption={t("tower.late_orders")}
          columns={lateColumns(data.now_ms)}
          rows={data.forecasts}
          keyOf={(row) => row.order}
          empty={t("tower.none_late")}
        />
      )}
    </section>
  );
}

function lateColumns(now_ms: number): readonly Column<Forecast>[] {
  return [
    {
      key: "order",
      title: t("tower.column.order"),
      cell: (row) => <a href={hrefOf("orders", [row.order])}>{row.order}</a>,
    },
    {
      key: "risk",
      title: t("tower.column.risk"),
      figure: true,
      cell: (row) => (row.risk == null ? "" : percent(row.risk)),
    },
    {
      key: "due",
      title: t("tower.column.due"),
      figure: true,
      cell: (row) =>
        row.due_ms == null
          ? ""
          : row.due_ms < now_ms
            ? t("tower.overdue", { time: duration(now_ms - row.due_ms) })
            : duration(row.due_ms - now_ms),
    },
    {
      key: "eta",
      title: t("tower.column.done"),
      figure: true,
      cell: (row) => `${siteClock(row.p10_ms)} – ${siteClock(row.p90_ms)}`,
    },
    {
      key: "why",
      title: t("tower.column.why"),
      cell: (row) => {
        const [first] = row.causes ?? [];
        return first ? causeWords(first) : "";
      },
    },
  ];
}

function Causes() {
  const { data, problem, again } = useLoaded(
    () => ask(api.GET("/v1/foresight/causes")),
    "",
    LOOK_EVERY_MS,
  );
  if (!data) return <Waiting problem={problem} again={again} />;
  const { lateness } = data;
  const share = (value: number | null | undefined) => (value == null ? "–" : percent(value));
  return (
    <section class="tower-card" aria-labelledby="tower-causes">
      <header class="tower-head">
        <h2 id="tower-causes">{t("tower.causes")}</h2>
        <p class="tower-note">
          {t("tower.otif", {
            orders: number(lateness.orders),
            on_time: share(lateness.on_time),
            in_full: share(lateness.in_full),
            otif: share(lateness.otif),
          })}
        </p>
      </header>
      <div class="tower-two">
        <div>
          <h3>{t("tower.causes_now")}</h3>
          <Table
            caption={t("tower.causes_now")}
            columns={[
              { key: "why", title: t("tower.column.why"), cell: (row) => causeWords(row.cause) },
              {
                key: "orders",
                title: t("tower.column.orders"),
                figure: true,
                cell: (row) => number(row.orders),
              },
              {
                key: "worst",
                title: t("tower.column.worst"),
                figure: true,
                cell: (row) => percent(row.worst),
              },
            ]}
            rows={data.now}
            keyOf={(row) => `${row.cause.kind}/${row.cause.subject ?? ""}`}
            empty={t("tower.none_late")}
          />
        </div>
        <div>
          <h3>{t("tower.causes_day")}</h3>
          <Table
            caption={t("tower.causes_day")}
            columns={[
              {
                key: "why",
                title: t("tower.column.why"),
                cell: (row) => t(`tower.why.${row.cause}`),
              },
              {
                key: "orders",
                title: t("tower.column.orders"),
                figure: true,
                cell: (row) => number(row.orders),
              },
              {
                key: "share",
                title: t("tower.column.share"),
                figure: true,
                cell: (row) => percent(row.share),
              },
              {
                key: "named",
                title: t("tower.column.named"),
                cell: (row) => row.subjects.map((one) => one.subject).join(", "),
              },
            ]}
            rows={lateness.causes}
            keyOf={(row) => row.cause}
            empty={t("tower.none_was_late")}
          />
        </div>
      </div>
    </section>
  );
}

function CalibrationCard() {
  const { data, problem, again } = useLoaded(
    () => ask(api.GET("/v1/foresight/calibration")),
    "",
    6 * LOOK_EVERY_MS,
  );
  if (!data) return <Waiting problem={problem} again={again} />;
  return <Calibration scores={data.scores} />;
}
