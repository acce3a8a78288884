/** What the screen of counts decides: what was found, its order, the bars, the reads of tags. */
import { describe, expect, test } from "vitest";

import {
  booksAfter,
  type Case,
  differenceOf,
  evidenceOf,
  foundIn,
  signed,
  sorted,
  stakeOf,
} from "../src/screens/counting/case";
import { barsOf, likeliest } from "../src/screens/counting/chances";
import { readsOf } from "../src/screens/counting/reads";

function made(more: Partial<Case>): Case {
  const plain = {
    number: 1,
    case: "C1",
    status: "approve",
    reason: "value",
    booked: 10,
    found: 7,
    difference: -3,
    probability: 0.9,
    sound: true,
    piece_value: 2,
    opened_ms: 100,
  };
  return { ...plain, ...more } as Case;
}

test("what was found, its difference and its worth", () => {
  expect([foundIn(made({})), differenceOf(made({})), stakeOf(made({}))]).toEqual([7, -3, 6]);
  const moved = made({ difference: 0, sound: false });
  expect([foundIn(moved), differenceOf(moved)]).toEqual([null, 0]);
  const unsure = made({ difference: 0, found: 8 });
  expect(differenceOf(unsure)).toBe(-2);
  expect(stakeOf(made({ piece_value: 0 }))).toBeNull();
  expect([-3, 0, 2].map(signed)).toEqual(["−3", "±0", "+2"]);
});

test("an approval keeps what moved since, unless another SKU lies there", () => {
  expect(booksAfter(made({}), 8)).toBe(5);
  expect(booksAfter(made({ reason: "mismatch_class" }), 8)).toBe(7);
});

describe("the queue", () => {
  const dear = made({ number: 1, piece_value: 40, probability: 0.5, opened_ms: 300 });
  const many = made({ number: 2, piece_value: 0, difference: -9, opened_ms: 100 });
  const few = made({ number: 3, piece_value: 0, difference: -1, opened_ms: 200, probability: 1 });
  const order = (by: "value" | "age" | "probability") =>
    sorted([few, many, dear], by).map((one) => one.number);

  test("has the dearest first, by pieces where no value is known", () => {
    expect(order("value")).toEqual([1, 2, 3]);
  });
  test("or the oldest, or the surest", () => {
    expect(order("age")).toEqual([2, 3, 1]);
    expect(order("probability")).toEqual([3, 2, 1]);
  });
});

describe("the bars", () => {
  test("show what is probable, what was booked and two to both sides", () => {
    const chances = Array.from({ length: 21 }, () => 0);
    chances[7] = 0.995;
    chances[8] = 0.005;
    const bars = barsOf(chances, 10);
    expect([bars[0]?.pieces, bars.at(-1)?.pieces]).toEqual([5, 12]);
    expect(likeliest(chances, 3).map((one) => one.pieces)).toEqual([7, 8]);
  });

  test("are never more than 41, with the likeliest among them", () => {
    for (let best = 0; best <= 200; best += 10) {
      const chances = Array.from({ length: 201 }, (_, n) => (n === best ? 0.6 : 0.002));
      const bars = barsOf(chances, 3);
      expect(bars.length).toBeLessThanOrEqual(41);
      expect(bars.map((one) => one.pieces)).toContain(best);
    }
    expect(barsOf([], 3)).toEqual([]);
  });
});

test("reads tell of the slot's tags, and survive what is no such document", () => {
  const tag = (epc: string, slots: Record<string, number>, ...power: number[]) => ({
    epc,
    count: power.length,
    slots,
    reads: power.map((dbm, at) => [at, 1 + (at % 2), dbm, null]),
  });
  const document = {
    reader: "R07/left",
    tags: [
      tag("a", { "P/A/1/1": 0.4, "P/A/1/2": 0.6 }, -60, -50.5),
      tag("b", { "P/A/1/1": 0.97 }, -55),
      tag("c", { "P/A/1/9": 1 }, -40),
      { epc: "d", count: 2, slots: {} },
    ],
  };
  const reads = readsOf(document, "P/A/1/1");
  expect(reads?.tags.map((one) => one.epc)).toEqual(["b", "a"]);
  expect(reads?.others).toBe(2);
  expect(reads?.tags[1]).toMatchObject({
    rssi_dbm: -50.5,
    antennas: [1, 2],
    elsewhere: { slot: "P/A/1/2", share: 0.6 },
  });
  for (const odd of [null, 7, [], {}, { tags: 7 }]) expect(readsOf(odd, "P/A/1/1")).toBeNull();
  expect(readsOf({ tags: [null, 7, { epc: 3 }] }, "s")).toEqual({
    reader: "",
    tags: [],
    others: 1,
  });
});

test("evidence is listed once, the newest first", () => {
  const given = {
    ...made({}),
    evidence: ["b", "c"],
    until_ms: 30,
    counts: [
      { evidence: ["a", "b"], until_ms: 10 },
      { evidence: ["b"], until_ms: 20 },
    ],
  } as unknown as Parameters<typeof evidenceOf>[0];
  expect(evidenceOf(given).map((one) => `${one.sha256}${one.until_ms}`)).toEqual([
    "c30",
    "b10",
    "a10",
  ]);
});
