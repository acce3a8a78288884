/** The screen Intervene: areas as text, stretches of aisles, what a deed lacks, what is in force. */
import { describe, expect, test } from "vitest";

import {
  cellAt,
  inside,
  nodeOf,
  placeOf,
  readArea,
  sizeOf,
  spotsBeside,
  stretchAt,
  stretchesOf,
  writeArea,
} from "../src/screens/intervene/area";
import { DEEDS, missing, type Said, stopName } from "../src/screens/intervene/deeds";
import { inForce, type Intervention, latest, type Shown } from "../src/screens/intervene/force";

const NOTHING: Said = {
  area: null,
  robots: [],
  node: "",
  name: "",
  station: "",
  reason: "",
  stretch: false,
};

describe("an area as text", () => {
  test.each([
    ["0,0 4,3", 12],
    ["4,3 0,0", 12],
    [" 0,0  4,0\n4,3 ", 6],
    ["0,0;2,0;2,2;0,2", 4],
    ["-1.5,0 0,1", 1.5],
  ])("%j has %s square metres", (text, size) => {
    const area = readArea(text);
    expect(area && sizeOf(area)).toBeCloseTo(size);
    expect(readArea(writeArea(area ?? []))).toEqual(area);
  });

  test.each(["", "0,0", "0,0 0,5", "0,0 1,1 2,2", "a,b 1,1", "0;0 1;1", "1,2,3 4,5", "0,0 1,"])(
    "%j is none",
    (text) => expect(readArea(text)).toBeNull(),
  );

  test("more than 64 corners are too many", () => {
    const round = Array.from({ length: 65 }, (_, i) => `${Math.cos(i)},${i}`).join(" ");
    expect(readArea(round)).toBeNull();
  });

  test("holds what is inside", () => {
    const area = readArea("0,0 4,0 4,3") ?? [];
    expect([inside([3, 1], area), inside([1, 2], area)]).toEqual([true, false]);
  });
});

test("nodes are named by column and row, and found again", () => {
  expect(nodeOf(cellAt([14.5, 8.3], 1.2))).toBe("c012r007");
  expect(placeOf("c012r007", 1.2)).toEqual([12 * 1.2, 7 * 1.2]);
  expect(placeOf("c12r7", 1.2)).toBeNull();
});

describe("stretches of aisles", () => {
  const east = {
    id: "E",
    points_m: [
      [0, 0],
      [6, 0],
    ],
  } as const;
  const north = {
    id: "N",
    points_m: [
      [3, 0],
      [3, 3],
    ],
  } as const;
  const all = stretchesOf([east, north], 1);

  test("end before crossings", () => {
    expect(all.map((one) => one.name)).toEqual([
      "E c000r000–c002r000",
      "E c004r000–c006r000",
      "N c003r001–c003r003",
    ]);
  });

  test("are found where one points, not far away", () => {
    expect(stretchAt(all, [4.8, 0.3], 1)?.name).toBe("E c004r000–c006r000");
    expect(stretchAt(all, [5, 2], 1)).toBeNull();
  });

  test("have pod spots beside them", () => {
    const [first] = all;
    const spots = [
      [1, 1],
      [5, 1],
    ] as const;
    expect(first && spotsBeside(first, spots, 1)).toEqual([[1, 1]]);
  });
});

describe("a deed", () => {
  test.each([
    ["stop_site", {}, ["reason"]],
    ["stop_site", { reason: " " }, ["reason"]],
    ["stop_site", { reason: "oil" }, []],
    ["pause", { reason: "oil" }, ["robots"]],
    ["pause", { reason: "oil", robots: ["R1", "R2"] }, []],
    ["reroute", { reason: "oil", robots: ["R1", "R2"] }, ["robot"]],
    ["send", { reason: "oil", robots: ["R1"], node: "there" }, ["node"]],
    ["send", { reason: "oil", robots: ["R1"], node: "c001r001" }, []],
    ["entry", { name: " " }, ["area", "name", "reason"]],
    ["close_aisle", { reason: "oil" }, ["stretch"]],
    ["close_station", { reason: "oil", station: "S1" }, []],
  ] as [string, Partial<Said>, string[]][])("%s with %j lacks %j", (key, said, lacks) => {
    const deed = DEEDS.get(key);
    expect(deed && missing(deed, { ...NOTHING, ...said })).toEqual(lacks);
  });

  test("names a stop as nobody else does", () => {
    expect(stopName("stop_site", [], "0123456789")).toBe("site 01234567");
    expect(stopName("pause", ["R1", "R2"], "01234567")).toBe("pause R1 R2");
    expect(stopName("pause", ["a/b"], "0123456789")).toBe("pause 01234567");
    const many = Array.from({ length: 40 }, (_, i) => `R${i}`);
    expect(stopName("pause", many, "0123456789")).toBe("pause 01234567");
  });
});

const NOW_MS = 1_000_000;

function asked(number: number, kind: Intervention["kind"], more: Partial<Intervention> = {}) {
  const one: Intervention = {
    number,
    intervention: `k${number}`,
    kind,
    name: "",
    robots: [],
    area_m: [],
    node: null,
    by: "anna",
    reason: "oil",
    asked_ms: NOW_MS - 60_000,
    changed_ms: NOW_MS - 60_000,
    change: number,
    state: "done",
    text: "",
    let_go: [],
    undone_by: null,
    in_force: true,
    no_answer: false,
  };
  return { ...one, ...more };
}

describe("in force", () => {
  const blind: Shown = { robots: new Map() };

  test("is what was asked for and not undone, once", () => {
    const shown: Shown = {
      stops: [{ stop: "s", robots: [], area_m: [] }],
      entries: [],
      robots: new Map([["R1", { sent: "c001r001" }]]),
    };
    const records = [
      asked(1, "stop", { name: "s" }),
      asked(2, "send", { robots: ["R1"], node: "c001r001" }),
      asked(3, "stop", { name: "t", in_force: false }),
      asked(4, "take_out", { robots: ["R2", "R3"], let_go: ["R2"] }),
    ];
    const items = inForce(records, shown, NOW_MS);
    expect(items.map((one) => [one.standing, one.name, one.gone])).toEqual([
      ["stop", "s", false],
      ["sent", "R1", false],
      ["out", "R3", false],
    ]);
  });

  test("is also what was engaged elsewhere", () => {
    const shown: Shown = {
      stops: [
        { stop: "by hand", robots: ["R1"], area_m: [] },
        { stop: "entry/e", robots: [], area_m: [] },
      ],
      entries: [{ entry: "e", area_m: [], state: "draining", inside: ["R2"] }],
      robots: new Map([["R3", { leaving: true }]]),
    };
    expect(inForce([], shown, NOW_MS).map((one) => [one.key, one.asked, one.entry])).toEqual([
      ["stop/by hand", null, null],
      ["entry/e", null, "draining"],
      ["out/R3", null, null],
    ]);
  });

  test("what the floor shows no more is told, once the picture must have come", () => {
    const stop = asked(1, "stop", { name: "s" });
    const empty: Shown = { stops: [], entries: [], robots: new Map() };
    expect(inForce([stop], empty, NOW_MS)[0]?.gone).toBe(true);
    expect(inForce([stop], empty, stop.changed_ms + 500)[0]?.gone).toBe(false);
    expect(inForce([stop], blind, NOW_MS)[0]?.gone).toBe(false);
  });

  test.each([
    ["asked", [], "asked"],
    ["under_way", [], "draining"],
    ["done", [], "frozen"],
    ["done", [asked(2, "enter", { name: "e" })], "entered"],
    ["done", [asked(2, "enter", { name: "other" })], "frozen"],
    ["done", [asked(2, "enter", { name: "e", state: "asked" })], "frozen"],
  ] as [Intervention["state"], Intervention[], string][])(
    "an entry that is %s is %j",
    (state, more, expected) => {
      const request = asked(1, "request_entry", { name: "e", state });
      const items = inForce([request, ...more], blind, NOW_MS);
      expect(items.map((one) => one.entry)).toEqual([expected]);
    },
  );

  test("nobody goes in on an answer that the floor does not show", () => {
    const request = asked(1, "request_entry", { name: "e", state: "done" });
    const shown: Shown = { entries: [], robots: new Map() };
    expect(inForce([request], shown, NOW_MS)[0]?.entry).toBe("draining");
  });

  test("the live floor knows best how far an entry is", () => {
    const request = asked(1, "request_entry", { name: "e", state: "done" });
    const entries = [{ entry: "e", area_m: [], state: "draining", inside: ["R1"] }];
    const [item] = inForce([request], { entries, robots: new Map() }, NOW_MS);
    expect([item?.entry, item?.inside]).toEqual(["draining", ["R1"]]);
  });
});

test("what was asked for lately stays for a while, longest if it was refused", () => {
  const of = (state: Intervention["state"], ago_ms: number) =>
    asked(1, "reroute", { state, in_force: false, changed_ms: NOW_MS - ago_ms });
  const kept = (one: Intervention) => latest([one], NOW_MS).length === 1;
  expect(kept(of("done", 59_000))).toBe(true);
  expect(kept(of("done", 61_000))).toBe(false);
  expect(kept(of("refused", 800_000))).toBe(true);
  expect(kept(of("refused", 901_000))).toBe(false);
  expect(kept(of("asked", 9_000_000))).toBe(true);
  expect(kept(asked(1, "stop", { name: "s" }))).toBe(false);
});
