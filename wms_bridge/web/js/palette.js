/** The colours of css/tokens.css for the canvas, as they stand in the present theme. */

const NAMES = [
  "paper", "panel", "ink", "ink-2", "line", "accent", "good", "warn", "bad", "floor", "floor-edge",
  "lane", "lane-mark", "lane-station", "spot", "pod", "pod-edge", "pod-carried", "pod-ink",
  "station", "station-ink", "charger", "charger-ink", "zone-no-go", "zone-slow", "zone-one-way",
  "robot-edge", "halo",
];
export const ACTIVITIES = [
  "fetch", "deliver", "pick", "return", "charge", "park", "idle", "silent",
];

/** `palette["pod-edge"]`, `palette.activity.fetch` and `palette.font`. */
export function readPalette() {
  const style = getComputedStyle(document.documentElement);
  const value = (name) => style.getPropertyValue(`--${name}`).trim();
  const palette = Object.fromEntries(NAMES.map((name) => [name, value(name)]));
  palette.activity = Object.fromEntries(ACTIVITIES.map((kind) => [kind, value(`activity-${kind}`)]));
  palette.font = value("font");
  return palette;
}

/** Calls `changed` whenever the reader switches between light and dark. */
export function watchTheme(changed) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed);
}

/** Colour of a battery by its state of charge (0 to 1), and its word for the tables. */
export function batteryLevel(share) {
  if (share < 0.2) return "bad";
  return share < 0.4 ? "warn" : "good";
}
