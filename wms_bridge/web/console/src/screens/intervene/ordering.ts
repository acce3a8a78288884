/** From what is filled in to what is sent. No DOM. */
import type { Point } from "../../live/floorstate";
import { point } from "../floor/point";
import type { Site } from "../floor/site";
import { type Cell, nodeOf, spotsBeside, type Stretch } from "./area";
import { type Deed, stopName } from "./deeds";
import type { Order } from "./desk";

interface Filled {
  robots: readonly string[];
  node: string;
  name: string;
  station: string;
  atOnce: boolean;
  stretch: Stretch | null;
  withSpots: boolean;
}

/** The order to be sent; what a deed does not need is left out of it. */
export function orderOf(
  deed: Deed,
  key: string,
  filled: Filled,
  area: readonly Point[],
  reason: string,
  seen: number,
  site: Site,
): Order {
  const needs = new Set(deed.needs);
  const robots = needs.has("robots") || needs.has("robot") ? filled.robots : [];
  return {
    deed,
    key,
    reason,
    seen,
    name: nameOf(deed, key, filled),
    robots,
    area: needs.has("area") ? area : [],
    node: needs.has("node") ? filled.node : "",
    nodes: filled.stretch ? closedBy(filled.stretch, filled.withSpots, site).map(nodeOf) : [],
    station: filled.station,
    atOnce: filled.atOnce,
  };
}

function nameOf(deed: Deed, key: string, filled: Filled): string {
  if (deed.kind === "stop") return stopName(deed.key, filled.robots, key);
  if (deed.key === "close_aisle") return `aisle ${filled.stretch?.name ?? ""}`;
  const named = deed.needs.includes("name") || deed.needs.includes("stop");
  return named ? filled.name.trim() : "";
}

/** The cells that are closed with a stretch of an aisle, its pod spots too if so wanted. */
export function closedBy(stretch: Stretch, withSpots: boolean, site: Site): readonly Cell[] {
  return withSpots
    ? [...stretch.cells, ...spotsBeside(stretch, spotsOf(site), site.pitch_m)]
    : stretch.cells;
}

function spotsOf(site: Site): Point[] {
  return site.storage_blocks.flatMap((block) =>
    Array.from({ length: block.rows * block.columns }, (_, i): Point => {
      const [x, y] = point(block.origin_m);
      const [column, row] = [i % block.columns, Math.floor(i / block.columns)];
      return [x + column * site.pitch_m, y + row * site.pitch_m];
    }),
  );
}
