/** The colours of theme/tokens.css for canvases, as they stand in the present theme. */
import { ACTIVITIES, type Activity } from "../../../live/frames";

const NAMES = [
  "paper",
  "ink",
  "ink-2",
  "good",
  "warn",
  "bad",
  "floor",
  "floor-edge",
  "lane",
  "lane-mark",
  "lane-station",
  "spot",
  "pod",
  "pod-edge",
  "pod-carried",
  "pod-ink",
  "station",
  "charger",
  "charger-ink",
  "zone-no-go",
  "zone-slow",
  "zone-one-way",
  "robot-edge",
  "halo",
  "heat",
  "font",
] as const;
type Name = (typeof NAMES)[number];

export type Palette = Record<Name, string> & { activity: Record<Activity, string> };

/** Reads the colours in force. */
export function readPalette(): Palette {
  const style = getComputedStyle(document.documentElement);
  const value = (name: string) => style.getPropertyValue(`--${name}`).trim();
  const named = Object.fromEntries(NAMES.map((name) => [name, value(name)])) as Record<
    Name,
    string
  >;
  const activity = Object.fromEntries(
    ACTIVITIES.map((kind) => [kind, value(`activity-${kind}`)]),
  ) as Record<Activity, string>;
  return { ...named, activity };
}

/** Colour of a battery by its charge (0 to 1). */
export function batteryLevel(share: number): "good" | "warn" | "bad" {
  if (share < 0.2) return "bad";
  return share < 0.4 ? "warn" : "good";
}
