/** Names of what the bridge tells of, in the language of the reader where there are words for it. */
import type { Schema } from "../../api/client";
import { number } from "../../i18n/format";
import { has, t } from "../../i18n/words";

/** The title of a kind of alarm. */
export function alarmKind(kind: string): string {
  const key = `alarms.kind.${kind}.title`;
  return has(key) ? t(key) : spaced(kind);
}

/** What happened, of an item of the stream. */
export function typeOf(item: { kind: string; type: string }): string {
  const [first = "", second = ""] = item.type.split(".");
  if (item.kind === "alarm")
    return `${alarmKind(first)}: ${words(`tower.alarm.${second}`, second)}`;
  if (item.kind === "policy") {
    return `${words(`tower.action.${first}`, first)}: ${words(`tower.outcome.${second}`, second)}`;
  }
  if (item.kind === "act") return item.type === "change" ? t("tower.type.change") : item.type;
  return item.type
    .split(".")
    .map((part) => words(`tower.type.${part}`, part))
    .join(", ");
}

/** "Close station S01 at once", of what a policy does. */
export function deedOf(action: Schema["PolicyAction"]): string {
  const target = action.target === SUBJECT ? t("tower.subject") : (action.target ?? "");
  const told = t(`tower.action.${action.kind}`);
  switch (action.kind) {
    case "set_rule":
      return `${told} ${action.rule?.rule ?? ""}`;
    case "stop_area":
      return action.area_m?.length ? told : t("tower.action_site");
    case "rush_orders":
      return t("tower.rush_told", {
        most: number(action.most ?? 20),
        min: number(action.within_min ?? 30),
        priority: number(action.priority ?? 10),
      });
    case "close_station":
      return `${told} ${target}${action.at_once ? ` (${t("tower.at_once")})` : ""}`;
    default:
      return `${told} ${target}`;
  }
}

/** Stands for what the alarm is about. */
export const SUBJECT = "{subject}";

/** "Robot is silent, R*, for 30 s": when a policy acts. */
export function whenOf(on: Schema["AlarmMatch"]): string {
  const kinds = (on.kinds ?? []).map(alarmKind);
  const severities = (on.severities ?? []).map((one) => t(`tower.severity.${one}`));
  const what = [...kinds, ...severities].join(", ") || t("tower.any_alarm");
  const parts = [what];
  if (on.subject && on.subject !== "*") parts.push(on.subject);
  if (on.lasting_s) parts.push(t("tower.lasting", { s: number(on.lasting_s) }));
  if ((on.at_least ?? 1) > 1) parts.push(t("tower.at_least", { count: on.at_least ?? 1 }));
  return parts.join(" · ");
}

function words(key: string, other: string): string {
  return has(key) ? t(key) : spaced(other);
}

/** `OrderReceived` and `robot_silent` as words. */
function spaced(name: string): string {
  const text = name.replace(/_/g, " ").replace(/([a-z])([A-Z])/g, "$1 $2");
  return text.charAt(0).toUpperCase() + text.slice(1).toLowerCase();
}
