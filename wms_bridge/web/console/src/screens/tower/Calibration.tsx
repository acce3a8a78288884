/** How far told risks can be trusted: told against come, as a chart and as a table. */
import type { Schema } from "../../api/client";
import { number, percent } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Table } from "../../parts/Table";

type Scores = Schema["Scores"];
type Bin = Schema["ReliabilityBin"];
const SIZE = 260;
const LEFT = 44;
const BOTTOM = 224;
const SPAN = 208;
/** So many forecasts in a bin make the largest dot (px). */
const DOT = { least: 4, most: 12 };

export function Calibration({ scores }: { scores: Scores }) {
  const told = scores.bins.filter((one) => one.count > 0);
  const figure = (value: number | null | undefined) => (value == null ? "–" : number(value, 3));
  return (
    <section class="tower-card" aria-labelledby="tower-calibration">
      <header class="tower-head">
        <h2 id="tower-calibration">{t("tower.calibration")}</h2>
        <p class="tower-note">
          {t("tower.calibration_over", {
            judged: number(scores.judged),
            orders: number(scores.orders),
          })}
        </p>
      </header>
      {told.length === 0 ? (
        <p class="empty">{t("tower.nothing_judged")}</p>
      ) : (
        <div class="tower-two">
          <Chart bins={told} />
          <div>
            <dl class="tower-figures">
              <dt>{t("tower.brier")}</dt>
              <dd>{figure(scores.brier)}</dd>
              <dt>{t("tower.brier_base")}</dt>
              <dd>{figure(scores.brier_base_rate)}</dd>
              <dt>{t("tower.brier_age")}</dt>
              <dd>{figure(scores.brier_age_rule)}</dd>
              <dt>{t("tower.covered")}</dt>
              <dd>{scores.covered == null ? "–" : percent(scores.covered)}</dd>
            </dl>
            <Table
              caption={t("tower.calibration")}
              columns={[
                { key: "bin", title: t("tower.column.risk"), cell: rangeOf },
                {
                  key: "count",
                  title: t("tower.column.forecasts"),
                  figure: true,
                  cell: (row) => number(row.count),
                },
                {
                  key: "late",
                  title: t("tower.column.late"),
                  figure: true,
                  cell: (row) => percent(row.late ?? 0),
                },
              ]}
              rows={told}
              keyOf={(row) => String(row.from_risk)}
              empty={t("tower.nothing_judged")}
            />
          </div>
        </div>
      )}
    </section>
  );
}

function rangeOf(bin: Bin): string {
  return `${percent(bin.from_risk)} – ${percent(bin.to_risk)}`;
}

function Chart({ bins }: { bins: readonly Bin[] }) {
  const x = (share: number) => LEFT + share * SPAN;
  const y = (share: number) => BOTTOM - share * SPAN;
  const most = Math.max(...bins.map((one) => one.count));
  const size = (count: number) => DOT.least + (DOT.most - DOT.least) * Math.sqrt(count / most);
  return (
    <svg
      class="tower-chart"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={t("tower.chart_told")}
    >
      {[0, 0.25, 0.5, 0.75, 1].map((share) => (
        <g key={share}>
          <line class="tower-grid" x1={LEFT} x2={LEFT + SPAN} y1={y(share)} y2={y(share)} />
          <text x={LEFT - 6} y={y(share) + 4} text-anchor="end">
            {percent(share)}
          </text>
          <text x={x(share)} y={BOTTOM + 16} text-anchor="middle">
            {percent(share)}
          </text>
        </g>
      ))}
      <line class="tower-ideal" x1={x(0)} y1={y(0)} x2={x(1)} y2={y(1)} />
      {bins.map((one) => (
        <circle
          key={one.from_risk}
          class="tower-dot"
          cx={x(one.told ?? 0)}
          cy={y(one.late ?? 0)}
          r={size(one.count)}
        />
      ))}
      <text x={LEFT + SPAN / 2} y={SIZE - 4} text-anchor="middle">
        {t("tower.axis_told")}
      </text>
      <text transform={`translate(10 ${BOTTOM - SPAN / 2}) rotate(-90)`} text-anchor="middle">
        {t("tower.axis_late")}
      </text>
    </svg>
  );
}
