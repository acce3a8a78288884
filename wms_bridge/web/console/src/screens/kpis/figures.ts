/** Which key figures there are, how they are written, and how they are drawn together. */
import { duration, number, percent } from "../../i18n/format";
import { t } from "../../i18n/words";

export type Figures = Readonly<Record<string, number | null>>;
type Kind = "rate" | "share" | "metres" | "time";

/** Figures of the screen by name, as the bridge has them (docs/reference/kpis.md). */
export const KINDS = {
  lines_per_h: "rate",
  picks_per_h: "rate",
  orders_per_h: "rate",
  pile_on: "rate",
  put_pile_on: "rate",
  metres_per_line: "metres",
  robot_utilisation: "share",
  station_open: "share",
  station_idle: "share",
  station_starvation: "share",
  order_age_p50_s: "time",
  order_age_p95_s: "time",
  inventory_accuracy: "share",
  pick_accuracy: "share",
  watched_share: "share",
} as const satisfies Record<string, Kind>;
export type Name = keyof typeof KINDS;

export interface Chart {
  key: string;
  names: readonly Name[];
}

/** What is drawn of the whole site, and of one station. */
export const SITE_CHARTS: readonly Chart[] = [
  { key: "throughput", names: ["lines_per_h", "picks_per_h"] },
  { key: "use", names: ["robot_utilisation", "station_idle", "station_starvation"] },
  { key: "age", names: ["order_age_p50_s", "order_age_p95_s"] },
  { key: "pile", names: ["pile_on", "put_pile_on"] },
  { key: "metres", names: ["metres_per_line"] },
  { key: "accuracy", names: ["inventory_accuracy", "pick_accuracy"] },
];
export const STATION_CHARTS: readonly Chart[] = [
  { key: "throughput", names: ["lines_per_h"] },
  { key: "use", names: ["station_open", "station_idle", "station_starvation"] },
];

export const SITE_TILES: readonly Name[] = [
  "lines_per_h",
  "pile_on",
  "metres_per_line",
  "robot_utilisation",
  "station_idle",
  "station_starvation",
  "order_age_p50_s",
  "order_age_p95_s",
  "inventory_accuracy",
  "pick_accuracy",
];
export const STATION_TILES: readonly Name[] = [
  "lines_per_h",
  "station_open",
  "station_idle",
  "station_starvation",
];

/** A figure with its unit; a dash for one that nothing tells of. */
export function written(name: Name, value: number | null | undefined): string {
  if (value === null || value === undefined) return "–";
  const kind: Kind = KINDS[name];
  if (kind === "share") return percent(value);
  if (kind === "time") return duration(value * 1000);
  if (kind === "metres") return t("kpis.metres", { m: number(value, 1) });
  return number(value, value < 100 ? 1 : 0);
}

export interface Window {
  key: "hour" | "shift" | "day";
  from_ms: number;
  to_ms: number;
  step_s: number;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const MOST_POINTS = 120;

/** The window of a choice that ends at `to_ms`; a shift from when it began, a day at most. */
export function windowOf(key: Window["key"], to_ms: number, shiftFrom_ms: number | null): Window {
  const day_ms = to_ms - 24 * HOUR_MS;
  const begins = { hour: to_ms - HOUR_MS, shift: shiftFrom_ms ?? to_ms - 8 * HOUR_MS, day: day_ms };
  const from_ms = Math.max(0, day_ms, Math.min(begins[key], to_ms - MINUTE_MS));
  const minutes = Math.ceil((to_ms - from_ms) / MINUTE_MS / MOST_POINTS);
  return { key, from_ms, to_ms, step_s: Math.max(1, minutes) * 60 };
}

/** What a line of a chart says in words: its last value, the least and the most. */
export function summary(
  values: readonly (number | null)[],
): { last: number; least: number; most: number } | null {
  const known = values.filter((one) => one !== null);
  const last = known.at(-1);
  if (last === undefined) return null;
  return { last, least: Math.min(...known), most: Math.max(...known) };
}
