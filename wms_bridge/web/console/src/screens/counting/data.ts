/** What the screen asks the bridge for, and what a supervisor decides. */
import { useEffect, useRef, useState } from "preact/hooks";
import { signal } from "@preact/signals";

import { api, ask, newKey } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { moment } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { tell, warn } from "../../parts/Toast";
import type { Action, Case, Details } from "./case";

const EVERY_MS = 4000;
const MOST_OPEN = 1000;

/** Decisions that are on their way to the bridge, by case. */
export const deciding = signal<ReadonlyMap<string, Action>>(new Map());

export interface Asked<Data> {
  data: Data | null;
  wrong: string;
  /** When `data` came (ms of `performance.now()`). */
  at_ms: number;
  reload: () => void;
}

/**
 * Asks now, whenever `key` changes or an alarm does (a count that needs a decision is one), and every
 * 4 s while the page is in view. Older answers than one that has come are left out.
 */
export function useAsked<Data>(key: string, request: () => Promise<Data>): Asked<Data> {
  const [known, setKnown] = useState<{ key: string; data: Data; at_ms: number } | null>(null);
  const [wrong, setWrong] = useState("");
  const latest = useRef(0);
  const load = () => {
    latest.current += 1;
    const mine = latest.current;
    request().then(
      (data) => {
        if (mine !== latest.current) return;
        setKnown({ key, data, at_ms: performance.now() });
        setWrong("");
      },
      (error: unknown) => {
        if (mine === latest.current) setWrong(problemWords(asProblem(error)));
      },
    );
  };
  const { value: heard } = alarms.heard;
  useEffect(() => {
    load();
    const timer = setInterval(() => {
      if (!document.hidden) load();
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, [key, heard]);
  const fits = known?.key === key ? known : null;
  return { data: fits?.data ?? null, wrong, at_ms: fits?.at_ms ?? 0, reload: load };
}

/** All cases that are open. */
export async function openCases(): Promise<Case[]> {
  const query = { status: "open", limit: MOST_OPEN } as const;
  const answer = await ask(api.GET("/v1/counts", { params: { query } }));
  return (answer as unknown as { counts: Case[] }).counts;
}

/** The latest closed cases before a number, at most `limit`. */
export async function closedCases(before: number | null, limit: number): Promise<Case[]> {
  const query = { status: "closed", limit, ...(before === null ? {} : { before }) } as const;
  const answer = await ask(api.GET("/v1/counts", { params: { query } }));
  return (answer as unknown as { counts: Case[] }).counts;
}

/** A case with its history, and what its slot holds of its SKU by the books. */
export async function caseWithBooks(name: string): Promise<Details & { now: number }> {
  const given = await ask(api.GET("/v1/counts/{case}", { params: { path: { case: name } } }));
  const query = { slot: given.slot, sku: given.sku };
  const answer = await ask(api.GET("/v1/stock", { params: { query } }));
  const { stock } = answer as unknown as { stock: { quantity: number }[] };
  return { ...given, now: stock.reduce((sum, one) => sum + one.quantity, 0) };
}

/**
 * Sends a decision of a case as it was seen. It is shown as on its way at once, and as done only when
 * the bridge has said so; whoever was second is told who decided what. Whether it was taken.
 */
export async function decide(given: Case, action: Action, reason: string): Promise<boolean> {
  mark(given.case, action);
  try {
    await ask(
      api.POST("/v1/counts/{case}/decision", {
        // The same decision again changes nothing: a lost answer is asked for anew.
        headers: { "Idempotency-Key": newKey() },
        params: { path: { case: given.case } },
        body: { action, reason, by: "", version: given.version },
      }),
    );
    tell(t(`counting.done.${action}`, { slot: given.slot }));
    return true;
  } catch (error) {
    warn(await refusal(given, error));
    return false;
  } finally {
    mark(given.case, null);
  }
}

function mark(name: string, action: Action | null): void {
  const others = [...deciding.value].filter(([other]) => other !== name);
  deciding.value = new Map(action ? [...others, [name, action]] : others);
}

/** Why a decision was not taken; of a case that somebody else has decided: who, what and why. */
async function refusal(given: Case, error: unknown): Promise<string> {
  const problem = asProblem(error);
  const told = t("counting.not_taken", { slot: given.slot, why: problemWords(problem) });
  if (problem.code !== "too_late") return told;
  try {
    const now = await ask(api.GET("/v1/counts/{case}", { params: { path: { case: given.case } } }));
    const last = now.decisions.filter((one) => one.version >= given.version).at(-1);
    if (!last) return told;
    const { by, reason } = last;
    const what = t(`counting.decided.${last.action}`);
    return t("counting.second", { slot: given.slot, by, what, reason, at: moment(last.at_ms) });
  } catch {
    return told;
  }
}
