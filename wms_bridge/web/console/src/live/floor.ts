/**
 * The live floor of this page: one link, shared by every screen.
 *
 * A component that shows something of the floor calls `floor.known()` itself (its parent's call does
 * not help): it is drawn anew after changes, four times a second at most, and once a second while
 * robots move. Canvases follow every change (`floor.onChanges`) and all poses, up to 20 times a second
 * (`floor.onPoses`). All else reads `floor.state` (live/floorstate.ts).
 */
import { signal } from "@preact/signals";

import { socketAddress } from "../api/credential";
import { look } from "../api/session";
import { FloorState, OutOfStep } from "./floorstate";
import { NoFrame, type PoseFrame } from "./frames";
import { Link } from "./link";

/** Least time between two new drawings of components after changes, and after poses alone. */
const CHANGES_MS = 250;
const POSES_MS = 1000;
type PosesTaken = (poses: PoseFrame, now_ms: number) => void;

class LiveFloor {
  readonly state = new FloorState();
  private readonly changed = signal(0);
  readonly link: Link;
  /** Messages that were none, and messages out of step; each makes the link begin anew. */
  unreadable = 0;
  private fresh_ms: number | null = null;
  private sure = false;
  private last = -1;
  private readonly takers = new Set<PosesTaken>();
  private readonly watchers = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private due_ms = Infinity;
  private told_ms = -Infinity;

  constructor() {
    this.link = new Link({
      address: () => this.address(),
      onText: (text) => this.guarded(() => this.text(text)),
      onBytes: (bytes) => this.guarded(() => this.bytes(bytes)),
      onLost: (opened) => this.lost(opened),
    });
  }

  /** What is known, for a component, which is drawn anew when it changes. */
  known(): FloorState {
    void this.changed.value;
    return this.state;
  }

  /** How old what is shown is (ms), null while there is nothing to show or its age is not known. */
  age_ms(now_ms: number): number | null {
    return this.fresh_ms === null ? null : Math.max(0, now_ms - this.fresh_ms);
  }

  /** Calls `taken` with every pose frame; the function returned ends that. */
  onPoses(taken: PosesTaken): () => void {
    this.takers.add(taken);
    return () => this.takers.delete(taken);
  }

  /** Calls `told` after every change; the function returned ends that. */
  onChanges(told: () => void): () => void {
    this.watchers.add(told);
    return () => this.watchers.delete(told);
  }

  private tell(): void {
    for (const told of this.watchers) told();
    this.redraw(CHANGES_MS);
  }

  /** Has components drawn anew once `calm_ms` have passed since the last time. */
  private redraw(calm_ms: number): void {
    const due_ms = this.told_ms + calm_ms;
    if (due_ms >= this.due_ms) return;
    clearTimeout(this.timer);
    this.due_ms = due_ms;
    this.timer = setTimeout(
      () => {
        this.due_ms = Infinity;
        this.told_ms = performance.now();
        this.changed.value += 1;
      },
      Math.max(0, due_ms - performance.now()),
    );
  }

  private address(): URL {
    const { stream, number } = this.state;
    this.sure = false;
    return socketAddress(
      "/v1/floor",
      stream === null || number === null ? {} : { stream, after: number },
    );
  }

  private text(text: string): void {
    const message = this.state.accept(text);
    if (message.type === "changes") this.tell();
    else {
      this.sure = true;
      this.fresh_ms = message.age_ms === null ? null : performance.now() - message.age_ms;
      if (message.type === "snapshot") {
        this.last = message.sequence;
        this.tell();
      }
    }
  }

  private bytes(bytes: ArrayBuffer): void {
    const frame = this.state.acceptPoses(bytes);
    const now_ms = performance.now();
    // The first frame of a link may be an old one: the snapshot before or the beat behind it tells.
    if (this.sure && frame.sequence !== this.last) this.fresh_ms = now_ms;
    this.last = frame.sequence;
    for (const taken of this.takers) taken(frame, now_ms);
    this.redraw(POSES_MS);
  }

  private guarded(take: () => void): void {
    try {
      take();
    } catch (error) {
      if (!(error instanceof OutOfStep || error instanceof NoFrame)) throw error;
      this.unreadable += 1;
      this.state.number = null;
      this.link.drop();
    }
  }

  private lost(opened: boolean): void {
    // Refused before it began: perhaps the session has ended.
    if (!opened) look().catch(() => undefined);
  }
}

export const floor = new LiveFloor();
