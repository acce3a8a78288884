/** What the page asks the bridge for now and then: JSON by GET, repeated while it is in view. */

const TIMEOUT_MS = 5000;
const OLDEST_OPEN = 200;
const LATEST_DONE = 60;
const KEY = "podherd-api-key";

/** Where the bridge is: the folder this page came from. */
function address(path) {
  return new URL(path, document.baseURI);
}

/** The API key the reader has given in this tab, or "". */
export function apiKey() {
  return sessionStorage.getItem(KEY) ?? "";
}

/** Remembers the API key until the tab is closed. */
export function keepApiKey(key) {
  sessionStorage.setItem(KEY, key);
}

/** Address of a WebSocket of the bridge; a browser can send the API key only in it. */
export function socketAddress(path) {
  const url = address(path);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  if (apiKey()) url.searchParams.set("api_key", apiKey());
  return url;
}

/** JSON of a resource. Throws `NoAnswer` when the bridge cannot be reached or refuses. */
export async function getJson(path) {
  const headers = apiKey() ? { Authorization: `Bearer ${apiKey()}` } : {};
  let response;
  try {
    response = await fetch(address(path), { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
  } catch (error) {
    throw new NoAnswer(path, 0, error);
  }
  if (!response.ok) throw new NoAnswer(path, response.status);
  return response.json();
}

/** The bridge could not be reached (`status` 0) or refused with an HTTP status. */
export class NoAnswer extends Error {
  constructor(path, status, cause) {
    super(status ? `${path}: HTTP ${status}` : `${path}: no answer`, { cause });
    this.status = status;
  }
}

/** Orders to show: the oldest open and the latest finished ones, and how many there are in `total`. */
export async function getOrders() {
  const lists = await Promise.all([
    getJson(`v1/orders?status=open&order=oldest&limit=${OLDEST_OPEN}`),
    getJson(`v1/orders?status=complete&limit=${LATEST_DONE}`),
    getJson(`v1/orders?status=complete_short&limit=${LATEST_DONE}`),
  ]);
  const orders = lists.flatMap((answer) => answer.orders);
  const { bridge } = await getJson("v1/kpis");
  return { orders, total: Math.max(orders.length, bridge.orders_received ?? 0) };
}

/** One order with its lines in `order_lines`. */
export function getOrder(order) {
  return getJson(`v1/orders/${encodeURIComponent(order)}`);
}

/** Asks for one thing again and again, and never twice at the same time. */
export class Poll {
  /** `ask()` gets the data, `accept(data)` takes it and `failed(error)` a `NoAnswer`. */
  constructor(ask, every_ms, accept, failed) {
    this.ask = ask;
    this.every_ms = every_ms;
    this.accept = accept;
    this.failed = failed;
    this.timer = null;
    this.busy = false;
    document.addEventListener("visibilitychange", () => {
      if (!document.hidden) this.now();
    });
  }

  /** Asks at once, then at the usual pace. */
  async now() {
    if (this.busy) return;
    this.busy = true;
    clearTimeout(this.timer);
    try {
      this.accept(await this.ask());
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.failed(error);
    } finally {
      this.busy = false;
      if (!document.hidden) this.timer = setTimeout(() => this.now(), this.every_ms);
    }
  }
}
