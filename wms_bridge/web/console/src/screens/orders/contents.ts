/** New contents of an order: what is wanted of each line, and what is sent. */
import { numberOf } from "./asking";
import type { Known, OrderIn } from "./desk";

/** A line as it is wanted; `number` is null of a new one. */
export interface Wanted {
  number: number | null;
  sku: string;
  owner: string;
  quantity: string;
  picked: number;
}

/** The lines of an order as they are. */
export function wantedOf(known: Known): Wanted[] {
  return known.order_lines
    .filter((one) => one.quantity > 0)
    .map((one) => ({
      number: numberOf(one.line),
      sku: one.sku,
      owner: one.owner,
      quantity: String(one.quantity),
      picked: one.picked,
    }));
}

/** What is wrong with a quantity: the key of the words, or nothing. */
export function wrongWith(line: Wanted): "" | "orders.not_whole" | "orders.picked_already" {
  const text = line.quantity.trim();
  if (!/^\d{1,6}$/.test(text)) return "orders.not_whole";
  return Number(text) < line.picked ? "orders.picked_already" : "";
}

/** The contents to be sent; lines for nothing are left out. */
export function contentsOf(lines: readonly Wanted[], known: Known): OrderIn {
  const kept = lines.filter((one) => Number(one.quantity) > 0 && one.sku.trim());
  return {
    lines: kept.map((one) => ({
      sku: one.sku.trim(),
      quantity: Number(one.quantity),
      owner: one.owner,
      number: one.number,
    })),
    due_ms: known.due_ms ?? null,
    priority: known.priority,
  };
}

/** The lines, with one more that nobody has named yet. */
export function withOneMore(lines: readonly Wanted[]): Wanted[] {
  const last = Math.max(0, ...lines.map((one) => one.number ?? 0));
  return [...lines, { number: last + 1, sku: "", owner: "", quantity: "1", picked: 0 }];
}
