/** The orders screen's decisions: what the list is asked for, how risk is shown, what is sent. */
import { describe, expect, test } from "vitest";

import {
  askingOf,
  levelOf,
  numberOf,
  placesOf,
  queryOf,
  share,
} from "../src/screens/orders/asking";
import { causeDelay, isBlocked } from "../src/screens/orders/causes";
import {
  contentsOf,
  type Wanted,
  wantedOf,
  withOneMore,
  wrongWith,
} from "../src/screens/orders/contents";
import type { Known } from "../src/screens/orders/desk";

describe("what the list is asked for stands in the address", () => {
  test.each([
    {},
    { kind: "cancelled", search: "A-1", page: "3" },
    { stage: "at_station", station: "S01", sort: "due", risky: "1" },
  ])("and is read as it is written: %j", (query) => {
    const full = Object.fromEntries(Object.entries(queryOf(askingOf(query))).filter(([, v]) => v));
    expect(full).toEqual(query);
  });

  test.each([
    { kind: "lost" },
    { sort: "best" },
    { page: "-1" },
    { page: "1.5" },
    { page: "x" },
    { stage: "<img>" },
  ])("what makes no sense is left out: %j", (query: Record<string, string>) => {
    expect(askingOf(query)).toEqual(askingOf({}));
  });
});

test.each([
  [null, "none"],
  [undefined, "none"],
  [0, "low"],
  [0.29, "low"],
  [0.3, "some"],
  [0.5, "high"],
  [1, "high"],
] as const)("a risk of %s is %s", (risk, level) => {
  expect(levelOf(risk)).toBe(level);
});

test("marks stand in their order within the line", () => {
  const at = placesOf({ p10_ms: 1000, p50_ms: 2000, p90_ms: 4000, due_ms: 3000 }, 0);
  expect([0, at.p10, at.p50, at.due, at.p90, 1]).toEqual(
    [0, at.p10, at.p50, at.due ?? 0, at.p90, 1].sort((a, b) => a - b),
  );
  const late = placesOf({ p10_ms: 9000, p50_ms: 9500, p90_ms: 9900, due_ms: 100 }, 8000);
  expect(late.due).toBe(0);
  const open = placesOf({ p10_ms: 1, p50_ms: 2, p90_ms: 3, due_ms: null }, 0);
  expect(open.due).toBeNull();
});

test("shares stay between nothing and all", () => {
  expect([share(1, 2), share(0, 0), share(5, 2), share(-1, 2)]).toEqual([0.5, 0, 1, 0]);
});

test.each([
  ["A#1", 1],
  ["A#1#27", 27],
  ["A", null],
  ["A#x", null],
])("the line %s has number %s", (line, number) => {
  expect(numberOf(line)).toBe(number);
});

const line = (more: Partial<Known["order_lines"][number]>) => ({
  ...{ line: "A#1", sku: "CUP", owner: "", quantity: 3, picked: 1, short: 0, shown: 0 },
  ...{ reason: null, flow: "goods_to_person" as const, state: "waiting" as const },
  ...{ station: null, pod: null, robot: null },
  ...more,
});
const known = {
  due_ms: 5,
  priority: 2,
  order_lines: [line({}), line({ line: "A#2", quantity: 0 }), line({ line: "A#3", owner: "ACME" })],
} as unknown as Known;

describe("new contents", () => {
  test("are what they were unless somebody says otherwise", () => {
    expect(contentsOf(wantedOf(known), known)).toEqual({
      lines: [
        { sku: "CUP", quantity: 3, owner: "", number: 1 },
        { sku: "CUP", quantity: 3, owner: "ACME", number: 3 },
      ],
      due_ms: 5,
      priority: 2,
    });
  });

  test("leave out lines for nothing, and number new ones after the last", () => {
    const [first, second] = withOneMore(wantedOf(known)).slice(1) as [Wanted, Wanted];
    expect(second.number).toBe(4);
    const sent = contentsOf(
      [
        { ...first, quantity: "0" },
        { ...second, sku: " BOWL " },
      ],
      known,
    );
    expect(sent.lines).toEqual([{ sku: "BOWL", quantity: 1, owner: "", number: 4 }]);
  });

  test.each([
    ["3", ""],
    ["1", ""],
    ["0", "orders.picked_already"],
    ["-1", "orders.not_whole"],
    ["1.5", "orders.not_whole"],
    ["", "orders.not_whole"],
    ["1e3", "orders.not_whole"],
  ])("of %j pieces where one is picked are %j", (quantity, wrong) => {
    const one = { number: 1, sku: "CUP", owner: "", quantity, picked: 1 };
    expect(wrongWith(one)).toBe(wrong);
  });
});

test("an order is blocked by its first cause alone", () => {
  const blocked = { kind: "no_stock" as const, delay_ms: null, names: [], subject: "" };
  const slow = { kind: "backlog" as const, delay_ms: 60_000, names: [], subject: "" };
  expect([isBlocked([]), isBlocked([slow, blocked]), isBlocked([blocked, slow])]).toEqual([
    false,
    false,
    true,
  ]);
  expect(causeDelay({ ...slow, delay_ms: 0 })).toBe("");
});
