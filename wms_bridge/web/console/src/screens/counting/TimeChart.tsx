/** A share over time as a line of points, above how many counts it rests on; and as a table. */
import { number, percent } from "../../i18n/format";
import { t } from "../../i18n/words";

export interface Point {
  at_ms: number;
  /** From 0 to 1; null where nothing was settled. */
  share: number | null;
  count: number | null;
}

const WIDTH = 640;
const HEIGHT = 240;
const LEFT = 48;
const TOP = 12;
const LINE_BOTTOM = 150;
const BARS_TOP = 166;
const BOTTOM = 216;

export function TimeChart({
  points,
  clock,
}: {
  points: readonly Point[];
  clock: (at_ms: number) => string;
}) {
  const told = points.filter((one) => one.share !== null);
  if (told.length === 0) return <p class="empty">{t("counting.no_accuracy")}</p>;
  const last = told.at(-1);
  const summary = t("counting.chart_accuracy", {
    share: percent(last?.share ?? 0),
    windows: number(told.length),
  });
  return (
    <figure class="counting-time">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-label={summary}>
        <Plot points={points} clock={clock} />
      </svg>
      <figcaption class="counting-hint">{summary}</figcaption>
      <details>
        <summary>{t("counting.as_table")}</summary>
        <table class="table">
          <thead>
            <tr>
              <th scope="col">{t("counting.at")}</th>
              <th scope="col" class="figure">
                {t("counting.right")}
              </th>
              <th scope="col" class="figure">
                {t("counting.settled")}
              </th>
            </tr>
          </thead>
          <tbody>
            {told.map((one) => (
              <tr key={one.at_ms}>
                <td>{clock(one.at_ms)}</td>
                <td class="figure">{percent(one.share ?? 0)}</td>
                <td class="figure">{number(one.count ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Plot({ points, clock }: { points: readonly Point[]; clock: (at_ms: number) => string }) {
  const step = (WIDTH - LEFT) / Math.max(1, points.length);
  const x = (place: number) => LEFT + (place + 0.5) * step;
  const y = (share: number) => LINE_BOTTOM - share * (LINE_BOTTOM - TOP);
  const most = Math.max(1, ...points.map((one) => one.count ?? 0));
  const known = points.flatMap((one, place) =>
    one.share === null ? [] : [{ x: x(place), y: y(one.share) }],
  );
  const ends = [0, points.length - 1];
  return (
    <>
      {[0, 0.5, 1].map((share) => (
        <g key={share}>
          <line class="counting-grid" x1={LEFT} x2={WIDTH} y1={y(share)} y2={y(share)} />
          <text x={LEFT - 6} y={y(share) + 4} text-anchor="end">
            {percent(share)}
          </text>
        </g>
      ))}
      <polyline class="counting-line" points={known.map((at) => `${at.x},${at.y}`).join(" ")} />
      {known.map((at) => (
        <circle key={at.x} class="counting-point" cx={at.x} cy={at.y} r={3.5} />
      ))}
      {points.map((one, place) => {
        const height = ((one.count ?? 0) / most) * (BOTTOM - BARS_TOP);
        return (
          <rect
            key={one.at_ms}
            class="counting-bar"
            x={x(place) - 0.35 * step}
            y={BOTTOM - height}
            width={0.7 * step}
            height={height}
          />
        );
      })}
      <line class="counting-axis" x1={LEFT} x2={WIDTH} y1={BOTTOM} y2={BOTTOM} />
      <text x={LEFT - 6} y={BARS_TOP + 8} text-anchor="end">
        {number(most)}
      </text>
      {ends.map((place, end) => (
        <text key={end} x={x(place)} y={HEIGHT - 6} text-anchor={end === 0 ? "start" : "end"}>
          {clock(points[place]?.at_ms ?? 0)}
        </text>
      ))}
    </>
  );
}
