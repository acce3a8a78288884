/**
 * The frames of `/v1/live`: connects, and connects again by itself with back-off.
 *
 * `onFrame(frame)` gets every readable FloorView. `onChange()` is called when `state` changes:
 * "connecting" (never had a link), "live" or "lost".
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
const OPEN_WITHIN_MS = 8000;

/** Wait before attempt number `attempt` (from 0); `chance` from 0 to 1 spreads many pages. */
export function backoff_ms(attempt, chance) {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** attempt);
  return full * (0.75 + 0.5 * chance);
}

export class LiveFeed {
  /** `address()` gives the place to connect to, each time anew. */
  constructor(address, onFrame, onChange) {
    this.address = address;
    this.onFrame = onFrame;
    this.onChange = onChange;
    this.state = "connecting";
    this.attempt = 0;
    this.retryAt_ms = null;
    this.unreadable = 0;
    this.socket = null;
    this.timer = null;
    this.guard = null;
  }

  open() {
    clearTimeout(this.timer);
    this.retryAt_ms = null;
    const socket = new WebSocket(this.address());
    this.socket = socket;
    this.guard = setTimeout(() => this.close(socket), OPEN_WITHIN_MS);
    socket.addEventListener("open", () => this.opened(socket));
    socket.addEventListener("message", (message) => this.received(socket, message.data));
    socket.addEventListener("close", () => this.close(socket));
  }

  /** Tries at once instead of waiting. */
  retry() {
    if (this.state !== "live" && this.retryAt_ms !== null) this.open();
  }

  /** Gives a link up that something else has found dead. */
  drop() {
    if (this.socket && this.state === "live") this.close(this.socket);
  }

  opened(socket) {
    if (socket !== this.socket) return;
    clearTimeout(this.guard);
    this.attempt = 0;
    this.become("live");
  }

  received(socket, text) {
    if (socket !== this.socket) return;
    const frame = readFrame(text);
    if (frame) this.onFrame(frame);
    else this.unreadable += 1;
  }

  close(socket) {
    if (socket !== this.socket) return;
    clearTimeout(this.guard);
    this.socket = null;
    socket.close();
    const wait_ms = backoff_ms(this.attempt, Math.random());
    this.attempt += 1;
    this.retryAt_ms = performance.now() + wait_ms;
    this.timer = setTimeout(() => this.open(), wait_ms);
    this.become("lost");
  }

  become(state) {
    this.state = state;
    this.onChange();
  }
}

/** A FloorView, or null if the text is not one. */
export function readFrame(text) {
  let frame;
  try {
    frame = JSON.parse(text);
  } catch {
    return null;
  }
  const lists = ["robots", "pods", "stations", "alarms"];
  const whole = frame && Number.isFinite(frame.at_ms) && frame.kpis;
  return whole && lists.every((name) => Array.isArray(frame[name])) ? frame : null;
}
