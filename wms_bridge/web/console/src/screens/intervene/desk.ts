/** What was asked of the fleet, rules and stations, kept up to date; and how a deed is done. */
import { effect, signal } from "@preact/signals";

import { api, ask, type Schema } from "../../api/client";
import type { paths } from "../../api/contract.gen";
import { socketAddress } from "../../api/credential";
import { look } from "../../api/session";
import { Link } from "../../live/link";
import type { Deed } from "./deeds";
import type { Intervention } from "./force";

export type Rule = Schema["RuleRecord"];
export type Station = Schema["StationRecord"];

type Query = NonNullable<paths["/v1/interventions"]["get"]["parameters"]["query"]>;
type Page = Schema["InterventionsOut"];

const CLOSED_EVERY_MS = 10_000;
const TICK_MS = 1000;
const RECENT = 50;

/** The newest interventions and all that are in force. */
export const records = signal<readonly Intervention[]>([]);
export const rules = signal<readonly Rule[]>([]);
export const stations = signal<readonly Station[]>([]);
/** Number of the latest intervention that was seen. */
export const last = signal(0);
/** Whether anything has been read yet. */
export const loaded = signal(false);
/** The bridge's clock (ms), running. */
export const now_ms = signal(0);
let change = 0;
let apart_ms = 0;

const link = new Link({
  address: () => socketAddress("/v1/events", { interventions: change, beat: "true" }),
  onText: (text) => heard(text),
  onBytes: () => undefined,
  onLost: (opened) => {
    if (!opened) look().catch(() => undefined);
  },
});
/** How the link to the news is: what is shown is old while it is not `live`. */
export const linkState = link.state;

/** Keeps everything up to date until the function returned is called. */
export function watch(): () => void {
  const quietly = (read: () => Promise<void>) => () => void read().catch(() => undefined);
  void refresh()
    .catch(() => undefined)
    .finally(() => link.open());
  const closed = setInterval(quietly(refreshClosed), CLOSED_EVERY_MS);
  const tick = setInterval(() => (now_ms.value = Date.now() + apart_ms), TICK_MS);
  const back = effect(() => {
    if (link.state.value === "live") quietly(refresh)();
  });
  return () => {
    link.close();
    clearInterval(closed);
    clearInterval(tick);
    back();
  };
}

/** Reads everything anew. Throws a Problem. */
export async function refresh(): Promise<void> {
  await Promise.all([refreshAsked(), refreshClosed()]);
}

/** Interventions as asked for. Throws a Problem. */
export async function listed(query: Query): Promise<Page> {
  // The client tells points as lists of numbers; in the contract they are pairs.
  return (await ask(api.GET("/v1/interventions", { params: { query } }))) as unknown as Page;
}

async function refreshAsked(): Promise<void> {
  const [recent, held] = await Promise.all([
    listed({ limit: RECENT }),
    listed({ in_force: true, limit: 1000 }),
  ]);
  const all = new Map([...held.interventions, ...recent.interventions].map((o) => [o.number, o]));
  records.value = [...all.values()].sort((a, b) => b.number - a.number);
  last.value = recent.last;
  change = Math.max(change, recent.change);
  apart_ms = recent.now_ms - Date.now();
  now_ms.value = recent.now_ms;
  loaded.value = true;
}

async function refreshClosed(): Promise<void> {
  const [told, places] = await Promise.all([
    ask(api.GET("/v1/rules")),
    ask(api.GET("/v1/stations")),
  ]);
  rules.value = told.rules as unknown as readonly Rule[];
  stations.value = places.stations;
}

function heard(text: string): void {
  const told = JSON.parse(text) as { stream: string; intervention?: Intervention };
  if (!told.intervention) return;
  const one = told.intervention;
  change = Math.max(change, one.change);
  last.value = Math.max(last.value, one.number);
  const others = records.value.filter((known) => known.number !== one.number);
  records.value = [one, ...others].sort((a, b) => b.number - a.number);
}

/** Everything that is to be said of a deed. */
export interface Order {
  deed: Deed;
  /** Under this key it is done once, however often it is sent. */
  key: string;
  reason: string;
  /** The latest intervention that was seen when it was decided on. */
  seen: number;
  name: string;
  robots: readonly string[];
  area: readonly (readonly [number, number])[];
  node: string;
  nodes: readonly string[];
  station: string;
  atOnce: boolean;
}

/** Has a deed done. Throws a Problem. */
export async function perform(order: Order): Promise<void> {
  const { kind, key } = order.deed;
  if (kind) await intervene(order, kind);
  else if (key === "clear_rule") await clearRule(order);
  else if (key === "close_station" || key === "open_station") await setStation(order);
  else await close(order);
  await refresh().catch(() => undefined);
}

async function intervene(order: Order, kind: NonNullable<Deed["kind"]>): Promise<void> {
  const { area, robots, node, name, reason, seen, key } = order;
  await ask(
    api.POST("/v1/interventions", {
      params: { header: { "Idempotency-Key": key } },
      body: {
        kind,
        name,
        robots: [...robots],
        area_m: area.map(([x, y]) => [x, y]),
        node: node || null,
        reason,
        seen,
        by: "",
      },
    }),
  );
}

/** Why, for requests that have no place for it in their body. */
function because(reason: string): { "Podherd-Reason": string } {
  return { "Podherd-Reason": encodeURIComponent(reason) };
}

async function close({ name, area, nodes, reason }: Order): Promise<void> {
  await ask(
    api.PUT("/v1/rules/{rule}", {
      params: { path: { rule: name } },
      headers: because(reason),
      body: {
        kind: "blocked",
        area_m: area.map(([x, y]) => [x, y]),
        nodes: [...nodes],
        heading_rad: null,
        max_speed_mps: null,
        orders: null,
        priority: null,
        sku: null,
        trips: null,
      },
    }),
  );
}

async function clearRule({ name, reason }: Order): Promise<void> {
  const params = { path: { rule: name } };
  await ask(api.DELETE("/v1/rules/{rule}", { params, headers: because(reason) }));
}

async function setStation({ deed, station, atOnce, reason }: Order): Promise<void> {
  const params = { path: { station } };
  const headers = because(reason);
  if (deed.key === "open_station") {
    await ask(api.POST("/v1/stations/{station}/open", { params, headers }));
  } else {
    const body = { at_once: atOnce };
    await ask(api.POST("/v1/stations/{station}/close", { params, headers, body }));
  }
}
