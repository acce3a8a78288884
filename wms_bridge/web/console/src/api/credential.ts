/** The API key of this tab. A session needs none: it is a cookie that scripts cannot read. */
const KEY = "podherd-api-key";

/** The key given in this tab, or "". */
export function apiKey(): string {
  return sessionStorage.getItem(KEY) ?? "";
}

/** Keeps a key until the tab is closed; "" forgets it. */
export function keepApiKey(key: string): void {
  if (key) sessionStorage.setItem(KEY, key);
  else sessionStorage.removeItem(KEY);
}

/** Address of a WebSocket of the bridge; a browser can send a key only in it. */
export function socketAddress(path: string, values: Record<string, string | number> = {}): URL {
  const url = new URL(path, location.origin);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  for (const [name, value] of Object.entries(values)) url.searchParams.set(name, String(value));
  if (apiKey()) url.searchParams.set("api_key", apiKey());
  return url;
}
