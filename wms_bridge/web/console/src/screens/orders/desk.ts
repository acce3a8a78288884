/** What the screen asks the bridge, and what it has done. */
import { signal } from "@preact/signals";

import { api, ask, newKey, type Schema } from "../../api/client";
import { type Asking, AT_RISK, ROWS } from "./asking";

export type Forecast = Schema["Forecast"];
export type Known = Schema["OrderForesight"];
export type Altered = Schema["OrderAlteredOut"];
export type Progress = Schema["OrderProgress"];
export type OrderIn = Schema["OrderIn"];

/** A row of the list; `forecast` is there of open orders. */
export interface Row {
  order: string;
  progress: Progress;
  forecast: Forecast | null;
}

/** A page of the list; `at_ms` is when its forecasts were made, `now_ms` the time now (site). */
export interface Page {
  rows: readonly Row[];
  total: number | null;
  more: boolean;
  at_ms: number | null;
  now_ms: number;
  counts: { open: number; at_risk: number; overdue: number } | null;
}

/** The name of the site, which addresses of orders begin with. */
const site = signal("");

async function siteName(): Promise<string> {
  if (!site.value) site.value = (await ask(api.GET("/v1/status"))).site;
  return site.value;
}

/** A page of orders; throws a Problem. `before` is where a page of orders that are over begins. */
export async function loadPage(asking: Asking, before: number | null): Promise<Page> {
  return asking.kind === "open" ? openPage(asking) : closedPage(asking, before);
}

async function openPage(asking: Asking): Promise<Page> {
  const query = {
    sort: asking.sort,
    offset: asking.page * ROWS,
    limit: ROWS,
    ...(asking.stage ? { stage: asking.stage } : {}),
    ...(asking.station ? { station: asking.station } : {}),
    ...(asking.risky ? { least_risk: AT_RISK } : {}),
    ...(asking.search ? { search: asking.search } : {}),
  };
  const told = await ask(api.GET("/v1/foresight/orders", { params: { query } }));
  const rows = told.forecasts.map((forecast) => ({
    order: forecast.order,
    progress: { ...forecast, status: "open" as const, completed_ms: null },
    forecast,
  }));
  return {
    rows,
    total: told.total,
    more: (asking.page + 1) * ROWS < told.total,
    at_ms: told.at_ms ?? null,
    now_ms: told.now_ms,
    counts: { open: told.open, at_risk: told.at_risk, overdue: told.overdue },
  };
}

async function closedPage(asking: Asking, before: number | null): Promise<Page> {
  const query = {
    status: asking.kind as Exclude<typeof asking.kind, "open">,
    order: "newest" as const,
    limit: ROWS + 1,
    search: asking.search,
    ...(before === null ? {} : { before }),
  };
  const path = { site: await siteName() };
  const { orders } = await ask(api.GET("/v1/orders/{site}", { params: { path, query } }));
  return {
    rows: orders
      .slice(0, ROWS)
      .map((progress) => ({ order: progress.order, progress, forecast: null })),
    total: null,
    more: orders.length > ROWS,
    at_ms: null,
    now_ms: Date.now(),
    counts: null,
  };
}

/** All that is known of one order; throws a Problem. */
export function loadOrder(order: string): Promise<Known> {
  const path = { external_id: order };
  return ask(api.GET("/v1/foresight/orders/{external_id}", { params: { path } }));
}

/** Names of the stations that orders are picked at. */
export async function loadStations(): Promise<readonly string[]> {
  const found = await ask(api.GET("/v1/stations"));
  return found.stations.map((one) => one.station);
}

/** Has an order changed; nothing is done if it is not as it was seen. Throws a Problem. */
export async function change(
  known: Known,
  body: OrderIn,
  reason: string,
  key: string,
): Promise<Altered> {
  const params = { path: await pathOf(known) };
  const headers = headersOf(known, reason, key);
  return ask(api.POST("/v1/orders/{site}/{external_id}/change", { params, headers, body }));
}

/** Stops an order. Throws a Problem. */
export async function cancel(known: Known, reason: string, key: string): Promise<Altered> {
  const params = { path: await pathOf(known) };
  const headers = headersOf(known, reason, key);
  return ask(api.POST("/v1/orders/{site}/{external_id}/cancel", { params, headers }));
}

/** Gives an order another place among the others. Throws a Problem. */
export async function prioritise(
  known: Known,
  priority: number,
  reason: string,
  key: string,
): Promise<Altered> {
  const params = { path: await pathOf(known) };
  const headers = headersOf(known, reason, key);
  const body = { priority, due_ms: null };
  return ask(api.POST("/v1/orders/{site}/{external_id}/priority", { params, headers, body }));
}

/** A key for a change: the same as long as the dialog is open, so that it is made once. */
export const keyOfDialog = newKey;

async function pathOf(known: Known): Promise<{ site: string; external_id: string }> {
  return { site: await siteName(), external_id: known.order };
}

function headersOf(known: Known, reason: string, key: string): Record<string, string> {
  return {
    "Idempotency-Key": key,
    "If-Match": `"${known.etag}"`,
    "Podherd-Reason": encodeURIComponent(reason),
  };
}
