/** The console's small decisions: repeating requests, back-off, addresses, shortcuts, freshness. */
import { describe, expect, test } from "vitest";

import { mayRepeat, MOST_TRIES, wait_ms } from "../src/api/patience";
import { problemOf } from "../src/api/problem";
import { freshness } from "../src/app/freshness";
import { match } from "../src/app/shortcuts";
import { backoff_ms } from "../src/live/backoff";
import { formatAddress, parseAddress } from "../src/routes/address";

describe("a request is repeated", () => {
  test.each([
    ["GET", false, 0, true],
    ["GET", false, 503, true],
    ["GET", false, 429, true],
    ["GET", false, 404, false],
    ["GET", false, 500, false],
    ["GET", false, 200, false],
    ["POST", false, 0, false],
    ["POST", false, 503, false],
    ["PUT", false, 502, false],
    ["DELETE", false, 0, false],
    ["POST", true, 0, true],
    ["POST", true, 503, true],
    ["POST", true, 409, false],
  ])("%s with a key %s after %s: %s", (method, hasKey, status, expected) => {
    expect(mayRepeat(method, hasKey, status, 1)).toBe(expected);
  });

  test("not for ever", () => {
    expect(mayRepeat("GET", false, 503, MOST_TRIES)).toBe(false);
  });

  test("after a wait that grows, or as long as the bridge says", () => {
    expect([1, 2, 3].map((tries) => wait_ms(tries, null, 0.5))).toEqual([300, 600, 1200]);
    expect(wait_ms(1, "2", 0.5)).toBe(2000);
    expect(wait_ms(1, "3600", 0.5)).toBe(5000);
    expect(wait_ms(1, "soon", 0.5)).toBe(300);
  });
});

test("back-off grows to a limit and spreads", () => {
  expect([0, 1, 2, 3, 9].map((n) => backoff_ms(n, 0.5))).toEqual([500, 1000, 2000, 4000, 6000]);
  expect([backoff_ms(0, 0), backoff_ms(0, 1)]).toEqual([375, 625]);
});

test("a problem is read from any body", () => {
  const told = problemOf(409, { code: "too_late", detail: "done", remedy: "Look." });
  expect([told.status, told.code, told.detail, told.remedy]).toEqual([
    409,
    "too_late",
    "done",
    "Look.",
  ]);
  for (const body of [null, undefined, "<html>", 7, { code: 7 }]) {
    expect(problemOf(502, body).code).toBe("http_502");
  }
});

describe("addresses", () => {
  test.each([
    { screen: "orders", rest: ["A/1 ü"], query: { status: "open&late" } },
    { screen: "floor", rest: [], query: { robot: "R#1" } },
    { screen: "", rest: [], query: {} },
  ])("are read as they are written: %j", (address) => {
    const url = new URL(formatAddress(address), "http://bridge");
    expect(parseAddress(url.pathname, url.search)).toEqual(address);
  });

  test("that make no sense lead to the beginning", () => {
    expect(parseAddress("/elsewhere", "").screen).toBe("");
    expect(parseAddress("/console/%E0%A4%A", "").screen).toBe("%E0%A4%A");
  });
});

describe("shortcuts", () => {
  const known = ["?", "f", "g f"].map((keys) => ({ keys, words: keys, run: () => undefined }));
  const before = (key: string) => ({ key, at_ms: 1000 });

  test.each([
    ["", "?", 1100, "?"],
    ["g", "f", 1100, "g f"],
    ["g", "f", 9000, "f"],
    ["x", "f", 1100, "f"],
    ["g", "q", 1100, undefined],
  ])("%j then %j at %d is %s", (first, key, at_ms, expected) => {
    expect(match(known, before(first), key, at_ms)?.keys).toBe(expected);
  });
});

test.each([
  ["live", 100, "live"],
  ["live", 5000, "old"],
  ["live", null, "none"],
  ["lost", 100, "lost"],
  ["connecting", 100, "connecting"],
] as const)(
  "a link that is %s with a picture %s ms old is shown as %s",
  (link, age_ms, expected) => {
    expect(freshness(link, age_ms)).toBe(expected);
  },
);
