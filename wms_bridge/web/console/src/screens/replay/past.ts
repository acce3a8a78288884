/** The floor as it was: fetched in pieces, played at a speed, drawn like the live one. */
import { signal } from "@preact/signals";

import { api, ask, type Schema } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import { FloorState } from "../../live/floorstate";
import type { PoseFrame } from "../../live/frames";
import { type Entry, POSES, readEntries } from "./entries";
import { acrossGap, within } from "./timeline";

const TICK_MS = 100;
const EXTENT_EVERY_MS = 3000;
/** How much is fetched at a time, in seconds of the wall clock. */
const AHEAD_S = 6;
const MOST_MS = 600_000;
export const SPEEDS = [1, 5, 20, 60] as const;
export type Speed = (typeof SPEEDS)[number];
type PosesTaken = (poses: PoseFrame, now_ms: number) => void;

export class Past {
  readonly state = new FloorState();
  readonly recorded = signal<Schema["Recorded"] | null>(null);
  /** The moment looked at, by the bridge's clock; null before the first. */
  readonly at_ms = signal<number | null>(null);
  readonly playing = signal(false);
  readonly speed = signal<Speed>(1);
  readonly problem = signal<Problem | null>(null);
  /** Grows with everything that is told of the floor as it was. */
  readonly told = signal(0);
  /** How much the bridge's clock is ahead of this page's. */
  private ahead_ms = 0;
  private waiting: Entry[] = [];
  private fetched_ms = 0;
  private asked = 0;
  private fetching = false;
  private last_ms = 0;
  private wanted: number | null = null;
  private readonly takers = new Set<PosesTaken>();
  private readonly watchers = new Set<() => void>();
  private readonly timers: ReturnType<typeof setInterval>[] = [];

  /** Begins to look, at a moment or at the newest there is. */
  async start(at_ms: number | null): Promise<void> {
    this.timers.push(setInterval(() => void this.survey(), EXTENT_EVERY_MS));
    this.timers.push(setInterval(() => this.tick(), TICK_MS));
    await this.survey();
    const last_ms = this.stretches.at(-1)?.to_ms;
    if (last_ms !== undefined) await this.look(at_ms ?? last_ms);
  }

  stop(): void {
    for (const timer of this.timers) clearInterval(timer);
    this.asked += 1;
  }

  get stretches(): readonly Schema["Stretch"][] {
    return this.recorded.value?.stretches ?? [];
  }

  /** The bridge's clock now (ms). */
  now_ms(): number {
    return Date.now() + this.ahead_ms;
  }

  /** Shows the floor as it was. While one moment is fetched, of others only the last counts. */
  async look(at_ms: number): Promise<void> {
    this.wanted = within(at_ms, this.stretches);
    this.at_ms.value = this.wanted;
    this.waiting = [];
    this.asked += 1;
    if (this.fetching) return;
    this.fetching = true;
    try {
      while (this.wanted !== null) {
        const moment = this.wanted;
        this.wanted = null;
        const { entries } = await fetchEntries(moment, moment, true);
        this.take(entries);
        this.fetched_ms = moment;
      }
      this.problem.value = null;
    } catch (error) {
      this.problem.value = asProblem(error);
      this.playing.value = false;
    } finally {
      this.fetching = false;
    }
  }

  play(wanted: boolean): void {
    this.last_ms = performance.now();
    this.playing.value = wanted;
  }

  onPoses(taken: PosesTaken): () => void {
    this.takers.add(taken);
    return () => this.takers.delete(taken);
  }

  onChanges(told: () => void): () => void {
    this.watchers.add(told);
    return () => this.watchers.delete(told);
  }

  private async survey(): Promise<void> {
    try {
      const found = await ask(api.GET("/v1/replay"));
      this.ahead_ms = found.now_ms - Date.now();
      this.recorded.value = found;
      this.problem.value = null;
    } catch (error) {
      this.problem.value = asProblem(error);
    }
  }

  private tick(): void {
    const now_ms = performance.now();
    const passed_ms = now_ms - this.last_ms;
    this.last_ms = now_ms;
    const at_ms = this.at_ms.value;
    if (!this.playing.value || at_ms === null || this.fetching) return;
    const end_ms = this.stretches.at(-1)?.to_ms ?? at_ms;
    const wished = Math.min(end_ms, at_ms + passed_ms * this.speed.value);
    const next = acrossGap(wished, this.stretches);
    if (next - wished > 1000) void this.look(next);
    else this.advance(Math.min(wished, this.fetched_ms));
    if (this.fetched_ms - wished < (AHEAD_S / 2) * 1000 * this.speed.value)
      void this.fetchOn(end_ms);
    if (wished >= end_ms && this.fetched_ms >= end_ms) this.playing.value = false;
  }

  private advance(to_ms: number): void {
    const later = this.waiting.findIndex((one) => one.at_ms > to_ms);
    const now = later < 0 ? this.waiting : this.waiting.slice(0, later);
    this.waiting = later < 0 ? [] : this.waiting.slice(later);
    this.at_ms.value = to_ms;
    if (now.length > 0) this.take(now);
  }

  private async fetchOn(end_ms: number): Promise<void> {
    const from_ms = this.fetched_ms;
    const to_ms = Math.min(end_ms, from_ms + Math.min(MOST_MS, AHEAD_S * 1000 * this.speed.value));
    if (this.fetching || to_ms <= from_ms) return;
    this.fetching = true;
    const { asked } = this;
    try {
      const { entries, until_ms } = await fetchEntries(from_ms, to_ms, false);
      if (asked === this.asked) {
        this.waiting.push(...entries);
        this.fetched_ms = until_ms;
      }
    } catch (error) {
      this.problem.value = asProblem(error);
      this.playing.value = false;
    } finally {
      this.fetching = false;
      this.last_ms = performance.now();
    }
    if (this.wanted !== null) await this.look(this.wanted);
  }

  private take(entries: readonly Entry[]): void {
    const poses = entries.findLastIndex((one) => one.kind === POSES);
    entries.forEach((one, i) => {
      if (one.kind !== POSES) this.state.accept(new TextDecoder().decode(one.body));
      // Of places only the newest are shown; the frame must be of the robots told last.
      else if (i === poses) this.state.acceptPoses(one.body);
    });
    for (const told of this.watchers) told();
    const frame = this.state.poses;
    if (frame) for (const taken of this.takers) taken(frame, performance.now());
    this.told.value += 1;
  }
}

async function fetchEntries(
  from_ms: number,
  until_ms: number,
  whole: boolean,
): Promise<{ entries: Entry[]; until_ms: number }> {
  const query = { from_ms, until_ms, whole };
  const answer = await api.GET("/v1/replay/stream", { params: { query }, parseAs: "arrayBuffer" });
  const body = (await ask(Promise.resolve(answer))) as unknown as ArrayBuffer;
  const until = Number(answer.response.headers.get("Podherd-Until") ?? until_ms);
  return { entries: readEntries(body), until_ms: until };
}
