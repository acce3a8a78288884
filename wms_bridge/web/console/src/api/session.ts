/** Who works with the console, and what they may do. */
import { computed, signal } from "@preact/signals";

import { api, ask, onSignedOut, type Schema } from "./client";
import { keepApiKey } from "./credential";
import { Problem } from "./problem";

export type Me = Schema["MeOut"];
export type Permission =
  | "see_station"
  | "work_station"
  | "see"
  | "order"
  | "operate"
  | "decide"
  | "fleet"
  | "audit"
  | "administer";

/** `undefined` before it is known, `null` for nobody. */
export const me = signal<Me | null | undefined>(undefined);
/** Why somebody has to sign in again. */
export const ended = signal(false);
export const who = computed(() => me.value?.who ?? "");

/** Whether who works here may do something. */
export function may(permission: Permission): boolean {
  return me.value?.permissions.includes(permission) ?? false;
}

/** Asks the bridge who this is. Throws a {@link Problem} if it cannot be reached. */
export async function look(): Promise<void> {
  try {
    me.value = await ask(api.GET("/v1/me"));
    ended.value = false;
  } catch (error) {
    if (error instanceof Problem && [401, 403].includes(error.status)) me.value = null;
    else throw error;
  }
}

/** Begins a session, kept as a cookie. Throws a {@link Problem}. */
export async function signIn(name: string, password: string): Promise<void> {
  keepApiKey("");
  await ask(api.POST("/v1/login", { body: { name, password } }));
  await look();
}

/** Works under an API key, kept until the tab is closed. Throws a {@link Problem}. */
export async function signInByKey(key: string): Promise<void> {
  keepApiKey(key);
  await look();
  if (me.value === null) keepApiKey("");
}

/** Ends the session. */
export async function signOut(): Promise<void> {
  try {
    await ask(api.POST("/v1/logout"));
  } finally {
    keepApiKey("");
    me.value = null;
    ended.value = false;
  }
}

onSignedOut(() => {
  if (me.value) ended.value = true;
  me.value = null;
});
