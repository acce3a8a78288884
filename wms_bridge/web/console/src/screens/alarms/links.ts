/** Where to look at what an alarm is about. No DOM. */

/** A place in the console, with the words that lead there. */
export interface Target {
  screen: string;
  rest: readonly string[];
  query: Readonly<Record<string, string>>;
  words: string;
}

const OF_ROBOT = [
  "robot_silent",
  "robot_error",
  "robot_stuck",
  "battery_empty",
  "report_refused",
  "duplicate_robot",
  "robot_unknown",
  "robot_refused",
  "interface_mismatch",
  "deadlock",
];
const ON_BOARD = ["stop_engaged", "human_entry", "nodes_closed", "rule_refused"];

/** Where an alarm of a kind about a subject leads, the best place first. */
export function targetsOf(kind: string, subject: string): Target[] {
  if (OF_ROBOT.includes(kind)) return [onFloor({ robot: subject })];
  if (kind === "pod_blocked") return [onFloor({ pod: subject })];
  if (kind === "station_closed") return [onFloor({ station: subject })];
  if (kind === "slot_quarantined") return [toCounting(subject), onFloor({ pod: podOf(subject) })];
  if (kind === "line_short") return [toOrder(subject)];
  if (kind === "orders_late") {
    return [{ screen: "orders", rest: [], query: { risky: "1" }, words: "alarms.to_late_orders" }];
  }
  if (ON_BOARD.includes(kind)) {
    return [{ screen: "intervene", rest: [], query: {}, words: "alarms.to_intervene" }];
  }
  return [];
}

/** The pod of a slot, `<pod>/<face>/<level>/<column>`. */
export function podOf(slot: string): string {
  return slot.split("/")[0] ?? slot;
}

function onFloor(query: Record<string, string>): Target {
  return { screen: "floor", rest: [], query, words: "alarms.to_floor" };
}

function toCounting(slot: string): Target {
  return { screen: "counting", rest: [], query: { slot }, words: "alarms.to_counting" };
}

/** An order line is named `<order>#<number>`. */
function toOrder(line: string): Target {
  const order = line.includes("#") ? line.slice(0, line.lastIndexOf("#")) : line;
  return { screen: "orders", rest: [order], query: {}, words: "alarms.to_orders" };
}
