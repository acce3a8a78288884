/** What the page asks the bridge for, once or again and again while it is in view, and sends it. */

const TIMEOUT_MS = 5000;
const OLDEST_OPEN = 200;
const LATEST_DONE = 60;
const MOST_OPEN_CASES = 1000;
const LATEST_CLOSED_CASES = 30;
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
  return (await ask(path)).json();
}

/** Bytes of a resource as a Blob with its media type. Throws `NoAnswer`. */
export async function getBlob(path) {
  return (await ask(path)).blob();
}

/** Posts JSON and returns the JSON answered. Throws `NoAnswer`. */
export async function postJson(path, body) {
  const headers = { "Content-Type": "application/json" };
  return (await ask(path, { method: "POST", headers, body: JSON.stringify(body) })).json();
}

async function ask(path, { headers = {}, ...options } = {}) {
  const key = apiKey() ? { Authorization: `Bearer ${apiKey()}` } : {};
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  let response;
  try {
    response = await fetch(address(path), { ...options, headers: { ...headers, ...key }, signal });
  } catch (error) {
    throw new NoAnswer(path, 0, null, error);
  }
  if (!response.ok) throw new NoAnswer(path, response.status, await problemOf(response));
  return response;
}

/** What the bridge says is wrong (RFC 9457), or null if it is put otherwise. */
async function problemOf(response) {
  try {
    return await response.json();
  } catch {
    return null;
  }
}

/** The bridge could not be reached (`status` 0) or refused with an HTTP status and a `problem`. */
export class NoAnswer extends Error {
  constructor(path, status, problem = null, cause = undefined) {
    super(status ? `${path}: HTTP ${status}` : `${path}: no answer`, { cause });
    this.status = status;
    this.problem = problem;
  }
}

/** Orders to show: the oldest open and the latest finished ones, and how many there are in `total`. */
export async function getOrders() {
  const path = await ordersPath();
  const lists = await Promise.all([
    getJson(`${path}?status=open&order=oldest&limit=${OLDEST_OPEN}`),
    getJson(`${path}?status=complete&limit=${LATEST_DONE}`),
    getJson(`${path}?status=complete_short&limit=${LATEST_DONE}`),
  ]);
  const orders = lists.flatMap((answer) => answer.orders);
  const { bridge } = await getJson("v1/kpis");
  return { orders, total: Math.max(orders.length, bridge.orders_received ?? 0) };
}

/** One order with its lines in `order_lines`. */
export async function getOrder(order) {
  return getJson(`${await ordersPath()}/${encodeURIComponent(order)}`);
}

let ofSite = null;

/** Where the orders of the bridge's site are. */
async function ordersPath() {
  ofSite ??= (await getJson("v1/site")).name;
  return `v1/orders/${encodeURIComponent(ofSite)}`;
}

/** Cases of counts that are open, and with `closed` the latest of those as well. */
export async function getCases(closed) {
  const lists = [getJson(`v1/counts?status=open&limit=${MOST_OPEN_CASES}`)];
  if (closed) lists.push(getJson(`v1/counts?status=closed&limit=${LATEST_CLOSED_CASES}`));
  return (await Promise.all(lists)).flatMap((answer) => answer.counts);
}

/** One case with its history, and what its slot holds by the books `now`. */
export async function getCase(id) {
  const given = await getJson(`v1/counts/${encodeURIComponent(id)}`);
  const { slot, sku } = given;
  const { stock } = await getJson(`v1/stock?${new URLSearchParams({ slot, sku })}`);
  return { ...given, now: stock.reduce((sum, { quantity }) => sum + quantity, 0) };
}

/** A supervisor's decision: `{action, reason, by, version}`. */
export function decide(id, decision) {
  return postJson(`v1/counts/${encodeURIComponent(id)}/decision`, decision);
}

/** A photo or reads by the SHA-256 of its bytes. */
export function getEvidence(sha256) {
  return getBlob(`v1/evidence/${encodeURIComponent(sha256)}`);
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
    this.again = false;
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
      if (this.again) this.anew();
      else if (!document.hidden) this.timer = setTimeout(() => this.now(), this.every_ms);
    }
  }

  /** What is to be asked for has changed: an answer under way is not the last one. */
  anew() {
    this.again = this.busy;
    this.now();
  }
}
