/**
 * Confirmations that the bridge has not answered yet. They outlive the page, are sent one after the
 * other as soon as it can be reached, and each under a key of its own: it is booked once.
 */
import { computed, signal } from "@preact/signals";

import { api, ask } from "../../api/client";
import { asProblem, type Problem, problemWords } from "../../api/problem";
import { who } from "../../api/session";
import { backoff_ms } from "../../live/backoff";
import type { Instruction } from "./judging";

export interface Confirmation {
  work: Instruction["work"];
  id: string;
  quantity: number;
  reason: Reason | null;
  lot: string;
  serials: readonly string[];
  /** Who counted; of counts only. */
  by: string;
  /** Who was signed in. */
  who: string;
  /** What it was of, to tell it by. */
  sku: string;
  slot: string;
}

export type Reason = "slot_short" | "damaged" | "wrong_item" | "over_found";

/** One that was refused, until somebody has read it. */
export interface Refused {
  key: string;
  confirmation: Confirmation;
  code: string;
  words: string;
}

const STORED = "podherd-station-kept";
const LATER = new Set([0, 401, 408, 429, 500, 502, 503, 504]);

export const kept = signal<readonly Confirmation[]>(load());
export const refused = signal<readonly Refused[]>([]);
/** Keys of what the bridge has taken, until the panel shows it no more. */
export const taken = signal<ReadonlySet<string>>(new Set());
/** Those of who is signed in. */
export const ownKept = computed(() => kept.value.filter((one) => one.who === who.value));
let sending = false;
let attempt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;

/** The name of an instruction, over all kinds of work. */
export function keyOf(one: { work: string; id: string }): string {
  return `station/${one.work}/${one.id}`;
}

/** Whether a problem may pass by itself: the confirmation is sent again later. */
export function passes(status: number): boolean {
  return LATER.has(status);
}

/** Keeps a confirmation and sends it. One of the same work is kept once. */
export function confirm(confirmation: Confirmation): void {
  if (kept.value.some((one) => keyOf(one) === keyOf(confirmation))) return;
  keep([...kept.value, confirmation]);
  sendNow();
}

/** Sends what is kept, at once. */
export function sendNow(): void {
  clearTimeout(timer);
  if (!sending) void sendAll();
}

/** Forgets what was refused. */
export function readRefusal(key: string): void {
  refused.value = refused.value.filter((one) => one.key !== key);
}

/** Forgets that something was taken: the panel does not show it any more. */
export function forgetTaken(shown: ReadonlySet<string>): void {
  const left = [...taken.value].filter((key) => shown.has(key));
  if (left.length < taken.value.size) taken.value = new Set(left);
}

async function sendAll(): Promise<void> {
  sending = true;
  try {
    for (let next = ownKept.value[0]; next; next = ownKept.value[0]) {
      const problem = await send(next);
      if (problem && passes(problem.status)) {
        timer = setTimeout(sendNow, backoff_ms(Math.min(attempt, 3), Math.random()));
        attempt += 1;
        return;
      }
      attempt = 0;
      settle(next, problem);
    }
  } finally {
    sending = false;
  }
}

function settle(done: Confirmation, problem: Problem | null): void {
  const key = keyOf(done);
  if (problem) {
    const words = problemWords(problem);
    refused.value = [...refused.value, { key, confirmation: done, code: problem.code, words }];
  } else {
    taken.value = new Set([...taken.value, key]);
  }
  keep(kept.value.filter((one) => keyOf(one) !== key));
}

async function send(one: Confirmation): Promise<Problem | null> {
  const header = { "Idempotency-Key": keyOf(one) };
  const { quantity, reason, lot, serials, by } = one;
  try {
    if (one.work === "pick") {
      const params = { path: { pick: one.id }, header };
      const body = { quantity, reason, lot, serials: [...serials] };
      await ask(api.POST("/v1/picks/{pick}/confirm", { params, body }));
    } else if (one.work === "put") {
      const params = { path: { put: one.id }, header };
      const body = { quantity, serials: [...serials] };
      await ask(api.POST("/v1/puts/{put}/confirm", { params, body }));
    } else {
      const params = { path: { count: one.id }, header };
      await ask(api.POST("/v1/counts/tasks/{count}/confirm", { params, body: { quantity, by } }));
    }
    return null;
  } catch (error) {
    return asProblem(error);
  }
}

function keep(all: readonly Confirmation[]): void {
  kept.value = all;
  localStorage.setItem(STORED, JSON.stringify(all));
}

function load(): readonly Confirmation[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(STORED) ?? "[]");
    return Array.isArray(found) ? (found as Confirmation[]) : [];
  } catch {
    return [];
  }
}
