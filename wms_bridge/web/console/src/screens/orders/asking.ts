/** What the list is asked for: it stands in the address, so that it can be sent to a colleague. */
import type { Schema } from "../../api/client";

export const KINDS = ["open", "complete", "complete_short", "cancelled"] as const;
export const STAGES = ["not_started", "pod_under_way", "at_station", "partly_picked"] as const;
export const SORTS = ["risk", "due", "age", "eta", "priority"] as const;
/** Rows of a page. */
export const ROWS = 50;
/** From this risk on an order is at risk; the bridge tells causes from there, too. */
export const AT_RISK = 0.3;

export type Kind = (typeof KINDS)[number];
export type Stage = (typeof STAGES)[number];
export type Sort = (typeof SORTS)[number];

/** What is asked for; `page` counts from 0. */
export interface Asking {
  kind: Kind;
  stage: Stage | "";
  station: string;
  sort: Sort;
  risky: boolean;
  search: string;
  page: number;
}

/** Reads what an address asks for; what makes no sense is left out. */
export function askingOf(query: Readonly<Record<string, string>>): Asking {
  const page = Number(query.page ?? "1");
  return {
    kind: oneOf(KINDS, query.kind) ?? "open",
    stage: oneOf(STAGES, query.stage) ?? "",
    station: query.station ?? "",
    sort: oneOf(SORTS, query.sort) ?? "risk",
    risky: query.risky === "1",
    search: (query.search ?? "").slice(0, 200),
    page: Number.isInteger(page) && page > 0 ? page - 1 : 0,
  };
}

/** The address of what is asked for; usual values are left out. */
export function queryOf(asking: Asking): Record<string, string> {
  return {
    kind: asking.kind === "open" ? "" : asking.kind,
    stage: asking.stage,
    station: asking.station,
    sort: asking.sort === "risk" ? "" : asking.sort,
    risky: asking.risky ? "1" : "",
    search: asking.search,
    page: asking.page === 0 ? "" : String(asking.page + 1),
  };
}

/** How far a part is, from 0 to 1; 0 of nothing. */
export function share(part: number, whole: number): number {
  return whole > 0 ? Math.min(1, Math.max(0, part / whole)) : 0;
}

/** How bad a risk is. */
export function levelOf(risk: number | null | undefined): "none" | "low" | "some" | "high" {
  if (risk === null || risk === undefined) return "none";
  if (risk >= 0.5) return "high";
  return risk >= AT_RISK ? "some" : "low";
}

/** Where p10, p50, p90 and the due time stand on a line from now on, as shares of its length. */
export function placesOf(
  forecast: Pick<Schema["Forecast"], "p10_ms" | "p50_ms" | "p90_ms" | "due_ms">,
  now_ms: number,
): { p10: number; p50: number; p90: number; due: number | null } {
  const due_ms = forecast.due_ms ?? null;
  const end = Math.max(forecast.p90_ms, due_ms ?? 0, now_ms + 1000);
  const length = (end - now_ms) * 1.05;
  const at = (ms: number) => Math.min(1, Math.max(0, (ms - now_ms) / length));
  return {
    p10: at(forecast.p10_ms),
    p50: at(forecast.p50_ms),
    p90: at(forecast.p90_ms),
    due: due_ms === null ? null : at(due_ms),
  };
}

/** The number of a line within its order; null if its name tells none. */
export function numberOf(line: string): number | null {
  const found = /#(\d+)$/.exec(line);
  return found ? Number(found[1]) : null;
}

function oneOf<Value extends string>(
  values: readonly Value[],
  text: string | undefined,
): Value | undefined {
  return values.find((one) => one === text);
}
