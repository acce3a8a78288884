/** The control tower's small decisions: the stream shown, deeds, questions, policies as forms. */
import { describe, expect, test } from "vitest";

import { closedValue, difference, isOver, questionOf, type Run } from "../src/screens/tower/asking";
import { deedsOf, linkOf } from "../src/screens/tower/exceptions";
import { bodyOf, cornersOf, draftOf, EMPTY, fieldOf, modesOf } from "../src/screens/tower/policy";
import { type Item, keyOf, MOST_SHOWN, withNewer, withOlder } from "../src/screens/tower/stream";

const item = (number: number): Item => ({
  kind: "event",
  number,
  at_ms: number,
  type: "OrderReceived",
  subject: "A",
  who: "",
  text: "",
  body: {},
});

describe("the stream shown", () => {
  const shown = { items: [item(4), item(3)], first: "e2", last: "e4", more: true };

  test("has the newest first, and goes both ways", () => {
    const newer = withNewer(shown, [item(5), item(6)], "e6");
    const both = withOlder(newer, [item(1), item(2)], "e0", false);
    expect(both.items.map(keyOf)).toEqual([6, 5, 4, 3, 2, 1].map((one) => `event/${one}`));
    expect([both.first, both.last, both.more]).toEqual(["e0", "e6", false]);
  });

  test("does not grow for ever", () => {
    const many = Array.from({ length: MOST_SHOWN }, (_, place) => item(place + 5));
    const cut = withNewer(shown, many, "e9");
    expect(cut.items.length).toBe(MOST_SHOWN);
    expect(cut.more).toBe(false);
  });
});

test("deeds are those of the state and of who looks", () => {
  const one = { owner: "ann", resolved_by: "ann" };
  expect(deedsOf({ ...one, state: "open" }, "bob", false)).toEqual(["claim"]);
  expect(deedsOf({ ...one, state: "claimed" }, "ann", false)).toEqual(["resolve", "release"]);
  expect(deedsOf({ ...one, state: "claimed" }, "bob", false)).toEqual([]);
  expect(deedsOf({ ...one, state: "claimed" }, "boss", true)).toEqual(["resolve", "release"]);
  expect(deedsOf({ ...one, state: "resolved" }, "ann", false)).toEqual(["reopen"]);
  expect(deedsOf({ ...one, state: "resolved" }, "bob", false)).toEqual(["verify", "reopen"]);
  expect(deedsOf({ ...one, state: "verified" }, "bob", false)).toEqual(["reopen"]);
});

test("an exception leads to where it is dealt with", () => {
  expect(linkOf({ key: "alarm/3", cause: "alarm" })?.screen).toBe("alarms");
  expect(linkOf({ key: "pick/p1", cause: "failed_pick" })).toBeNull();
});

describe("a what-if question", () => {
  const choices = {
    closed: ["S2"],
    stations: ["S1", "S2"],
    robots: 6,
    toggled: new Set<string>(),
    more_robots: 0,
    pick_s: null,
  };
  const name = (what: string, values: object) => `${what} ${JSON.stringify(values)}`;
  const how = { hours: 2, seeds: 3 };

  test("needs something that is otherwise", () => {
    expect(questionOf(choices, name, how)).toBeNull();
    expect(questionOf({ ...choices, robots: null, more_robots: 1 }, name, how)).toBeNull();
    expect(questionOf({ ...choices, more_robots: -6 }, name, how)).toBeNull();
  });

  test("compares each thing by itself with how it is", () => {
    const asked = { ...choices, toggled: new Set(["S1", "S2"]), more_robots: 2, pick_s: 8 };
    const question = questionOf(asked, name, how);
    expect(question?.alternatives.map((one) => one.changes)).toEqual([
      [],
      [{ key: "closed", value: "S2+S1" }],
      [{ key: "closed", value: "none" }],
      [{ key: "robots", value: 8 }],
      [{ key: "pick_s", value: 8 }],
    ]);
    expect([question?.seeds, question?.hours]).toEqual([3, 2]);
    expect(closedValue([])).toBe("none");
  });

  test("has an answer with differences to the first", () => {
    const told = (mean: number) => ({
      name: "",
      futures: 1,
      failed: 0,
      error: "",
      figures: { late: { mean, half_width: null } },
    });
    const run = { state: "done", results: [told(0.5), told(0.25)] } as unknown as Run;
    expect(isOver(run)).toBe(true);
    expect(difference(run, 1, "late")).toBe(-0.25);
    expect(difference(run, 0, "late")).toBeNull();
    expect(difference(run, 1, "done")).toBeNull();
  });
});

describe("a policy", () => {
  test("is the same after the form", () => {
    const made = bodyOf({ ...EMPTY, name: "p", kinds: ["deadlock"], target: "S1", at_once: true });
    if (typeof made === "string") throw new Error(made);
    const policy = { name: "p", ...made.body } as unknown as Parameters<typeof draftOf>[0];
    expect(bodyOf(draftOf(policy))).toEqual(made);
    expect(made.body.do.at_once).toBe(true);
  });

  test("says which field is wrong", () => {
    expect(bodyOf({ ...EMPTY, lasting_s: "soon" })).toBe("lasting_s");
    expect(bodyOf({ ...EMPTY, most_per_h: "-1" })).toBe("most_per_h");
    expect(bodyOf({ ...EMPTY, area: "1 2, x" })).toBe("area");
    expect(fieldOf("do.target")).toBe("target");
    expect(fieldOf("do.rule.area_m")).toBe("area");
    expect(fieldOf("on.lasting_s")).toBe("lasting_s");
  });

  test("takes corners as they are typed", () => {
    expect(cornersOf("0 0, 1.5 0,\n1 -2")).toEqual([
      [0, 0],
      [1.5, 0],
      [1, -2],
    ]);
    expect(cornersOf("")).toEqual([]);
    expect(cornersOf("1 2 3")).toBeNull();
  });

  test("may be switched to another mode; one that is held goes on", () => {
    expect(modesOf({ mode: "off" })).toEqual(["dry_run", "on"]);
    expect(modesOf({ mode: "on", held_ms: 5 })).toContain("on");
  });
});
