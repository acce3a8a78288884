/**
 * The words of the console in every language.
 *
 * The shell's stand in `i18n/<language>.json`, those of a screen in `screens/<screen>/<language>.json`:
 * `t("floor.title")` is the key `title` of the screen `floor`, `t("shell.retry")` one of the shell.
 * Every key stands in every language (test/words.test.ts).
 */
import { signal } from "@preact/signals";
import { createInstance } from "i18next";

export type Language = "en" | "zh";
export const LANGUAGES: readonly Language[] = ["en", "zh"];
type Words = { [key: string]: string | Words };

const KEY = "podherd-language";
const shell = import.meta.glob<Words>("./*.json", { eager: true, import: "default" });
const screens = import.meta.glob<Words>("../screens/*/*.json", { eager: true, import: "default" });
const i18n = createInstance();

/** The language in force; what calls {@link t} is drawn anew when it changes. */
export const language = signal<Language>("en");

/** Loads all words; in the language chosen on this machine, else the browser's first that we know. */
export function startWords(): void {
  void i18n.init({
    lng: "en",
    fallbackLng: "en",
    resources: resources(),
    interpolation: { escapeValue: false },
    initAsync: false,
  });
  speak(chosen());
}

/** Speaks a language from now on, on this machine. */
export function speak(wanted: Language): void {
  void i18n.changeLanguage(wanted);
  language.value = wanted;
  document.documentElement.lang = wanted === "zh" ? "zh-Hans" : "en";
}

/** The same, and remembers it. */
export function chooseLanguage(wanted: Language): void {
  localStorage.setItem(KEY, wanted);
  speak(wanted);
}

/** The words of a key, with `{{name}}` replaced by values; `count` chooses the plural. */
export function t(key: string, values: Record<string, string | number> = {}): string {
  void language.value;
  return i18n.t(key, values);
}

/** Whether there are words for a key. */
export function has(key: string): boolean {
  return i18n.exists(key);
}

function chosen(): Language {
  const wished = [localStorage.getItem(KEY) ?? "", ...navigator.languages];
  const known = wished.map((one) => LANGUAGES.find((language) => one.startsWith(language)));
  return known.find((one) => one !== undefined) ?? "en";
}

function resources(): Record<string, { translation: Words }> {
  const found: Record<string, { translation: Words }> = {};
  for (const language of LANGUAGES) {
    const words: Words = { shell: shell[`./${language}.json`] ?? {} };
    for (const [path, content] of Object.entries(screens)) {
      const [, screen, file] = /screens\/([^/]+)\/([^/]+)\.json$/.exec(path) ?? [];
      if (screen && file === language) words[screen] = content;
    }
    found[language] = { translation: words };
  }
  return found;
}
