/** The station's small decisions: codes, scans, keys of a scanner, what may be sent again. */
import { describe, expect, test, vi } from "vitest";

import { checks, FNC1, readCode } from "../src/screens/station/gs1";
import {
  type Instruction,
  judge,
  NOTHING,
  type Progress,
  quantityOf,
  typed,
} from "../src/screens/station/judging";
import { GAP_MS, Keys } from "../src/screens/station/scanner";
import { pattern } from "../src/screens/station/Tile";

vi.stubGlobal("location", { origin: "http://bridge" });
const GTIN = "04006381333931";
const SSCC = "340123450000000000";

describe("a code is read", () => {
  const sscc = SSCC.slice(0, 17) + [..."0123456789"].find((one) => checks(SSCC.slice(0, 17) + one));
  test.each([
    ["4006381333931", { gtin: GTIN }],
    ["04006381333931", { gtin: GTIN }],
    ["96385074", { gtin: "00000096385074" }],
    [`01${GTIN}`, { gtin: GTIN }],
    [`(01)${GTIN}(10)L7(21)S-1`, { gtin: GTIN, lot: "L7", serial: "S-1" }],
    [`01${GTIN}10L7${FNC1}21S-1`, { gtin: GTIN, lot: "L7", serial: "S-1" }],
    [`]d2${FNC1}01${GTIN}17261231${"21"}S-1`, { gtin: GTIN, serial: "S-1" }],
    [`00${sscc}`, { sscc }],
    [sscc, { sscc }],
    [`01${GTIN.slice(0, 13)}2`, {}],
    ["4006381333932", {}],
    ["(01)12(10)X", {}],
    ["(10)L7", {}],
    [`01${GTIN}10`, {}],
    ["P001/A/3/2", {}],
    ["", {}],
    ["()()(", {}],
    ["\u0000\u{1f600}", {}],
  ])("%j", (text, expected) => {
    const { text: _, ...found } = readCode(text);
    expect(found).toEqual(expected);
  });
});

const PICK = {
  work: "pick",
  id: "V1.1",
  quantity: 3,
  place: 4,
  article: { sku: "TEA", description: "Tea", gtins: [GTIN] },
  slot: { slot: "P001/A/3/2" },
} as unknown as Instruction;
const COUNT = { ...PICK, work: "count", quantity: null, place: null } as Instruction;
const ONCE = { station: "S01", each: false };

function why(text: string, instruction: Instruction | null = PICK, progress = NOTHING) {
  const judged = judge(text, instruction, progress, ONCE);
  return judged.verdict === "wrong" ? judged.why : judged.verdict;
}

describe("a scan", () => {
  test.each([
    ["P001/A/3/2", "taken"],
    ["p001/a/3/2", "taken"],
    ["P001/A/3/3", "slot"],
    ["4006381333931", "taken"],
    ["tea", "taken"],
    ["96385074", "article"],
    ["S01/4", "confirm"],
    ["S01/5", "place"],
    ["S02/4", "article"],
    ["CONFIRM", "confirm"],
    ["rubbish", "article"],
  ])("%s is %s", (text, expected) => expect(why(text)).toBe(expected));

  test("of anything is refused while nothing is in hand", () => {
    expect(why("CONFIRM", null)).toBe("nothing");
  });

  test("counts one piece where each is scanned, and never more than asked", () => {
    let progress: Progress = NOTHING;
    for (const expected of [1, 2, 3]) {
      const judged = judge("TEA", PICK, progress, { station: "S01", each: true });
      if (judged.verdict !== "taken") throw new Error(judged.verdict);
      ({ progress } = judged);
      expect(quantityOf(PICK, progress)).toBe(expected);
    }
    const more = judge("TEA", PICK, progress, { station: "S01", each: true });
    expect(more).toEqual({ verdict: "wrong", why: "more" });
  });

  test("of a serial counts its piece once, and keeps the lot", () => {
    const code = `(01)${GTIN}(10)L7(21)S1`;
    const judged = judge(code, PICK, NOTHING, ONCE);
    if (judged.verdict !== "taken") throw new Error(judged.verdict);
    expect(judged.progress).toMatchObject({
      scanned: 1,
      lot: "L7",
      serials: [`(01)${GTIN}(21)S1`],
    });
    expect(why(code, PICK, judged.progress)).toBe("twice");
  });
});

test("digits are a quantity; a count without any has none", () => {
  const keys = (text: string) => [...text].reduce((made, key) => typed(made, key), NOTHING);
  expect(quantityOf(PICK, NOTHING)).toBe(3);
  expect(quantityOf(COUNT, NOTHING)).toBe(null);
  expect(quantityOf(COUNT, keys("0"))).toBe(0);
  expect(quantityOf(PICK, keys("12"))).toBe(12);
  expect(quantityOf(PICK, typed(keys("12"), "Backspace"))).toBe(1);
  expect(quantityOf(PICK, typed(keys("12"), "Escape"))).toBe(3);
  expect(keys("x").typed).toBe("");
});

describe("a scanner is told from a person by its speed", () => {
  const type = (text: string, gap_ms: number) => {
    const keys = new Keys();
    let at_ms = 1000;
    for (const one of text) keys.add(one, (at_ms += gap_ms));
    return keys.end(at_ms + gap_ms);
  };

  test.each([
    ["P001/A/3/2", 5, "P001/A/3/2"],
    ["P001/A/3/2", GAP_MS, "P001/A/3/2"],
    ["P001/A/3/2", GAP_MS + 1, null],
    ["12", 5, null],
    ["", 5, null],
  ])("%s, %d ms a key", (text, gap_ms, expected) => expect(type(text, gap_ms)).toBe(expected));

  test("a single key is let through", () => {
    const keys = new Keys();
    keys.add("u", 1000);
    expect(keys.alone()).toBe("u");
    expect(keys.alone()).toBe(null);
  });
});

test("the sign of an article is its own, and symmetric", () => {
  const cells = pattern("TEA");
  expect(cells).toEqual(pattern("TEA"));
  expect(cells).not.toEqual(pattern("CUP"));
  for (let row = 0; row < 5; row += 1) {
    const line = cells.slice(row * 5, row * 5 + 5);
    expect(line).toEqual([...line].reverse());
  }
});
