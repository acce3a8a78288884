/** How probable each number of pieces is, by all evidence: bars, and the same as a table. */
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { barsOf, likeliest } from "./chances";
import { chanceWords } from "./words";

const WIDTH = 440;
const HEIGHT = 128;
const FOOT = 20;
const HEAD = 20;
const NAMED_PX = 26;

interface Props {
  probabilities: readonly number[];
  booked: number;
  found: number | null;
}

export function Posterior({ probabilities, booked, found }: Props) {
  const bars = barsOf(probabilities, booked);
  const best = likeliest(probabilities, 3);
  const told = best
    .map((one) =>
      t("counting.pieces_chance", { count: one.pieces, chance: chanceWords(one.chance) }),
    )
    .join(", ");
  const book = t("counting.booked_chance", {
    booked: number(booked),
    chance: chanceWords(probabilities[booked] ?? 0),
  });
  return (
    <figure class="counting-posterior">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        role="img"
        aria-label={t("counting.chart", { told, book })}
      >
        <Bars bars={bars} booked={booked} found={found} />
      </svg>
      <figcaption>
        {told}
        {"; "}
        {book}
      </figcaption>
      <details>
        <summary>{t("counting.as_table")}</summary>
        <table class="table">
          <thead>
            <tr>
              <th scope="col" class="figure">
                {t("counting.pieces")}
              </th>
              <th scope="col" class="figure">
                {t("counting.probability")}
              </th>
            </tr>
          </thead>
          <tbody>
            {bars.map((one) => (
              <tr key={one.pieces}>
                <td class="figure">{number(one.pieces)}</td>
                <td class="figure">{chanceWords(one.chance)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}

function Bars(props: { bars: ReturnType<typeof barsOf>; booked: number; found: number | null }) {
  const { bars, booked, found } = props;
  const step = WIDTH / Math.max(1, bars.length);
  const most = Math.max(...bars.map((one) => one.chance), 1e-9);
  const every = Math.max(1, Math.ceil(NAMED_PX / step));
  const floor = HEIGHT - FOOT;
  const middle = (place: number) => (place + 0.5) * step;
  const at = bars.findIndex((one) => one.pieces === booked);
  const edge = middle(at) < 50 ? "start" : middle(at) > WIDTH - 50 ? "end" : "middle";
  return (
    <>
      {bars.map((one, place) => {
        const height = (one.chance / most) * (floor - HEAD);
        return (
          <g key={one.pieces}>
            <rect
              class={one.pieces === found ? "counting-bar counting-bar-found" : "counting-bar"}
              x={middle(place) - 0.4 * step}
              y={floor - height}
              width={0.8 * step}
              height={height}
            />
            {place % every === 0 && (
              <text x={middle(place)} y={HEIGHT - 5} text-anchor="middle">
                {one.pieces}
              </text>
            )}
          </g>
        );
      })}
      <line class="counting-axis" x1={0} x2={WIDTH} y1={floor} y2={floor} />
      {at >= 0 && (
        <>
          <line class="counting-books" x1={middle(at)} x2={middle(at)} y1={HEAD - 3} y2={floor} />
          <text x={middle(at)} y={HEAD - 7} text-anchor={edge}>
            {t("counting.booked_mark", { booked: number(booked) })}
          </text>
        </>
      )}
    </>
  );
}
