/** The console's sources stay small, write text only, ask nobody else and keep to their layers. */
import { expect, test } from "vitest";

import { files, text, type Tree, walk } from "./source";

const MOST_LINES = 400;
const CODE = files(".ts", ".tsx");

test.each(files(".ts", ".tsx", ".css"))("%s is short", (file) => {
  expect(text(file).split("\n").length).toBeLessThanOrEqual(MOST_LINES);
});

test.each(CODE)("%s says in its first line what it is", (file) => {
  expect(text(file)).toMatch(/^\/\*\*/);
});

test.each(files(".ts", ".tsx", ".css"))("%s asks nobody else and writes text only", (file) => {
  const code = text(file);
  expect(code).not.toMatch(/https?:\/\//);
  for (const way of [
    "dangerouslySetInnerHTML",
    "innerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
  ]) {
    expect(code, way).not.toContain(way);
  }
});

/** Which folders a folder may import from, besides itself. */
const MAY: Record<string, readonly string[]> = {
  theme: [],
  i18n: [],
  api: ["i18n"],
  parts: ["i18n"],
  live: ["api"],
  routes: ["api"],
  app: ["api", "i18n", "live", "parts", "routes", "theme"],
  screens: ["api", "app", "i18n", "live", "parts", "routes", "theme"],
  "main.tsx": ["app", "i18n", "parts", "routes", "theme"],
};

test.each(CODE)("%s keeps to its layer", (file) => {
  const parts = file.split("/");
  const own = parts[0] ?? "";
  walk(file, (node) => {
    if (node.type !== "ImportDeclaration") return;
    const from = String((node.source as Tree).value);
    if (!from.startsWith(".")) return;
    const target = new URL(from, `file:///${file}`).pathname.slice(1).split("/");
    if (own === "screens") {
      // A screen knows no other screen; the picture of the floor may be shown by any.
      const picture = /^screens\/floor\/(stage|site|camera|point|drawing\/)/.test(target.join("/"));
      if (target[0] === "screens" && !picture) expect(target[1]).toBe(parts[1]);
    }
    if (target[0] !== own) expect(MAY[own], `${file} imports ${from}`).toContain(target[0]);
  });
});
