/** From what is chosen in the form to a what-if question. No DOM in here. */
import type { Schema } from "../../api/client";

export type Question = Schema["WhatIfIn"];
export type Run = Schema["WhatIfRun"];

export interface Choices {
  /** Stations that are closed now, and all pick stations. */
  closed: readonly string[];
  stations: readonly string[];
  /** Robots that work now; null if nobody knows. */
  robots: number | null;
  /** Stations that are to be otherwise: closed ones open, open ones closed. */
  toggled: ReadonlySet<string>;
  /** Robots more (or fewer) than now to compare; 0: not asked. */
  more_robots: number;
  /** Seconds of a picker for a line; null: not asked. */
  pick_s: number | null;
}

/** One alternative for each thing asked, and "as it is" before them; null if nothing is asked. */
export function questionOf(
  choices: Choices,
  name: (what: string, values: Record<string, string | number>) => string,
  how: { hours: number; seeds: number },
): Question | null {
  const { robots, more_robots, pick_s } = choices;
  const alternatives: Question["alternatives"] = [];
  for (const station of choices.stations.filter((one) => choices.toggled.has(one))) {
    const shut = choices.closed.includes(station);
    const others = choices.closed.filter((one) => one !== station);
    alternatives.push({
      name: name(shut ? "open" : "close", { station }),
      changes: [{ key: "closed", value: closedValue(shut ? others : [...others, station]) }],
    });
  }
  if (more_robots !== 0 && robots !== null && robots + more_robots > 0) {
    const what = more_robots > 0 ? "more" : "fewer";
    alternatives.push({
      name: name(what, { count: Math.abs(more_robots) }),
      changes: [{ key: "robots", value: robots + more_robots }],
    });
  }
  if (pick_s !== null && pick_s > 0) {
    alternatives.push({
      name: name("pick", { s: pick_s }),
      changes: [{ key: "pick_s", value: pick_s }],
    });
  }
  if (alternatives.length === 0) return null;
  const question: Question = {
    kind: "live",
    alternatives: [{ name: name("as_is", {}), changes: [] }, ...alternatives],
    seeds: how.seeds,
    hours: how.hours,
    promise_h: 4,
    orders: 0,
    by: "",
    reason: "",
  };
  return question;
}

/** As `podherd whatif` reads it. */
export function closedValue(stations: readonly string[]): string {
  return stations.length > 0 ? stations.join("+") : "none";
}

/** Whether nothing more will come of a run. */
export function isOver(run: Run): boolean {
  return run.state !== "waiting" && run.state !== "running";
}

/** A figure less that of the first alternative; null if one of them has none. */
export function difference(run: Run, place: number, figure: string): number | null {
  const first = run.results?.[0]?.figures?.[figure]?.mean;
  const own = run.results?.[place]?.figures?.[figure]?.mean;
  return first === undefined || own === undefined || place === 0 ? null : own - first;
}
