/** What the screens of alarms and counts decide: filters, links, order, charts, reads. */
import { describe, expect, test } from "vitest";

import { wantingOf, worstOf } from "../src/live/severity";
import { alikeOf, asked, filterOf, isNarrowed, toggled } from "../src/screens/alarms/filter";
import { targetsOf } from "../src/screens/alarms/links";
import en from "../src/screens/alarms/en.json";
import zh from "../src/screens/alarms/zh.json";

const count = (severity: string, state: string, shelved: boolean, many: number) =>
  ({ severity, state, shelved, count: many }) as Parameters<typeof wantingOf>[0][number];

test("what wants an acknowledgement is counted by severity, and the worst is told", () => {
  const counts = [
    count("high", "unacknowledged", false, 2),
    count("high", "returned", false, 3),
    count("high", "acknowledged", false, 50),
    count("critical", "unacknowledged", true, 7),
    count("low", "returned", false, 1),
  ];
  const wanting = wantingOf(counts);
  expect(wanting).toEqual({ critical: 0, high: 5, medium: 0, low: 1 });
  expect(worstOf(wanting)).toBe("high");
  expect(worstOf(wantingOf([]))).toBeNull();
});

describe("the filter", () => {
  test("is read from the address, and nonsense in it left out", () => {
    const filter = filterOf({ severity: "high,worse,critical", show: "ghosts", search: "R0" });
    expect(filter).toEqual({
      show: "wanting",
      severities: ["critical", "high"],
      kind: "",
      search: "R0",
      sort: "severity",
    });
    expect(isNarrowed(filter)).toBe(true);
    expect(isNarrowed(filterOf({ show: "all" }))).toBe(false);
  });

  test("gains and loses severities; all of them are none", () => {
    expect(toggled(filterOf({}), "low")).toBe("low");
    expect(toggled(filterOf({ severity: "low" }), "critical")).toBe("critical,low");
    expect(toggled(filterOf({ severity: "low" }), "low")).toBe("");
    expect(toggled(filterOf({ severity: "critical,high,medium" }), "low")).toBe("");
  });

  test("asks for what it shows, and acknowledges no more than that", () => {
    const filter = filterOf({ show: "all", kind: "robot_silent", search: "R0" });
    expect(asked(filter, "high.5.1")).toMatchObject({
      state: [],
      kind: ["robot_silent"],
      search: "R0",
      after: "high.5.1",
    });
    expect(asked(filter, null)).not.toHaveProperty("shelved");
    expect(asked(filterOf({}), null)).toMatchObject({ shelved: false });
    expect(asked(filterOf({ show: "shelved" }), null)).toMatchObject({ state: [], shelved: true });
    expect(alikeOf(filter)).toEqual({
      state: ["unacknowledged", "returned"],
      severity: [],
      kind: ["robot_silent"],
      search: "R0",
    });
  });
});

test.each([
  ["robot_silent", "R07", [["floor", [], { robot: "R07" }]]],
  ["pod_blocked", "P1", [["floor", [], { pod: "P1" }]]],
  ["station_closed", "S1", [["floor", [], { station: "S1" }]]],
  [
    "slot_quarantined",
    "P1/A/1/2",
    [
      ["counting", [], { slot: "P1/A/1/2" }],
      ["floor", [], { pod: "P1" }],
    ],
  ],
  ["line_short", "A#7#2", [["orders", ["A#7"], {}]]],
  ["orders_late", "S01", [["orders", [], { risky: "1" }]]],
  ["no_room", "dock", []],
])("an alarm of kind %s about %s leads to %j", (kind, subject, expected) => {
  const targets = targetsOf(kind, subject);
  expect(targets.map((one) => [one.screen, one.rest, one.query])).toEqual(expected);
});

test("every kind has a title, a cause, an effect and what to do, in both languages", () => {
  for (const words of [en.kind, zh.kind]) {
    for (const [kind, texts] of Object.entries(words)) {
      expect(Object.keys(texts).sort(), kind).toEqual(["action", "cause", "effect", "title"]);
    }
  }
});
