/** A policy as a form holds it: texts that a person types, and the body they make. No DOM in here. */
import type { Schema } from "../../api/client";
import { SUBJECT } from "./names";

export type Policy = Schema["AlarmPolicy"];
export type Action = Schema["ActionKind"];
export type Body = Schema["AlarmPolicyIn"];
export const ACTIONS: readonly Action[] = [
  "close_station",
  "open_station",
  "stop_robot",
  "stop_area",
  "reroute_robot",
  "take_out_robot",
  "rush_orders",
  "recount",
  "set_rule",
  "clear_rule",
];
/** What the target of an action is; those not named have none. */
export const TARGETS: Partial<Record<Action, "station" | "robot" | "slot" | "rule">> = {
  close_station: "station",
  open_station: "station",
  stop_robot: "robot",
  reroute_robot: "robot",
  take_out_robot: "robot",
  recount: "slot",
  clear_rule: "rule",
};

export interface Draft {
  name: string;
  kinds: readonly string[];
  severities: readonly string[];
  subject: string;
  lasting_s: string;
  at_least: string;
  action: Action;
  /** Empty: what the alarm is about. */
  target: string;
  at_once: boolean;
  rule: string;
  /** Corners of the area: "x y" pairs in metres, separated by commas or lines. */
  area: string;
  within_min: string;
  most: string;
  priority: string;
  cooldown_s: string;
  most_per_h: string;
}

export const EMPTY: Draft = {
  name: "",
  kinds: [],
  severities: [],
  subject: "*",
  lasting_s: "30",
  at_least: "1",
  action: "close_station",
  target: "",
  at_once: false,
  rule: "",
  area: "",
  within_min: "30",
  most: "20",
  priority: "10",
  cooldown_s: "300",
  most_per_h: "4",
};

/** The form of a policy that is there. */
export function draftOf(policy: Policy): Draft {
  const { on, do: action } = policy;
  return {
    name: policy.name,
    kinds: on.kinds ?? [],
    severities: on.severities ?? [],
    subject: on.subject ?? "*",
    lasting_s: String(on.lasting_s ?? 0),
    at_least: String(on.at_least ?? 1),
    action: action.kind,
    target: action.target === SUBJECT ? "" : (action.target ?? ""),
    at_once: action.at_once ?? false,
    rule: action.rule?.rule ?? "",
    area: cornersText(action.kind === "set_rule" ? action.rule?.area_m : action.area_m),
    within_min: String(action.within_min ?? 30),
    most: String(action.most ?? 20),
    priority: String(action.priority ?? 10),
    cooldown_s: String(policy.cooldown_s ?? 300),
    most_per_h: String(policy.most_per_h ?? 4),
  };
}

/** The body that a form makes; the name of a field that is no number or no area, if one is not. */
export function bodyOf(draft: Draft): { body: Omit<Body, "version" | "reason" | "by"> } | string {
  const numbers: Record<string, number> = {};
  for (const field of NUMBERS) {
    const text = draft[field].trim();
    if (!/^\d{1,9}$/.test(text)) return field;
    numbers[field] = Number(text);
  }
  const area = cornersOf(draft.area);
  if (area === null) return "area";
  const isRule = draft.action === "set_rule";
  const rule = { rule: draft.rule.trim(), kind: "blocked", area_m: area };
  return {
    body: {
      on: {
        kinds: draft.kinds as NonNullable<Body["on"]["kinds"]>,
        severities: draft.severities as NonNullable<Body["on"]["severities"]>,
        subject: draft.subject.trim() || "*",
        lasting_s: numbers["lasting_s"] ?? 0,
        at_least: numbers["at_least"] ?? 1,
      },
      do: {
        kind: draft.action,
        target: TARGETS[draft.action] && draft.target.trim() ? draft.target.trim() : SUBJECT,
        at_once: draft.action === "close_station" && draft.at_once,
        rule: isRule ? rule : null,
        area_m: draft.action === "stop_area" ? area : [],
        within_min: numbers["within_min"] ?? 30,
        most: numbers["most"] ?? 20,
        priority: numbers["priority"] ?? 10,
      },
      cooldown_s: numbers["cooldown_s"] ?? 300,
      most_per_h: numbers["most_per_h"] ?? 4,
    },
  };
}

const NUMBERS = [
  "lasting_s",
  "at_least",
  "within_min",
  "most",
  "priority",
  "cooldown_s",
  "most_per_h",
] as const;

/** Corners as typed; null if they are none. */
export function cornersOf(text: string): [number, number][] | null {
  const corners: [number, number][] = [];
  for (const pair of text.split(/[,;\n]/).map((one) => one.trim())) {
    if (pair === "") continue;
    const parts = pair.split(/\s+/).map(Number);
    const [x_m, y_m] = parts;
    if (parts.length !== 2 || !Number.isFinite(x_m) || !Number.isFinite(y_m)) return null;
    corners.push([x_m as number, y_m as number]);
  }
  return corners;
}

/** The other way. */
function cornersText(corners: readonly (readonly number[])[] | undefined): string {
  return (corners ?? []).map((one) => one.join(" ")).join(", ");
}

/** Which field of the form the bridge means: `do.target` is `target`. */
export function fieldOf(named: string): string {
  const last =
    named
      .split(".")
      .at(-1)
      ?.replace(/\[\d+\]/g, "") ?? "";
  const other: Record<string, string> = { area_m: "area", on: "kinds", kinds: "kinds" };
  return other[last] ?? last;
}

/** What may be switched to from a mode, the most careful first. */
export function modesOf(policy: { mode?: string; held_ms?: number | null }): readonly Mode[] {
  const modes: readonly Mode[] = ["dry_run", "on", "off"];
  // One that was held goes on when it is switched on anew.
  return policy.held_ms != null ? modes : modes.filter((one) => one !== policy.mode);
}

export type Mode = Schema["PolicyMode"];
