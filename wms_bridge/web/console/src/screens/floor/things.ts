/** Things on the floor that can be chosen, found and pointed at. No DOM. */
import type { FloorState } from "../../live/floorstate";
import type { Site } from "./site";

export type Kind = "robot" | "pod" | "station";
export const KINDS: readonly Kind[] = ["robot", "pod", "station"];

export interface Thing {
  kind: Kind;
  id: string;
}

/** Whether two things are the same one. */
export function same(a: Thing | null, b: Thing | null): boolean {
  return a?.kind === b?.kind && a?.id === b?.id;
}

/** Things whose name has `text` in it: those that begin with it first, `most` of them. */
export function find(state: FloorState, site: Site | null, text: string, most: number): Thing[] {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const carried = [...state.robots.values()].flatMap((one) => (one.load ? [one.load] : []));
  const names: [Kind, Iterable<string>][] = [
    ["robot", state.order],
    ["station", site?.stations.map((one) => one.id) ?? []],
    ["pod", new Set([...state.pods.keys(), ...carried])],
  ];
  const found = names.flatMap(([kind, ids]) =>
    [...ids].filter((id) => id.toLowerCase().includes(wanted)).map((id) => ({ kind, id })),
  );
  const late = (thing: Thing) => (thing.id.toLowerCase().startsWith(wanted) ? 0 : 1);
  return found.sort((a, b) => late(a) - late(b)).slice(0, most);
}

/** The robot that carries a pod, if one does. */
export function carrierOf(state: FloorState, pod: string): string | null {
  for (const robot of state.robots.values()) if (robot.load === pod) return robot.robot;
  return null;
}
