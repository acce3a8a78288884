/** What is done to alarms, and what is said about it. */
import { api, ask, newKey, type Schema } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { moment } from "../../i18n/format";
import { t } from "../../i18n/words";
import { tell, warn } from "../../parts/Toast";
import { nameOf } from "./catalogue";
import type { Alarm } from "./filter";

/** The same again is harmless for every one of these: a lost answer is asked for anew. */
const again = () => ({ headers: { "Idempotency-Key": newKey() } });

/** What was said of which change of which alarm, so that a key pressed twice says it once. */
const told = new Set<string>();

/** Says that one knows of an alarm as it is shown. */
export async function acknowledge(alarm: Alarm): Promise<void> {
  const seen = `${alarm.number}/${alarm.change}`;
  if (told.has(seen)) return;
  told.add(seen);
  const request = api.POST("/v1/alarms/{number}/acknowledge", {
    ...again(),
    params: { path: { number: alarm.number } },
    body: { change: alarm.change, by: "", reason: "" },
  });
  const done = await said(async () => {
    const now = await ask(request);
    const { response } = await request;
    const repeated = response.headers.get("Idempotency-Replayed") === "true";
    return repeated ? beforeWords(now) : t("alarms.done_it", { what: nameOf(now) });
  });
  if (!done) told.delete(seen);
}

function beforeWords(now: Alarm): string {
  const what = nameOf(now);
  if (!now.acknowledged_by) return t("alarms.before", { what });
  const at = moment(now.acknowledged_ms ?? 0);
  return t("alarms.before_by", { what, by: now.acknowledged_by, at });
}

/** The same of several as they are shown: of all or, if one has come again, of none. */
export async function acknowledgeListed(listed: readonly Alarm[]): Promise<void> {
  const seen = listed.map(({ number, change }) => ({ number, change }));
  await said(async () => manyWords(await postMany({ alarms: seen, by: "", reason: "" })));
}

/** The same of all that are alike and were there at `change`. */
export async function acknowledgeAlike(
  alike: Schema["AlikeIn"],
  change: number,
  reason: string,
): Promise<void> {
  const body = { alarms: [], alike, change, by: "", reason };
  await said(async () => manyWords(await postMany(body)));
}

function postMany(body: Schema["AcknowledgeManyIn"]): Promise<Schema["AlarmsAcknowledged"]> {
  return ask(api.POST("/v1/alarms/acknowledge", { ...again(), body }));
}

function manyWords({ acknowledged, repeated, left }: Schema["AlarmsAcknowledged"]): string {
  return [
    t("alarms.done_many", { count: acknowledged }),
    repeated > 0 ? t("alarms.done_repeated", { count: repeated }) : "",
    left > 0 ? t("alarms.done_left", { count: left }) : "",
  ]
    .filter(Boolean)
    .join(" ");
}

/** Sets an alarm aside; whether that was done. */
export async function shelve(alarm: Alarm, duration_s: number, reason: string): Promise<boolean> {
  return said(async () => {
    const now = await ask(
      api.POST("/v1/alarms/{number}/shelve", {
        ...again(),
        params: { path: { number: alarm.number } },
        body: { change: alarm.change, duration_s, reason, by: "" },
      }),
    );
    const at = moment(now.shelved_until_ms ?? 0);
    return t("alarms.shelved_done", { at, what: nameOf(now) });
  });
}

/** Has an alarm back; whether that was done. */
export async function unshelve(alarm: Alarm, reason: string): Promise<boolean> {
  return said(async () => {
    const now = await ask(
      api.POST("/v1/alarms/{number}/unshelve", {
        ...again(),
        params: { path: { number: alarm.number } },
        body: { by: "", reason },
      }),
    );
    return t("alarms.unshelved_done", { what: nameOf(now) });
  });
}

async function said(act: () => Promise<string>): Promise<boolean> {
  try {
    tell(await act());
    return true;
  } catch (error) {
    warn(problemWords(asProblem(error)));
    return false;
  }
}
