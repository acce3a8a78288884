/** The colours of theme/tokens.css against WCAG 2.2 AA, in both themes. */
import { expect, test } from "vitest";

import { text } from "./source";

type Colours = Record<string, string>;
const css = text("theme/tokens.css");
const [light = "", dark = ""] = css.split(':root[data-theme="dark"]');

function colours(block: string): Colours {
  return Object.fromEntries(
    [...block.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]),
  );
}

const LIGHT = colours(light);
const THEMES: [string, Colours][] = [
  ["light", LIGHT],
  ["dark", { ...LIGHT, ...colours(dark) }],
];

function luminance(colour: string): number {
  const parts = [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16) / 255);
  const [r = 0, g = 0, b = 0] = parts.map((one) =>
    one <= 0.04045 ? one / 12.92 : ((one + 0.055) / 1.055) ** 2.4,
  );
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [dim = 0, bright = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (bright + 0.05) / (dim + 0.05);
}

const TEXT: [string, string][] = [
  ...["paper", "panel", "panel-2"].flatMap((ground): [string, string][] => [
    ["ink", ground],
    ["ink-2", ground],
    ["accent", ground],
    ["bad", ground],
    ["warn", ground],
    ["good", ground],
  ]),
  ["ink", "accent-soft"],
  ["accent", "accent-soft"],
  ["ink", "good-soft"],
  ["ink", "warn-soft"],
  ["ink", "bad-soft"],
  ["on-accent", "accent"],
  ["on-bad", "bad"],
  ["ink", "floor"],
  ["station", "floor"],
  ["pod-ink", "pod"],
];
const SIGNS: [string, string][] = [
  ["edge", "panel"],
  ["focus", "panel"],
  ["focus", "paper"],
  ["halo", "floor"],
  ["floor-edge", "paper"],
  ...["idle", "park", "fetch", "deliver", "pick", "return", "charge", "count", "silent"].map(
    (one): [string, string] => [`activity-${one}`, "floor"],
  ),
];

test.each(THEMES)("%s has the same colours as the other", (_, theme) => {
  expect(Object.keys(colours(dark)).filter((name) => !(name in LIGHT))).toEqual([]);
  expect(Object.keys(theme).sort()).toEqual(Object.keys(LIGHT).sort());
});

for (const [name, theme] of THEMES) {
  test.each(TEXT)(`${name}: %s on %s can be read`, (ink, ground) => {
    expect(contrast(theme[ink] ?? "", theme[ground] ?? "")).toBeGreaterThanOrEqual(4.5);
  });
  test.each(SIGNS)(`${name}: %s on %s can be seen`, (sign, ground) => {
    expect(contrast(theme[sign] ?? "", theme[ground] ?? "")).toBeGreaterThanOrEqual(3);
  });
}
