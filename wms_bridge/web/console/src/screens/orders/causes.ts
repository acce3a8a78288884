/** What holds an order up, in words. */
import type { Schema } from "../../api/client";
import { duration, number, percent } from "../../i18n/format";
import { t } from "../../i18n/words";

export type Cause = Schema["Cause"];

/** The cause, named. */
export function causeTitle(cause: Cause): string {
  const kind = cause.kind === "backlog" && cause.subject ? "backlog_here" : cause.kind;
  return t(`orders.cause.${kind}`, { subject: cause.subject ?? "" });
}

/** Its evidence in numbers. */
export function causeEvidence(cause: Cause): string {
  const figures = cause.figures ?? {};
  const of = (name: string) => figures[name] ?? 0;
  const values = {
    missing: number(of("missing")),
    stock: number(of("stock")),
    lines: number(of("lines")),
    waited: duration(of("waited_s") * 1000),
    robots: number(of("robots")),
    out: number(of("out")),
    starved: percent(of("starved")),
    share: percent(of("open_share")),
    queue: number(of("queue")),
    hours: duration(of("queue_h") * 3_600_000),
    usual_hours: duration(of("usual_h") * 3_600_000),
    given: duration(of("given_s") * 1000),
    usual: duration(of("usual_s") * 1000),
    ahead: number(of("lines_ahead")),
    rate: number(of("lines_per_h")),
    pieces: number(of("pieces")),
    names: (cause.names ?? []).join(" → "),
  };
  const kind = cause.kind === "station_closed" && "queue" in figures ? "station_own" : cause.kind;
  return t(`orders.evidence.${kind}`, values);
}

/** What the cause costs the order. */
export function causeDelay(cause: Cause): string {
  const { delay_ms } = cause;
  if (delay_ms === null || delay_ms === undefined) return t("orders.delay_until");
  return delay_ms > 0 ? t("orders.delay", { time: duration(delay_ms) }) : "";
}

/** Whether the order cannot be finished before somebody sees to something. */
export function isBlocked(causes: readonly Cause[]): boolean {
  const first = causes[0];
  return first !== undefined && (first.delay_ms === null || first.delay_ms === undefined);
}
