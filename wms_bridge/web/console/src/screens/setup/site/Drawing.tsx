/**
 * The site as a drawing in metres, for pointers. All that can be done on it can be done by the
 * fields beside it as well, which is the way for keyboards and screen readers.
 */
import { useRef, useState } from "preact/hooks";

import type { Schema } from "../../../api/client";
import { t } from "../../../i18n/words";
import { type Box, boxAround, cellOf, type Pair, pair, type Site, spotCells } from "./cells";
import { nameOf, type Place, pointsOf } from "./draft";

type Rule = Schema["RuleRecord"];

export interface Shown {
  site: Site;
  rules: readonly Rule[];
  /** Cells that are pointed out. */
  cells: readonly Pair[];
  /** A rectangle that is being drawn or was drawn. */
  box: Box | null;
  chosen: Place | null;
  /** Where something is wrong (m). */
  faults: readonly Pair[];
}

interface Props extends Shown {
  /** Draws rectangles instead of clicking. */
  draws: boolean;
  zoom: number;
  onClick: (at: Pair) => void;
  onBox: (box: Box) => void;
  /** A record was dragged by whole cells. */
  onMove?: (columns: number, rows: number) => void;
}

export function Drawing(props: Props) {
  const { site, zoom } = props;
  const svg = useRef<SVGSVGElement>(null);
  const from = useRef<Pair | null>(null);
  const [live, setLive] = useState<Box | null>(null);
  const { left, bottom, width, height } = extentOf(site);
  const at = (event: PointerEvent): Pair | null => {
    const matrix = svg.current?.getScreenCTM();
    if (!matrix) return null;
    const { x, y } = new DOMPoint(event.clientX, event.clientY).matrixTransform(matrix.inverse());
    return [x, -y];
  };
  const down = (event: PointerEvent) => {
    from.current = at(event);
    if (props.draws || props.onMove) svg.current?.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent) => {
    const here = at(event);
    if (props.draws && from.current && here) setLive(boxAround(site, from.current, here));
  };
  const up = (event: PointerEvent) => {
    const [start, here] = [from.current, at(event)];
    from.current = null;
    setLive(null);
    if (!start || !here) return;
    const [c0, r0] = cellOf(site, start);
    const [c1, r1] = cellOf(site, here);
    if (props.draws) props.onBox(boxAround(site, start, here));
    else if (props.onMove && (c0 !== c1 || r0 !== r1)) props.onMove(c1 - c0, r1 - r0);
    else props.onClick(here);
  };
  return (
    <div class="setup-drawing">
      <svg
        ref={svg}
        role="img"
        aria-label={t("setup.site.drawing")}
        class={props.draws || props.onMove ? "setup-svg setup-svg-held" : "setup-svg"}
        viewBox={`${left} ${-(bottom + height)} ${width} ${height}`}
        width={`${zoom * 100}%`}
        height={`${zoom * 100}%`}
        onPointerDown={down}
        onPointerMove={move}
        onPointerUp={up}
        onPointerCancel={() => {
          from.current = null;
          setLive(null);
        }}
      >
        <g transform="scale(1 -1)">
          <Ground site={site} />
          <Areas {...props} />
          <Stations site={site} />
          <Marks {...props} box={live ?? props.box} />
        </g>
        <Names {...props} />
      </svg>
    </div>
  );
}

function extentOf(site: Site) {
  const points = site.floor_m.map(pair);
  const xs = points.map(([x]) => x);
  const ys = points.map(([, y]) => y);
  const margin = site.pitch_m * 0.6;
  const [left, bottom] = [Math.min(...xs) - margin, Math.min(...ys) - margin];
  return {
    left,
    bottom,
    width: Math.max(...xs) - left + margin,
    height: Math.max(...ys) - bottom + margin,
  };
}

function path(points: readonly (readonly number[])[], closed: boolean): string {
  const steps = points.map(([x = 0, y = 0], i) => `${i ? "L" : "M"}${x} ${y}`).join("");
  return closed ? `${steps}Z` : steps;
}

function squares(site: Site, cells: readonly Pair[], share: number): string {
  const side = site.pitch_m * share;
  return cells
    .map(([column, row]) => {
      const [x, y] = [column * site.pitch_m - side / 2, row * site.pitch_m - side / 2];
      return `M${x} ${y}h${side}v${side}h${-side}Z`;
    })
    .join("");
}

function Ground({ site }: { site: Site }) {
  const lane = site.pitch_m * 0.9;
  return (
    <>
      <path class="setup-floor" d={path(site.floor_m, true)} />
      <g class="setup-lane" stroke-width={lane}>
        {site.aisles.map((one) => (
          <path key={one.id} d={path(one.points_m, false)} />
        ))}
      </g>
      <g class="setup-lane setup-lane-station" stroke-width={lane}>
        {site.stations.map((one) => (
          <path key={one.id} d={path([...one.queue_m, one.position_m, ...one.exit_m], false)} />
        ))}
      </g>
      <path class="setup-spots" d={squares(site, spotCells(site), 0.82)} />
      <path class="setup-chevrons" d={site.aisles.map((one) => chevrons(site, one)).join("")} />
    </>
  );
}

/** Arrow heads along a one-way aisle, every third cell. */
function chevrons(site: Site, aisle: Site["aisles"][number]): string {
  if (aisle.direction !== "forward") return "";
  const size = site.pitch_m * 0.2;
  const points = aisle.points_m.map(pair);
  return points
    .slice(1)
    .map(([bx, by], i) => {
      const [ax, ay] = points[i] ?? [bx, by];
      const length = Math.hypot(bx - ax, by - ay) || 1;
      const [dx, dy] = [(bx - ax) / length, (by - ay) / length];
      let drawn = "";
      for (let s = site.pitch_m * 1.5; s < length; s += site.pitch_m * 3) {
        const [x, y] = [ax + dx * s, ay + dy * s];
        drawn += `M${x - dx * size - dy * size} ${y - dy * size + dx * size}L${x + dx * size} ${y + dy * size}L${x - dx * size + dy * size} ${y - dy * size - dx * size}`;
      }
      return drawn;
    })
    .join("");
}

const ZONES: Record<string, string> = { no_go: "shut", slow: "slow", one_way: "way" };
const RULES: Record<string, string> = { blocked: "shut", speed_limit: "slow", one_way: "way" };

function Areas({ site, rules }: Shown) {
  const nodes = (names: readonly string[]) =>
    names.flatMap((name): Pair[] => {
      const found = /^c(\d+)r(\d+)$/.exec(name);
      return found ? [[Number(found[1]), Number(found[2])]] : [];
    });
  return (
    <>
      {(site.zones ?? []).map((one) => (
        <path
          key={one.id}
          class={`setup-area setup-area-${ZONES[one.kind] ?? "shut"}`}
          d={path(one.polygon_m, true)}
        />
      ))}
      {rules.map(({ rule }) => (
        <g key={rule.rule} class={`setup-area setup-area-${RULES[rule.kind] ?? "shut"}`}>
          {(rule.area_m ?? []).length > 2 && <path d={path(rule.area_m ?? [], true)} />}
          <path d={squares(site, nodes(rule.nodes ?? []), 1)} />
        </g>
      ))}
    </>
  );
}

function Stations({ site }: { site: Site }) {
  const cells = (points: readonly (readonly number[])[]) => points.map((one) => pair(one));
  const tile = (points: readonly Pair[], share: number) => {
    const side = site.pitch_m * share;
    return points
      .map(([x, y]) => `M${x - side / 2} ${y - side / 2}h${side}v${side}h${-side}Z`)
      .join("");
  };
  return (
    <>
      <path class="setup-station" d={tile(cells(site.stations.map((s) => s.position_m)), 0.96)} />
      <path class="setup-charger" d={tile(cells(site.chargers.map((c) => c.position_m)), 0.9)} />
    </>
  );
}

function Marks({ site, cells, box, chosen, faults }: Shown) {
  const points = chosen ? pointsOf(site, chosen) : [];
  const block = chosen?.list === "storage_blocks" ? site.storage_blocks[chosen.index] : undefined;
  const half = site.pitch_m / 2;
  return (
    <>
      <path class="setup-marked" d={squares(site, cells, 1)} />
      {chosen && chosen.list !== "zones" && !block && (
        <path class="setup-chosen" d={points.map((p) => square(p, site.pitch_m)).join("")} />
      )}
      {chosen?.list === "zones" && <path class="setup-chosen" d={path(points, true)} />}
      {block && (
        <rect
          class="setup-chosen"
          x={(block.origin_m[0] ?? 0) - half}
          y={(block.origin_m[1] ?? 0) - half}
          width={block.columns * site.pitch_m}
          height={block.rows * site.pitch_m}
        />
      )}
      {box && (
        <rect
          class="setup-box"
          x={box.west}
          y={box.south}
          width={Math.max(0, box.east - box.west)}
          height={Math.max(0, box.north - box.south)}
        />
      )}
      {faults.map(([x, y], i) => (
        <circle key={i} class="setup-fault" cx={x} cy={y} r={site.pitch_m * 0.7} />
      ))}
    </>
  );
}

function square([x, y]: Pair, side: number): string {
  return `M${x - side / 2} ${y - side / 2}h${side}v${side}h${-side}Z`;
}

function Names({ site, rules }: Shown) {
  const size = site.pitch_m * 0.52;
  const lists = ["stations", "chargers"] as const;
  const named = lists.flatMap((list) =>
    site[list].map((_, index): [string, Pair | undefined] => [
      nameOf(site, { list, index }),
      pointsOf(site, { list, index })[0],
    ]),
  );
  const ruled = rules.map(({ rule }): [string, Pair | undefined] => {
    const area = (rule.area_m ?? []).map(pair);
    const mean = (k: 0 | 1) => area.reduce((sum, one) => sum + one[k], 0) / area.length;
    return [rule.rule, area.length > 2 ? [mean(0), mean(1)] : undefined];
  });
  return (
    <g class="setup-names" font-size={size} aria-hidden="true">
      {[...named, ...ruled].map(
        ([name, at]) =>
          at && (
            <text key={name} x={at[0]} y={-at[1]} dy={size * 0.35}>
              {name}
            </text>
          ),
      )}
    </g>
  );
}
