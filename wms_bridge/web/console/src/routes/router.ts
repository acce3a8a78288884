/** Where the reader is, as a signal, and how to go elsewhere. */
import { signal } from "@preact/signals";

import { type Address, formatAddress, parseAddress } from "./address";

export const address = signal<Address>({ screen: "", rest: [], query: {} });

/** Follows the browser's history from now on. */
export function startRouter(): void {
  const read = () => (address.value = parseAddress(location.pathname, location.search));
  addEventListener("popstate", read);
  read();
}

/** Goes to a screen. */
export function go(
  screen: string,
  rest: readonly string[] = [],
  query: Record<string, string> = {},
): void {
  move({ screen, rest, query }, true);
}

/** Goes to a screen in place of where the reader is: "back" does not lead here. */
export function goInstead(screen: string): void {
  move({ screen, rest: [], query: {} }, false);
}

/** Changes the query of where the reader is, without a step in the history. */
export function setQuery(query: Record<string, string>): void {
  move({ ...address.value, query: { ...address.value.query, ...query } }, false);
}

/** The address of a screen, for links. */
export function hrefOf(
  screen: string,
  rest: readonly string[] = [],
  query: Record<string, string> = {},
): string {
  return formatAddress({ screen, rest, query });
}

/** Lets a click on a link of ours stay in the page. */
export function follow(event: MouseEvent): void {
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const plain =
    event.button === 0 && !(event.ctrlKey || event.metaKey || event.shiftKey || event.altKey);
  if (!link || !plain || link.target || link.hash || link.origin !== location.origin) return;
  if (!link.pathname.startsWith("/console/")) return;
  event.preventDefault();
  move(parseAddress(link.pathname, link.search), true);
}

function move(to: Address, step: boolean): void {
  const path = formatAddress(to);
  if (step) history.pushState(null, "", path);
  else history.replaceState(null, "", path);
  address.value = parseAddress(location.pathname, location.search);
}
