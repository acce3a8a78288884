/** The console's own sources as trees, for tests that look at how they are written. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { parseSync } from "vite";

export const ROOT = new URL("../src", import.meta.url).pathname;

export interface Tree {
  type: string;
  [name: string]: unknown;
}

/** All files below `src` whose names end so, by their path from there. */
export function files(...endings: string[]): string[] {
  const names = readdirSync(ROOT, { recursive: true, encoding: "utf8" });
  return names.filter(
    (name) => endings.some((end) => name.endsWith(end)) && !name.includes(".gen."),
  );
}

export function text(file: string): string {
  return readFileSync(join(ROOT, file), "utf8");
}

/** Calls `visit` with every node of a file. */
export function walk(file: string, visit: (node: Tree) => void): void {
  const parsed = parseSync(file, text(file));
  if (parsed.errors.length > 0) throw new Error(`${file}: ${parsed.errors[0]?.message}`);
  step(parsed.program as unknown as Tree, visit);
}

function step(node: unknown, visit: (node: Tree) => void): void {
  if (Array.isArray(node)) {
    for (const one of node) step(one, visit);
  } else if (typeof node === "object" && node !== null) {
    if (typeof (node as Tree).type === "string") visit(node as Tree);
    for (const one of Object.values(node)) step(one, visit);
  }
}
