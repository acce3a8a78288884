/** What the live floor shows of stops, entries and robots. No DOM. */
import type { FloorState } from "../../live/floorstate";
import type { Shown } from "./force";

/** Before the first picture nothing is known, so nothing is missed either. */
export function shown(state: FloorState): Shown {
  const { robots, stops, entries, number } = state;
  return number === null ? { robots } : { robots, stops, entries };
}
