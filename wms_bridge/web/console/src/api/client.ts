/**
 * Requests to the bridge, typed by its contract (docs/reference/openapi.json).
 *
 *     const { alarms } = await ask(api.GET("/v1/alarms"));
 *     await ask(api.POST("/v1/stations/{station}/close", { params: { path: { station } }, body }));
 *
 * `ask` gives what was answered, or throws a {@link Problem}. Reading is repeated by itself while
 * the bridge cannot be reached; a change only if it carries an `Idempotency-Key` ({@link newKey}).
 */
import createClient from "openapi-fetch";

import type { components, paths } from "./contract.gen";
import { apiKey } from "./credential";
import { mayRepeat, wait_ms } from "./patience";
import { asProblem, Problem, problemOf } from "./problem";

/** The records of the contract: `Schema["AlarmRecord"]`. */
export type Schema = components["schemas"];
const TIMEOUT_MS = 10_000;
const listeners: (() => void)[] = [];

export const api = createClient<paths>({ baseUrl: location.origin, fetch: patientFetch });

interface Answered<Data> {
  data?: Data;
  error?: unknown;
  response: Response;
}

/** What was answered; throws a {@link Problem}. */
export async function ask<Data>(request: Promise<Answered<Data>>): Promise<Data> {
  let answer: Answered<Data>;
  try {
    answer = await request;
  } catch (error) {
    throw asProblem(error);
  }
  const { data, error, response } = answer;
  if (response.ok) return data as Data;
  const problem = problemOf(response.status, error);
  if (problem.status === 401) for (const told of listeners) told();
  throw problem;
}

/** Calls `told` whenever the bridge does not know (any more) who asks. */
export function onSignedOut(told: () => void): void {
  listeners.push(told);
}

/** A key under which a change is made once, however often it is sent. */
export function newKey(): string {
  // Not randomUUID, which browsers have only on pages that came over TLS.
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function patientFetch(request: Request): Promise<Response> {
  const hasKey = request.headers.has("Idempotency-Key");
  if (apiKey()) request.headers.set("Authorization", `Bearer ${apiKey()}`);
  for (let tries = 1; ; tries += 1) {
    const response = await once(request.clone());
    const status = response?.status ?? 0;
    if (!mayRepeat(request.method, hasKey, status, tries)) {
      if (response) return response;
      throw new Problem(0, "unreachable", "");
    }
    const after = response?.headers.get("Retry-After") ?? null;
    await new Promise((resolve) => setTimeout(resolve, wait_ms(tries, after, Math.random())));
  }
}

/** One try; null if there was no answer. */
async function once(request: Request): Promise<Response | null> {
  try {
    return await fetch(request, { signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch {
    return null;
  }
}
