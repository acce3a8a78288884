/** A WebSocket that comes back by itself: back-off with jitter, and a watch on its silence. */
import { signal } from "@preact/signals";

import { backoff_ms } from "./backoff";

export type LinkState = "idle" | "connecting" | "live" | "lost";
/** Three beats of the bridge: whoever says nothing for so long is gone. */
const SILENT_MS = 6500;
const OPEN_WITHIN_MS = 6000;

export interface LinkEnds {
  /** Where to connect to, each time anew. */
  address: () => URL;
  onText: (text: string) => void;
  onBytes: (bytes: ArrayBuffer) => void;
  /** Called whenever the link is lost; `opened` tells whether the bridge had let us in. */
  onLost: (opened: boolean) => void;
}

export class Link {
  readonly state = signal<LinkState>("idle");
  /** When the next attempt begins (ms of `performance.now()`). */
  readonly retryAt_ms = signal<number | null>(null);
  attempt = 0;
  private socket: WebSocket | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private watch: ReturnType<typeof setTimeout> | undefined;
  private heard = false;

  constructor(private readonly ends: LinkEnds) {}

  /** Connects, and stays connected until {@link close}. */
  open(): void {
    if (this.socket) return;
    clearTimeout(this.timer);
    this.retryAt_ms.value = null;
    if (this.state.value === "idle") this.state.value = "connecting";
    this.heard = false;
    const socket = new WebSocket(this.ends.address());
    socket.binaryType = "arraybuffer";
    this.socket = socket;
    this.expect(OPEN_WITHIN_MS);
    socket.addEventListener("message", (event) => this.received(socket, event.data));
    socket.addEventListener("close", () => this.lost(socket));
  }

  /** Ends the link for good. */
  close(): void {
    clearTimeout(this.timer);
    clearTimeout(this.watch);
    const socket = this.socket;
    this.socket = null;
    socket?.close();
    this.state.value = "idle";
    this.retryAt_ms.value = null;
  }

  /** Gives up a link that something else has found of no use, and begins anew. */
  drop(): void {
    if (this.socket) this.lost(this.socket);
  }

  /** Tries at once instead of waiting. */
  retry(): void {
    if (this.retryAt_ms.value !== null) this.open();
  }

  private received(socket: WebSocket, data: unknown): void {
    if (socket !== this.socket) return;
    this.expect(SILENT_MS);
    if (!this.heard) {
      this.heard = true;
      this.attempt = 0;
      this.state.value = "live";
    }
    if (typeof data === "string") this.ends.onText(data);
    else if (data instanceof ArrayBuffer) this.ends.onBytes(data);
  }

  private lost(socket: WebSocket): void {
    if (socket !== this.socket) return;
    clearTimeout(this.watch);
    this.socket = null;
    socket.close();
    const wait_ms = backoff_ms(this.attempt, Math.random());
    this.attempt += 1;
    this.retryAt_ms.value = performance.now() + wait_ms;
    this.timer = setTimeout(() => this.open(), wait_ms);
    this.state.value = "lost";
    this.ends.onLost(this.heard);
  }

  private expect(within_ms: number): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.drop(), within_ms);
  }
}
