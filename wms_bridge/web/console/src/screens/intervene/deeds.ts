/** What an operator can do to the floor: what each needs to be told, and of whom. No DOM. */
import type { Permission } from "../../api/session";

export type Need = "area" | "robots" | "robot" | "node" | "name" | "stop" | "station" | "stretch";

export interface Deed {
  /** Words stand under `intervene.deed.<key>` and `intervene.follows.<key>`. */
  key: string;
  needs: readonly Need[];
  permission: Permission;
  /** What an intervention is called by the bridge; none for rules and stations. */
  kind?: Kind;
  danger?: boolean;
}

export type Kind =
  | "stop"
  | "lift_stop"
  | "request_entry"
  | "enter"
  | "leave"
  | "send"
  | "free"
  | "reroute"
  | "take_out"
  | "take_in"
  | "clear_reservation";
export const KINDS: readonly Kind[] = [
  "stop",
  "lift_stop",
  "request_entry",
  "enter",
  "leave",
  "send",
  "free",
  "reroute",
  "take_out",
  "take_in",
  "clear_reservation",
];

const ALL: readonly Deed[] = [
  { key: "stop_site", needs: [], permission: "operate", kind: "stop", danger: true },
  { key: "stop_area", needs: ["area"], permission: "operate", kind: "stop", danger: true },
  { key: "pause", needs: ["robots"], permission: "operate", kind: "stop" },
  { key: "resume", needs: ["stop"], permission: "operate", kind: "lift_stop" },
  { key: "entry", needs: ["area", "name"], permission: "operate", kind: "request_entry" },
  { key: "enter", needs: ["name"], permission: "operate", kind: "enter" },
  { key: "leave", needs: ["name"], permission: "operate", kind: "leave" },
  { key: "send", needs: ["robot", "node"], permission: "operate", kind: "send" },
  { key: "free", needs: ["robots"], permission: "operate", kind: "free" },
  { key: "reroute", needs: ["robot"], permission: "operate", kind: "reroute" },
  { key: "take_out", needs: ["robots"], permission: "decide", kind: "take_out" },
  { key: "take_in", needs: ["robots"], permission: "decide", kind: "take_in" },
  {
    key: "clear",
    needs: ["robot"],
    permission: "decide",
    kind: "clear_reservation",
    danger: true,
  },
  { key: "close_aisle", needs: ["stretch"], permission: "decide" },
  { key: "close_area", needs: ["area", "name"], permission: "decide" },
  { key: "clear_rule", needs: ["name"], permission: "decide" },
  { key: "close_station", needs: ["station"], permission: "operate" },
  { key: "open_station", needs: ["station"], permission: "operate" },
];
export const DEEDS: ReadonlyMap<string, Deed> = new Map(ALL.map((one) => [one.key, one]));

/** The groups of buttons. */
export const GROUPS: readonly { key: string; deeds: readonly string[] }[] = [
  { key: "stops", deeds: ["stop_site", "stop_area", "pause", "resume"] },
  { key: "people", deeds: ["entry"] },
  { key: "robots", deeds: ["send", "free", "reroute", "take_out", "take_in", "clear"] },
  { key: "floor", deeds: ["close_aisle", "close_area", "close_station", "open_station"] },
];

/** What has been said about a deed so far. */
export interface Said {
  area: readonly (readonly [number, number])[] | null;
  robots: readonly string[];
  node: string;
  name: string;
  station: string;
  reason: string;
  /** Whether a stretch of an aisle is chosen. */
  stretch: boolean;
}

/** What is still to be said, in order; nothing if it can be done. */
export function missing(deed: Deed, said: Said): readonly (Need | "reason")[] {
  const there: Record<Need, boolean> = {
    area: said.area !== null,
    robots: said.robots.length > 0,
    robot: said.robots.length === 1,
    node: /^c\d{3,}r\d{3,}$/.test(said.node),
    name: said.name.trim() !== "",
    stop: said.name !== "",
    station: said.station !== "",
    stretch: said.stretch,
  };
  const lacks: (Need | "reason")[] = deed.needs.filter((need) => !there[need]);
  return said.reason.trim() === "" ? [...lacks, "reason"] : lacks;
}

/** A name for a stop that nobody else has given: one of the same name would be replaced. */
export function stopName(deed: string, robots: readonly string[], key: string): string {
  const short = key.slice(0, 8);
  if (deed !== "pause") return `${deed.replace("stop_", "")} ${short}`;
  const all = robots.join(" ");
  // Robots may bear any name; a stop's has no slash and is short.
  const plain = all.length <= 60 && !all.includes("/");
  return plain ? `pause ${all}` : `pause ${short}`;
}
