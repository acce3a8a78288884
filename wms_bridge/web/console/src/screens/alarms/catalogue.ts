/** What the catalogue of alarms says, in the language of the reader where there are words for it. */
import { signal } from "@preact/signals";

import { api, ask, type Schema } from "../../api/client";
import { has, t } from "../../i18n/words";

export type Entry = Schema["AlarmKindOut"];
type Text = "title" | "cause" | "effect" | "action";

export const catalogue = signal<ReadonlyMap<string, Entry>>(new Map());
/** Nothing is shelved for less (s). */
export const shortestShelf_s = signal(60);

/** Loads the catalogue once. */
export async function loadCatalogue(): Promise<void> {
  if (catalogue.value.size > 0) return;
  const { kinds, shortest_shelf_s } = await ask(api.GET("/v1/alarms/kinds"));
  catalogue.value = new Map(kinds.map((one) => [one.kind, one]));
  shortestShelf_s.value = shortest_shelf_s;
}

/** A text of the catalogue; that of the bridge for kinds that this page has no words for. */
export function told(kind: string, text: Text): string {
  const key = `alarms.kind.${kind}.${text}`;
  return has(key) ? t(key) : (catalogue.value.get(kind)?.[text] ?? kind);
}

/** "Robot is silent: R07", of anything that has a kind and a subject. */
export function nameOf(alarm: { kind: string; subject: string }): string {
  return `${told(alarm.kind, "title")}: ${alarm.subject}`;
}
