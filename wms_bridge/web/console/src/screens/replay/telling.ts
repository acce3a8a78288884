/** What the panels beside the floor show of a moment, fetched when it has stood for a little. */
import { signal } from "@preact/signals";

import { api, ask, type Schema } from "../../api/client";

export const AROUND_MS = 60_000;
export const STORY_MS = 300_000;
const LONGEST_MS = 600_000;

/** Orders, rules and stations as they were. */
export const books = signal<Schema["BooksAt"] | null>(null);
export const decisions = signal<readonly Schema["Decision"][]>([]);
export const marks = signal<readonly Schema["Mark"][]>([]);
export const story = signal<readonly Schema["RobotStep"][]>([]);

/** Tells the panels of a moment. Throws a Problem. */
export async function tell(at_ms: number, named: string): Promise<void> {
  const window = { from_ms: at_ms - AROUND_MS, until_ms: at_ms + AROUND_MS };
  const [then, decided] = await Promise.all([
    ask(api.GET("/v1/replay/orders", { params: { query: { at_ms, named, limit: 60 } } })),
    ask(api.GET("/v1/replay/decisions", { params: { query: window } })),
  ]);
  books.value = then;
  decisions.value = decided.decisions;
}

/** Tells what a robot did up to a moment and shortly after. Throws a Problem. */
export async function tellStory(robot: string, at_ms: number): Promise<void> {
  const query = { from_ms: at_ms - STORY_MS, until_ms: at_ms + AROUND_MS };
  const path = { robot };
  const told = await ask(api.GET("/v1/replay/robots/{robot}", { params: { path, query } }));
  story.value = told.steps;
}

/** Tells what is marked on a part of the line of time. Throws a Problem. */
export async function tellMarks(from_ms: number, until_ms: number): Promise<void> {
  const query = { from_ms: Math.max(0, Math.round(from_ms)), until_ms: Math.round(until_ms) };
  marks.value = (await ask(api.GET("/v1/replay/marks", { params: { query } }))).marks;
}

/**
 * The moment of the decision next to a moment, forwards (1) or backwards (-1); null if there is none
 * within ten minutes. Throws a Problem.
 */
export async function decisionBeside(at_ms: number, by: 1 | -1): Promise<number | null> {
  const edges = [0, AROUND_MS, LONGEST_MS];
  for (let i = 1; i < edges.length; i += 1) {
    const [near, far] = [edges[i - 1] ?? 0, edges[i] ?? 0];
    const query =
      by > 0
        ? { from_ms: at_ms + near, until_ms: at_ms + far, limit: 1000 }
        : { from_ms: Math.max(0, at_ms - far), until_ms: at_ms - near - 1, limit: 1000 };
    const found = (await ask(api.GET("/v1/replay/decisions", { params: { query } }))).decisions;
    const next = by > 0 ? found[0] : found.at(-1);
    if (next) return next.at_ms;
  }
  return null;
}
