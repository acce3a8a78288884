/** The work at one station: what is in hand, what was scanned and typed, and what became of it. */
import { computed, effect, signal } from "@preact/signals";

import { who } from "../../api/session";
import { language } from "../../i18n/words";
import { say, sound } from "./hearing";
import {
  type Instruction,
  judge,
  NOTHING,
  type Progress,
  quantityOf,
  typed,
  type Wrong,
} from "./judging";
import { confirm, kept, keyOf, type Reason, refused, taken } from "./keeping";
import { LivePanel } from "./panel";
import { listen } from "./scanner";

const EACH = "podherd-station-each";

/** What stands across the screen until it is closed. */
export type Band =
  | { kind: "wrong"; why: Wrong | "empty" | "dialog"; text: string }
  | { kind: "withdrawn"; instruction: Instruction };

/** Another quantity than asked for, as it is being entered. */
export interface Other {
  quantity: number;
  reason: Reason | null;
  /** Nothing was typed yet: the first digit replaces what is shown. */
  fresh: boolean;
}

export class Working {
  readonly live: LivePanel;
  readonly progress = signal<Progress>(NOTHING);
  readonly band = signal<Band | null>(null);
  readonly other = signal<Other | null>(null);
  /** Who counts, if it is somebody else than who is signed in. */
  readonly by = signal("");
  /** Whether each scan of an article counts one piece. */
  readonly each = signal(localStorage.getItem(EACH) === "on");
  readonly todo = computed(() => {
    const away = new Set([...kept.value.map(keyOf), ...taken.value]);
    const all = this.live.panel.value?.instructions ?? [];
    return all.filter((one) => !away.has(keyOf(one)));
  });
  readonly hand = computed<Instruction | null>(() => this.todo.value[0] ?? null);
  private readonly confirmed = new Set<string>();

  constructor(readonly station: string) {
    this.live = new LivePanel(station, language.peek());
  }

  /** Connects and listens to the scanner until the function returned is called. */
  start(): () => void {
    this.live.link.open();
    let before: Instruction | null = null;
    const watching = effect(() => {
      const now = this.hand.value;
      if (before && now && keyOf(before) === keyOf(now)) return;
      if (before) this.left(before);
      before = now;
      this.progress.value = NOTHING;
      this.other.value = null;
      if (now) say(now.voice, language.peek());
    });
    const listening = listen({
      onScan: (text) => this.scan(text),
      onKey: (key) => this.key(key),
    });
    return () => {
      watching();
      listening();
      this.live.link.close();
    };
  }

  /** A code was scanned. */
  scan(text: string): void {
    const hand = this.hand.peek();
    if (this.other.peek() || document.querySelector("dialog[open]")) {
      this.refuse("dialog", text);
      return;
    }
    const ways = { station: this.station, each: this.each.peek() };
    const judged = judge(text, hand, this.progress.peek(), ways);
    if (judged.verdict === "wrong") {
      this.refuse(judged.why, text);
      return;
    }
    this.band.value = null;
    this.progress.value = judged.progress;
    if (judged.verdict === "confirm") this.enter();
    else sound("right");
  }

  /** A key was pressed by a person. */
  key(key: string): void {
    const other = this.other.peek();
    if (key === "Enter") {
      if (this.band.peek()) this.closeBand();
      else if (!document.querySelector("dialog[open]")) this.enter();
      else if (other) this.confirmOther();
    } else if (other && /^\d$/.test(key)) {
      const digits = other.fresh ? key : `${other.quantity}${key}`.slice(-6);
      this.other.value = { ...other, quantity: Number(digits), fresh: false };
    } else if (!document.querySelector("dialog[open]") && this.hand.peek()) {
      this.progress.value = typed(this.progress.peek(), key);
    }
  }

  /** Confirms what stands there, or asks why it is another quantity. */
  enter(): void {
    const hand = this.hand.peek();
    if (!hand) return;
    const quantity = quantityOf(hand, this.progress.peek());
    if (quantity === null) this.refuse("empty", "");
    else if (hand.quantity === null || quantity === hand.quantity) this.book(hand, quantity, null);
    else this.askOther(quantity);
  }

  /** Asks for a quantity other than the one asked for, and why. */
  askOther(quantity: number | null = null): void {
    const hand = this.hand.peek();
    if (!hand || hand.quantity === null) return;
    const stands = quantity ?? quantityOf(hand, this.progress.peek()) ?? 0;
    const shown = stands === hand.quantity ? 0 : stands;
    const over = shown > hand.quantity;
    this.other.value = { quantity: shown, reason: over ? "over_found" : null, fresh: true };
  }

  /** Confirms that quantity, if it and its reason can be. */
  confirmOther(): void {
    const [hand, other] = [this.hand.peek(), this.other.peek()];
    if (!hand || !other || !this.ready(hand, other)) return;
    const reason = hand.work === "pick" ? other.reason : null;
    this.other.value = null;
    this.book(hand, other.quantity, reason);
  }

  /** Whether another quantity can be confirmed as it stands. */
  ready(hand: Instruction, other: Other): boolean {
    if (hand.quantity === null || other.quantity === hand.quantity) return false;
    if (hand.work === "put") return other.quantity < hand.quantity;
    return other.reason !== null && reasonsFor(hand, other).includes(other.reason);
  }

  /** Has each scan count, or not, from now on. */
  setEach(on: boolean): void {
    this.each.value = on;
    localStorage.setItem(EACH, on ? "on" : "off");
  }

  closeBand(): void {
    this.band.value = null;
  }

  private book(hand: Instruction, quantity: number, reason: Reason | null): void {
    const { lot, serials } = this.progress.peek();
    this.confirmed.add(keyOf(hand));
    this.band.value = null;
    sound("done");
    confirm({
      work: hand.work,
      id: hand.id,
      quantity,
      reason,
      lot,
      serials,
      by: this.by.peek() || who.peek(),
      who: who.peek(),
      sku: hand.article.sku,
      slot: hand.slot.slot,
    });
  }

  private refuse(why: Wrong | "empty" | "dialog", text: string): void {
    sound("wrong");
    this.band.value = { kind: "wrong", why, text };
  }

  /** What was in hand is there no more: done here, or taken back behind our back. */
  private left(before: Instruction): void {
    const key = keyOf(before);
    const shown = this.live.panel.peek()?.instructions.some((one) => keyOf(one) === key);
    const told = refused.peek().some((one) => one.key === key);
    if (shown || told || this.confirmed.has(key)) return;
    sound("wrong");
    this.band.value = { kind: "withdrawn", instruction: before };
  }
}

/** Why a pick may have another quantity than asked for. */
export function reasonsFor(hand: Instruction, other: Other): readonly Reason[] {
  if (hand.work !== "pick") return [];
  if (other.quantity > (hand.quantity ?? 0)) return ["over_found"];
  return ["slot_short", "damaged", "wrong_item"];
}
