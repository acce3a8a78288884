/** Every word stands in every language, every key that is used exists, and none is written in TSX. */
import { expect, test } from "vitest";

import { files, text, type Tree, walk } from "./source";

const LANGUAGES = ["en", "zh"];
const HEARD = new Set([
  "aria-label",
  "title",
  "placeholder",
  "alt",
  "label",
  "caption",
  "empty",
  "aria-description",
]);
type Words = { [key: string]: string | Words };

const places = [...new Set(files(".json").map((file) => file.replace(/\/[^/]+$/, "")))];

function nameOf(place: string): string {
  return place === "i18n" ? "shell" : place.replace(/^screens\//, "");
}

function flat(words: Words, before = ""): Map<string, string> {
  const found = new Map<string, string>();
  for (const [key, value] of Object.entries(words)) {
    if (typeof value === "string") found.set(before + key, value);
    else for (const [inner, one] of flat(value, `${before}${key}.`)) found.set(inner, one);
  }
  return found;
}

function words(place: string, language: string): Map<string, string> {
  return flat(JSON.parse(text(`${place}/${language}.json`)), `${nameOf(place)}.`);
}

const english = new Map(places.flatMap((place) => [...words(place, "en")]));
const names = places.map(nameOf).join("|");
const known = new Set([...english.keys()].map((key) => key.replace(/_(one|other)$/, "")));

test.each(places)("%s has the same keys and values to fill in, in every language", (place) => {
  const own = words(place, "en");
  for (const language of LANGUAGES) {
    const other = words(place, language);
    expect([...other.keys()].sort()).toEqual([...own.keys()].sort());
    for (const [key, value] of other) {
      expect(value.trim(), key).not.toBe("");
      const gaps = (one: string) => (one.match(/\{\{\w+\}\}/g) ?? []).sort();
      expect(gaps(value), `${key} in ${language}`).toEqual(gaps(own.get(key) ?? ""));
    }
  }
});

const used = { keys: new Set<string>(), prefixes: new Set<string>() };
for (const file of files(".ts", ".tsx")) {
  walk(file, (node) => {
    if (node.type === "Literal" && typeof node.value === "string") {
      if (new RegExp(`^(${names})\\.[a-z_.0-9]+$`).test(node.value)) used.keys.add(node.value);
    }
    if (node.type === "TemplateLiteral") {
      const [first] = node.quasis as { value: { cooked: string } }[];
      const prefix = first?.value.cooked ?? "";
      if (new RegExp(`^(${names})\\.[a-z_.]*$`).test(prefix)) used.prefixes.add(prefix);
    }
  });
}

test("every key that is used has words", () => {
  expect(used.keys.size).toBeGreaterThan(40);
  for (const key of used.keys) expect(known.has(key), key).toBe(true);
  for (const prefix of used.prefixes) {
    expect(
      [...known].some((key) => key.startsWith(prefix)),
      prefix,
    ).toBe(true);
  }
});

test("every word is used", () => {
  const spare = [...known].filter(
    (key) =>
      !used.keys.has(key) &&
      !/^\w+\.title$/.test(key) &&
      ![...used.prefixes].some((prefix) => key.startsWith(prefix)),
  );
  expect(spare).toEqual([]);
});

test("no words stand in TSX", () => {
  const letters = /\p{L}/u;
  const found: string[] = [];
  for (const file of files(".tsx")) {
    walk(file, (node) => {
      if (node.type === "JSXText" && letters.test(String(node.value)))
        found.push(`${file}: ${node.value}`);
      if (node.type !== "JSXAttribute") return;
      const name = String((node.name as Tree).name);
      const value = node.value as Tree | null;
      const literal = value?.type === "Literal" && letters.test(String(value.value));
      if (HEARD.has(name) && literal) found.push(`${file}: ${name}=${value.value}`);
    });
  }
  expect(found).toEqual([]);
});
