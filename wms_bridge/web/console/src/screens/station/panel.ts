/** What the bridge tells of one station, pushed over a WebSocket that comes back by itself. */
import { signal } from "@preact/signals";

import type { Schema } from "../../api/client";
import { socketAddress } from "../../api/credential";
import { look } from "../../api/session";
import type { Language } from "../../i18n/words";
import { Link } from "../../live/link";
import { forgetTaken, keyOf, sendNow } from "./keeping";

export type Panel = Schema["StationPanel"];

export class LivePanel {
  readonly panel = signal<Panel | null>(null);
  /** When the last message came (ms of `performance.now()`). */
  heard_ms = 0;
  readonly link: Link;

  constructor(station: string, language: Language) {
    const path = `/v1/stations/${encodeURIComponent(station)}/live`;
    this.link = new Link({
      address: () => socketAddress(path, { language }),
      onText: (text) => this.take(text),
      onBytes: () => undefined,
      // Refused before it began: perhaps the session has ended.
      onLost: (opened) => void (opened || look().catch(() => undefined)),
    });
  }

  /** How old what is shown is (ms). */
  age_ms(now_ms: number): number {
    return Math.max(0, now_ms - this.heard_ms);
  }

  private take(text: string): void {
    const first = this.link.state.peek() !== "live" || this.heard_ms === 0;
    const panel = JSON.parse(text) as Panel;
    this.heard_ms = performance.now();
    this.panel.value = panel;
    forgetTaken(new Set(panel.instructions.map(keyOf)));
    if (first) sendNow();
  }
}
