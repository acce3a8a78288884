/** Which alarms are shown: read from the address, and as the bridge is asked for them. No DOM. */
import type { Schema } from "../../api/client";
import { SEVERITIES, type Severity } from "../../live/severity";

export type Alarm = Schema["AlarmRecord"];
export type Kind = Schema["AlarmKind"];
export type Show = "wanting" | "standing" | "shelved" | "all";
export const SHOWS: readonly Show[] = ["wanting", "standing", "shelved", "all"];
export const SORTS: readonly Schema["AlarmSort"][] = ["severity", "newest"];
export const PAGE = 100;

export interface Filter {
  show: Show;
  severities: readonly Severity[];
  kind: string;
  search: string;
  sort: Schema["AlarmSort"];
}

/** The filter of an address; what makes no sense there is left out. */
export function filterOf(query: Readonly<Record<string, string>>): Filter {
  const severities = (query.severity ?? "").split(",");
  return {
    show: SHOWS.find((one) => one === query.show) ?? "wanting",
    severities: SEVERITIES.filter((one) => severities.includes(one)),
    kind: query.kind ?? "",
    search: (query.search ?? "").slice(0, 200),
    sort: SORTS.find((one) => one === query.sort) ?? "severity",
  };
}

/** The filter with one severity more, or less. */
export function toggled(filter: Filter, severity: Severity): string {
  const wanted = SEVERITIES.filter((one) => filter.severities.includes(one) !== (one === severity));
  return wanted.length === SEVERITIES.length ? "" : wanted.join(",");
}

/** Whether more than the list itself narrows what is shown. */
export function isNarrowed(filter: Filter): boolean {
  return filter.severities.length > 0 || filter.kind !== "" || filter.search !== "";
}

const STATES: Record<Show, Schema["AlarmState"][]> = {
  wanting: ["unacknowledged", "returned"],
  standing: ["acknowledged"],
  shelved: [],
  all: [],
};

/** As `GET /v1/alarms` takes it. */
export function asked(filter: Filter, after: string | null) {
  const shelved = filter.show === "all" ? {} : { shelved: filter.show === "shelved" };
  return {
    state: STATES[filter.show],
    severity: [...filter.severities],
    ...(filter.kind ? { kind: [filter.kind as Kind] } : {}),
    ...(filter.search ? { search: filter.search } : {}),
    ...shelved,
    sort: filter.sort,
    limit: PAGE,
    ...(after === null ? {} : { after }),
  };
}

/** As `POST /v1/alarms/acknowledge` takes what alarms are alike in. */
export function alikeOf(filter: Filter): Schema["AlikeIn"] {
  return {
    state: STATES.wanting,
    severity: [...filter.severities],
    kind: filter.kind ? [filter.kind as Kind] : [],
    search: filter.search,
  };
}

/** Whether somebody has to acknowledge an alarm. */
export function isWanting(alarm: Alarm): boolean {
  return alarm.state === "unacknowledged" || alarm.state === "returned";
}
