/** What is in force on the floor: what the bridge was asked for, beside what the fleet shows. No DOM. */
import type { Schema } from "../../api/client";
import type { Point } from "../../live/floorstate";

export type Intervention = Schema["InterventionOut"];
export type Standing = "stop" | "entry" | "sent" | "out";

/** What the live floor tells; lists are undefined while the fleet has told nothing. */
export interface Shown {
  stops?: readonly { stop: string; robots: readonly string[]; area_m: readonly Point[] }[];
  entries?: readonly {
    entry: string;
    area_m: readonly Point[];
    state: string;
    inside: readonly string[];
  }[];
  robots: ReadonlyMap<string, { sent?: string | null; leaving?: boolean }>;
}

/** One thing in force. */
export interface Item {
  key: string;
  standing: Standing;
  /** Name of the stop or entry; of all else the robots. */
  name: string;
  robots: readonly string[];
  area_m: readonly Point[];
  node: string | null;
  /** What was asked for; null for what somebody did elsewhere, with the fleet's own tools. */
  asked: Intervention | null;
  /** Of an entry: how far it is, and which robots still keep the person out. */
  entry: EntryState | null;
  inside: readonly string[];
  /** The fleet does not show it (any more). */
  gone: boolean;
}

export type EntryState = "asked" | "draining" | "frozen" | "entered";

/** So long the picture of the floor may be behind what the fleet has answered. */
const SETTLED_MS = 10_000;
const STANDINGS: Record<string, Standing> = {
  stop: "stop",
  request_entry: "entry",
  send: "sent",
  take_out: "out",
};

/** Everything in force: stops, entries, robots sent and out of service, each once. */
export function inForce(
  records: readonly Intervention[],
  shown: Shown,
  now_ms: number,
): readonly Item[] {
  const held = records.filter((one) => one.in_force);
  const items = held.flatMap((one) => itemOf(one, held, shown, now_ms));
  return [...items, ...elsewhere(items, shown)];
}

function itemOf(
  one: Intervention,
  held: readonly Intervention[],
  shown: Shown,
  now_ms: number,
): Item[] {
  const standing = STANDINGS[one.kind];
  if (!standing) return [];
  const live = shown.entries?.find((entry) => entry.entry === one.name);
  const robots = one.robots.filter((robot) => !one.let_go.includes(robot));
  return [
    {
      key: `asked/${one.number}`,
      standing,
      name: one.name || robots.join(", "),
      robots,
      area_m: one.area_m,
      node: one.node,
      asked: one,
      entry: standing === "entry" ? entryState(one, held, shown) : null,
      inside: live?.inside ?? [],
      gone: isGone(one, standing, shown, now_ms),
    },
  ];
}

/**
 * How far an entry is: as the fleet shows it. What it has answered counts only until it shows
 * something: nobody is to go in on an old answer.
 */
function entryState(
  request: Intervention,
  held: readonly Intervention[],
  shown: Shown,
): EntryState {
  const live = shown.entries?.find((entry) => entry.entry === request.name);
  if (live) return stateOf(live.state);
  const entered = held.some(
    (one) => one.kind === "enter" && one.name === request.name && one.state === "done",
  );
  if (entered) return "entered";
  if (request.state === "asked") return "asked";
  return request.state === "done" && !shown.entries ? "frozen" : "draining";
}

function isGone(one: Intervention, standing: Standing, shown: Shown, now_ms: number): boolean {
  if (one.state !== "done" || now_ms - one.changed_ms < SETTLED_MS) return false;
  if (standing === "stop") return shown.stops?.every((stop) => stop.stop !== one.name) ?? false;
  if (standing === "entry") {
    return shown.entries?.every((entry) => entry.entry !== one.name) ?? false;
  }
  return false;
}

/** What the fleet shows and nobody asked for here. */
function elsewhere(items: readonly Item[], shown: Shown): Item[] {
  const known = (standing: Standing, name: string) =>
    items.some((one) => one.standing === standing && (one.name === name || covers(one, name)));
  const found: Item[] = [];
  const add = (standing: Standing, name: string, more: Partial<Item>) => {
    if (!known(standing, name)) found.push({ ...bare(standing, name), ...more });
  };
  for (const { stop, robots, area_m } of shown.stops ?? []) {
    if (!stop.startsWith("entry/")) add("stop", stop, { robots, area_m });
  }
  for (const { entry, area_m, state, inside } of shown.entries ?? []) {
    add("entry", entry, { area_m, inside, entry: stateOf(state) });
  }
  for (const [robot, { sent, leaving }] of shown.robots) {
    if (sent) add("sent", robot, { robots: [robot], node: sent });
    if (leaving) add("out", robot, { robots: [robot] });
  }
  return found;
}

function covers(item: Item, robot: string): boolean {
  return item.standing !== "stop" && item.standing !== "entry" && item.robots.includes(robot);
}

function stateOf(told: string): EntryState {
  return told === "frozen" || told === "entered" ? told : "draining";
}

function bare(standing: Standing, name: string): Item {
  return {
    key: `${standing}/${name}`,
    standing,
    name,
    robots: [],
    area_m: [],
    node: null,
    asked: null,
    entry: null,
    inside: [],
    gone: false,
  };
}

/** What was asked for lately and is not told as in force: under way, refused or just done. */
export function latest(records: readonly Intervention[], now_ms: number): readonly Intervention[] {
  const kept_ms: Record<Intervention["state"], number> = {
    asked: Infinity,
    under_way: Infinity,
    refused: 15 * 60_000,
    done: 60_000,
  };
  return records.filter((one) => {
    const standing = one.in_force && STANDINGS[one.kind] !== undefined;
    return !standing && now_ms - one.changed_ms <= kept_ms[one.state];
  });
}

/** The stops that hold a robot by its name. */
export function stopsOf(items: readonly Item[], robot: string): readonly Item[] {
  return items.filter((one) => one.standing === "stop" && one.robots.includes(robot));
}
