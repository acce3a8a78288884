/**
 * The screens of the console. A screen is a folder under `screens/` with a `screen.ts` whose default
 * export is a {@link Screen}; it is found by itself, and nothing else needs to be told of it.
 */
import type { ComponentType } from "preact";

import type { Permission } from "../api/session";

export interface Screen {
  /** Its folder, its words (`<name>.title`) and its address (`/console/<name>`). */
  name: string;
  /** Place in the navigation. The floor is 10; leave gaps. */
  order: number;
  /** What somebody needs to see it. */
  permission: Permission;
  /** The key after `g` that leads to it. */
  key: string;
  /** Loads the screen when it is first shown. */
  load: () => Promise<{ default: ComponentType }>;
}

const found = import.meta.glob<Screen>("../screens/*/screen.ts", {
  eager: true,
  import: "default",
});

/** All screens, in the order of the navigation. */
export const SCREENS: readonly Screen[] = Object.values(found).sort((a, b) => a.order - b.order);

/** Fetches the code of a screen while nothing is known yet of who wants to see it. */
export function fetchAhead(name: string): void {
  // If that fails it is told when the screen is shown.
  SCREENS.find((one) => one.name === name)
    ?.load()
    .catch(() => undefined);
}
