/** Windows of key figures and how figures are written. */
import { describe, expect, test } from "vitest";

import { summary, windowOf, written } from "../src/screens/kpis/figures";
import { wallClock, wallTime } from "../src/screens/kpis/times";

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const NOW_MS = 1_750_000_020_000;

describe("a window", () => {
  test.each([
    ["hour", null, HOUR_MS, 60],
    ["day", null, 24 * HOUR_MS, 720],
    ["shift", NOW_MS - 3 * HOUR_MS, 3 * HOUR_MS, 120],
    ["shift", NOW_MS, MINUTE_MS, 60],
    ["shift", NOW_MS - 30 * HOUR_MS, 24 * HOUR_MS, 720],
    ["shift", null, 8 * HOUR_MS, 240],
  ] as const)("%s from %s", (key, shift_ms, length_ms, step_s) => {
    const window = windowOf(key, NOW_MS, shift_ms);
    expect(window.to_ms - window.from_ms).toBe(length_ms);
    expect(window.step_s).toBe(step_s);
  });

  test("never begins before the site's clock", () => {
    expect(windowOf("day", 10 * MINUTE_MS, null).from_ms).toBe(0);
  });
});

test("a line in words", () => {
  expect(summary([null, 3, 1, 2, null])).toEqual({ last: 2, least: 1, most: 3 });
  expect(summary([null])).toBe(null);
});

test("what nothing tells of is a dash", () => {
  expect(written("pile_on", null)).toBe("–");
  expect(written("pile_on", undefined)).toBe("–");
  expect(written("robot_utilisation", 0.5)).toBe("50%");
  expect(written("lines_per_h", 1234.5)).toBe("1,235");
  expect(written("pile_on", 2.31)).toBe("2.3");
});

test("times are of the wall clock, or since the start of a run that began at 0", () => {
  expect(wallTime(Date.UTC(2026, 5, 15, 14, 7), "Europe/Berlin")).toBe("15 Jun, 16:07");
  expect(wallClock(Date.UTC(2026, 5, 15, 14, 7), "UTC")).toBe("14:07");
  expect([wallTime(4_327_000, "UTC"), wallClock(4_327_000, "UTC")]).toEqual([
    "01:12:07",
    "01:12:07",
  ]);
});
