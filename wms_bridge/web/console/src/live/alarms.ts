/**
 * The alarms of this page: how many want somebody, over one link that the shell and the screens share.
 *
 * The link tells of every change by its number (`WS /v1/events?alarms=`); what stands is then read
 * anew, twice a second at most, so that ten thousand changes are no more work than one. A component
 * that shows alarms reads `alarms.counts` and `alarms.heard`.
 */
import { computed, signal } from "@preact/signals";

import { api, ask, type Schema } from "../api/client";
import { socketAddress } from "../api/credential";
import { look } from "../api/session";
import { backoff_ms } from "./backoff";
import { floor } from "./floor";
import { Link } from "./link";
import { type AlarmCount, SEVERITIES, wantingOf } from "./severity";

export type AlarmChange = Schema["AlarmChange"];
const CALM_MS = 500;

/** What a frame of the link tells. */
export type AlarmNews =
  { stream: "beat"; at_ms: number } | { stream: "alarms"; number: number; change: AlarmChange };

class LiveAlarms {
  /** Of all alarms that are not normal, or shelved. */
  readonly counts = signal<readonly AlarmCount[]>([]);
  /** Whether the counts are known, from this link or one before. */
  readonly known = signal(false);
  /** Number of the latest change heard of; grows with every piece of news. */
  readonly heard = signal(0);
  /** The latest critical alarm that was raised while this page was open. */
  readonly critical = signal<AlarmChange | null>(null);
  readonly wanting = computed(() => wantingOf(this.counts.value));
  readonly total = computed(() =>
    SEVERITIES.reduce((sum, one) => sum + this.wanting.value[one], 0),
  );
  readonly link: Link;
  private number = 0;
  private ahead_ms: number | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private busy = false;
  private wanted = false;
  private attempt = 0;
  private isOpen = false;
  private end = () => {};

  constructor() {
    this.link = new Link({
      address: () => socketAddress("/v1/events", { alarms: this.number, beat: "true" }),
      onText: (text) => this.text(text),
      onBytes: () => this.link.drop(),
      onLost: (opened) => {
        if (!opened) look().catch(() => undefined);
      },
    });
  }

  /** Follows the alarms from now on, until {@link close}. */
  open(): void {
    this.isOpen = true;
    // Where the floor gets through, so do alarms: nobody waits out a longer back-off.
    this.end = floor.link.state.subscribe((state) => {
      if (state === "live") this.link.retry();
    });
    void this.begin();
  }

  close(): void {
    this.isOpen = false;
    this.end();
    clearTimeout(this.timer);
    this.link.close();
    this.busy = this.wanted = false;
    this.known.value = false;
    this.counts.value = [];
    this.number = 0;
  }

  /** The bridge's time (ms since 1970 UTC), whatever the clock of this machine says. */
  now_ms(): number {
    return this.ahead_ms === null ? Date.now() : performance.now() + this.ahead_ms;
  }

  /** What stands is read first: a link from 0 on would tell all that ever happened. */
  private async begin(): Promise<void> {
    const read = await this.read();
    if (!this.isOpen) return;
    if (read) this.link.open();
    else
      this.timer = setTimeout(() => void this.begin(), backoff_ms(this.attempt++, Math.random()));
  }

  private async read(): Promise<boolean> {
    try {
      const { counts, change } = await ask(
        api.GET("/v1/alarms", { params: { query: { limit: 1 } } }),
      );
      if (!this.isOpen) return false;
      this.counts.value = counts ?? [];
      this.known.value = true;
      this.number = Math.max(this.number, change ?? 0);
      this.attempt = 0;
      return true;
    } catch {
      return false;
    }
  }

  private text(text: string): void {
    let news: AlarmNews;
    try {
      news = JSON.parse(text) as AlarmNews;
    } catch {
      this.link.drop();
      return;
    }
    if (news.stream === "beat") this.ahead_ms = news.at_ms - performance.now();
    if (news.stream !== "alarms") return;
    this.number = Math.max(this.number, news.number);
    const { event, severity } = news.change;
    if (event === "raised" && severity === "critical") this.critical.value = news.change;
    this.refresh();
  }

  /** Reads anew what stands, now or as soon as the last reading is half a second ago. */
  private refresh(): void {
    if (this.busy) {
      this.wanted = true;
      return;
    }
    this.busy = true;
    this.heard.value = this.number;
    void this.read().then((read) => {
      if (!this.isOpen) return;
      this.wanted ||= !read;
      const wait_ms = read ? CALM_MS : backoff_ms(++this.attempt, Math.random());
      this.timer = setTimeout(() => {
        this.busy = false;
        if (!this.wanted) return;
        this.wanted = false;
        this.refresh();
      }, wait_ms);
    });
  }
}

export const alarms = new LiveAlarms();
