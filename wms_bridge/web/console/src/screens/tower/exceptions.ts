/** What may be done to an exception next, and by whom. No DOM in here. */
import type { Schema } from "../../api/client";

export type Exception = Schema["ExceptionRecord"];
export type State = Exception["state"];
export type Deed = Schema["ExceptionDeed"];
export const STATES: readonly State[] = ["open", "claimed", "resolved", "verified"];

/** The deeds that a state allows, the most likely first; a person may not verify their own. */
export function deedsOf(
  one: { state: State; owner?: string; resolved_by?: string },
  who: string,
  decides: boolean,
): readonly Deed[] {
  switch (one.state) {
    case "open":
      return ["claim"];
    case "claimed":
      return one.owner === who || decides ? ["resolve", "release"] : [];
    case "resolved":
      return one.resolved_by !== who || decides ? ["verify", "reopen"] : ["reopen"];
    case "verified":
      return ["reopen"];
  }
}

/** The name under which what somebody does is kept: that of their account, or all that is known. */
export function nameOf(who: string): string {
  return who.replace(/^account /, "");
}

/** Whether the deed asks for a reason. */
export function needsReason(deed: Deed): boolean {
  return deed === "resolve" || deed === "reopen";
}

/** Where the thing itself is seen and dealt with; null where only its words are. */
export function linkOf(one: {
  key: string;
  cause: string;
}): { screen: string; rest: string[] } | null {
  const [, number = ""] = one.key.split("/");
  switch (one.cause) {
    case "alarm":
      return { screen: "alarms", rest: [] };
    case "no_answer":
      return { screen: "intervene", rest: [] };
    case "dead_message":
    case "rejected_document":
      return { screen: "setup", rest: ["connectors"] };
    case "policy_held":
    case "policy_failed":
      return { screen: "tower", rest: ["policies"] };
    case "discrepancy":
      return number ? { screen: "counting", rest: [] } : null;
    default:
      return null;
  }
}
