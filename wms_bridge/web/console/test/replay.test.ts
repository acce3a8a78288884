/** Replay: entries from bytes, and where moments are on the line of time. */
import { describe, expect, it } from "vitest";

import { NoEntries, readEntries } from "../src/screens/replay/entries";
import {
  acrossGap,
  gaps,
  momentAt,
  shareOf,
  shownAround,
  tickStep,
  within,
} from "../src/screens/replay/timeline";

const KNOWN = [
  { from_ms: 1000, to_ms: 5000 },
  { from_ms: 20_000, to_ms: 30_000 },
];

function bytes(...entries: [number, number, string][]): ArrayBuffer {
  const found = entries.flatMap(([kind, at_ms, text]) => {
    const head = new DataView(new ArrayBuffer(13));
    head.setUint8(0, kind);
    head.setBigInt64(1, BigInt(at_ms), true);
    head.setUint32(9, text.length, true);
    return [...new Uint8Array(head.buffer), ...new TextEncoder().encode(text)];
  });
  return new Uint8Array(found).buffer;
}

describe("entries", () => {
  it("come out as they went in", () => {
    const read = readEntries(bytes([1, 1_750_000_000_000, "{}"], [3, 1_750_000_000_001, "abc"]));
    const told = read.map((one) => [one.kind, one.at_ms, new TextDecoder().decode(one.body)]);
    expect(told).toEqual([
      [1, 1_750_000_000_000, "{}"],
      [3, 1_750_000_000_001, "abc"],
    ]);
    expect(readEntries(new ArrayBuffer(0))).toEqual([]);
  });

  it("that are cut anywhere are none", () => {
    const whole = bytes([2, 5, "some text"]);
    for (let length = 1; length < whole.byteLength; length += 1) {
      expect(() => readEntries(whole.slice(0, length))).toThrow(NoEntries);
    }
  });
});

describe("the line of time", () => {
  it("gives back the moment of a share", () => {
    const shown = shownAround(50_000, 10_000, 52_000);
    expect(shown).toEqual({ from_ms: 42_000, to_ms: 52_000 });
    for (const at_ms of [42_000, 45_123, 52_000]) {
      expect(momentAt(shareOf(at_ms, shown), shown)).toBe(at_ms);
    }
    expect(shareOf(41_000, shown)).toBeLessThan(0);
  });

  it("always has the moment on it", () => {
    for (const at_ms of [0, 999, 52_000, 90_000]) {
      const shown = shownAround(at_ms, 10_000, 52_000);
      expect(shareOf(at_ms, shown)).toBeGreaterThanOrEqual(0);
      expect(shareOf(at_ms, shown)).toBeLessThanOrEqual(1);
    }
  });

  it("leads across gaps when played, and stays where somebody looks", () => {
    expect(gaps(KNOWN)).toEqual([{ from_ms: 5000, to_ms: 20_000 }]);
    expect(acrossGap(5001, KNOWN)).toBe(20_000);
    expect(acrossGap(4000, KNOWN)).toBe(4000);
    expect(acrossGap(31_000, KNOWN)).toBe(31_000);
    expect(within(7000, KNOWN)).toBe(7000);
    expect(within(99_999, KNOWN)).toBe(30_000);
    expect(within(0, KNOWN)).toBe(1000);
  });

  it("has few marks of its scale", () => {
    for (const span_ms of [300_000, 3_600_000, 86_400_000, 604_800_000]) {
      expect(span_ms / tickStep(span_ms)).toBeLessThanOrEqual(8);
    }
  });
});
