/** The site and its closed areas, from the bridge. */
import { signal } from "@preact/signals";

import { api, ask, type Schema } from "../../api/client";

export type Site = Schema["Site"];
export type Rule = Schema["RuleRecord"];

const RULES_EVERY_MS = 15_000;
export const site = signal<Site | null>(null);
/** Rules of the floor in force. */
export const rules = signal<readonly Rule[]>([]);

/** Loads the site, once. Throws a Problem. */
export async function loadSite(): Promise<void> {
  site.value ??= (await ask(api.GET("/v1/site"))) as unknown as Site;
}

/** Keeps {@link rules} up to date until the function returned is called. */
export function watchRules(): () => void {
  let timer: ReturnType<typeof setTimeout>;
  let over = false;
  const next = async () => {
    try {
      rules.value = (await ask(api.GET("/v1/rules"))).rules as unknown as readonly Rule[];
    } catch {
      // Tried again soon; what was known is still shown.
    }
    if (!over) timer = setTimeout(() => void next(), RULES_EVERY_MS);
  };
  void next();
  return () => {
    over = true;
    clearTimeout(timer);
  };
}
