/** What the page asks the bridge for now and then: JSON by GET, repeated while it is in view. */

const TIMEOUT_MS = 5000;

/** Where the bridge is: the folder this page came from. */
export function address(path) {
  return new URL(path, document.baseURI);
}

/** The same place for a WebSocket. */
export function socketAddress(path) {
  const url = address(path);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url;
}

/** JSON of a resource. Throws `NoAnswer` when the bridge cannot be reached or refuses. */
export async function getJson(path) {
  let response;
  try {
    response = await fetch(address(path), { signal: AbortSignal.timeout(TIMEOUT_MS) });
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

/** Asks for one resource again and again, and never twice at the same time. */
export class Poll {
  /** `accept(data)` gets each answer and `failed(error)` each failure. */
  constructor(path, every_ms, accept, failed) {
    this.path = path;
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
      this.accept(await getJson(this.path));
    } catch (error) {
      this.failed(error);
    } finally {
      this.busy = false;
    }
    if (!document.hidden) this.timer = setTimeout(() => this.now(), this.every_ms);
  }
}
