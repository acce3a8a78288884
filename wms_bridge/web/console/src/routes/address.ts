/** Addresses of the console: `/console/<screen>/<rest>?<query>`. No DOM in here. */

export const BASE = "/console/";

export interface Address {
  screen: string;
  /** What stands behind the screen's name, decoded: `orders/A%2F1` has ["A/1"]. */
  rest: readonly string[];
  query: Readonly<Record<string, string>>;
}

/** Reads a path and query; what is not under the console's base is its beginning. */
export function parseAddress(path: string, search: string): Address {
  const inside = path.startsWith(BASE) ? path.slice(BASE.length) : "";
  const [screen = "", ...rest] = inside.split("/").filter(Boolean).map(decoded);
  return { screen, rest, query: Object.fromEntries(new URLSearchParams(search)) };
}

/** The path and query of an address; empty values of the query are left out. */
export function formatAddress({ screen, rest, query }: Address): string {
  const path = [screen, ...rest].map(encodeURIComponent).join("/");
  const values = Object.entries(query).filter(([, value]) => value !== "");
  const search = new URLSearchParams(values).toString();
  return BASE + path + (search ? `?${search}` : "");
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
