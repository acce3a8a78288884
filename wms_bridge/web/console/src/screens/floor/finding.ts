/** Where orders and SKUs are: asked of the bridge, and pointed out on the map until let go of. */
import { signal } from "@preact/signals";

import { api, ask } from "../../api/client";
import type { Thing } from "./things";

/** Something that is not on the floor itself, but in or on things that are. */
export interface Sought {
  kind: "order" | "sku";
  id: string;
}

/** What was found last, and the things it is in: pods, robots, stations. */
export const found = signal<{ sought: Sought; things: readonly Thing[] } | null>(null);

const LEAST_LETTERS = 2;
const MOST_ORDERS = 5;
const MOST_PLACES = 1_000;

/** Open orders with a text in their name, and the SKU of this name if any slot has it. */
export async function suggested(text: string): Promise<Sought[]> {
  const wanted = text.trim();
  if (wanted.length < LEAST_LETTERS) return [];
  const [orders, pods] = await Promise.all([
    ask(
      api.GET("/v1/foresight/orders", {
        params: { query: { search: wanted, limit: MOST_ORDERS } },
      }),
    ),
    podsWith(wanted),
  ]);
  const named = orders.forecasts.map((one): Sought => ({ kind: "order", id: one.order }));
  return pods.length > 0 ? [{ kind: "sku", id: wanted }, ...named] : named;
}

/** Asks where something is, and points that out. Throws a Problem. */
export async function seek(sought: Sought): Promise<readonly Thing[]> {
  const things = sought.kind === "sku" ? await podsWith(sought.id) : await placesOf(sought.id);
  found.value = { sought, things };
  return things;
}

/** Pods with pieces of a SKU, by the books. */
async function podsWith(sku: string): Promise<Thing[]> {
  const query = { sku, limit: MOST_PLACES };
  const { stock } = await ask(api.GET("/v1/stock", { params: { query } }));
  const holding = stock.filter((one) => one.quantity > 0);
  const pods = new Set(holding.map((one) => one.slot.split("/")[0] ?? ""));
  return [...pods].map((id) => ({ kind: "pod", id }));
}

/** Pods, robots and stations that serve the lines of an order now. */
async function placesOf(order: string): Promise<Thing[]> {
  const params = { path: { external_id: order } };
  const told = await ask(api.GET("/v1/foresight/orders/{external_id}", { params }));
  const names = new Map<string, Thing>();
  for (const line of told.order_lines) {
    for (const kind of ["robot", "pod", "station"] as const) {
      const id = line[kind];
      if (id) names.set(`${kind} ${id}`, { kind, id });
    }
  }
  return [...names.values()];
}
