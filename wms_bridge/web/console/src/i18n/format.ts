/** Numbers, times and durations in the language of the reader. */
import { language, t } from "./words";

const LOCALES = { en: "en-GB", zh: "zh-CN" } as const;
/** No run from 0 lasts three years. */
const SINCE_1970_MS = 1e11;

/** Makers of texts cost more than the texts: each is made once per language. */
function once<Made>(make: (locale: string) => Made): () => Made {
  const made = new Map<string, Made>();
  return () => {
    const locale = LOCALES[language.value];
    const known = made.get(locale) ?? make(locale);
    made.set(locale, known);
    return known;
  };
}

/** By the most digits behind the point. */
const numbers = Array.from({ length: 21 }, (_, digits) =>
  once((locale) => new Intl.NumberFormat(locale, { maximumFractionDigits: digits })),
);
const percents = once((locale) => new Intl.NumberFormat(locale, { style: "percent" }));
const moments = once(
  (locale) => new Intl.DateTimeFormat(locale, { dateStyle: "medium", timeStyle: "medium" }),
);
const clocks = once((locale) => new Intl.DateTimeFormat(locale, { timeStyle: "medium" }));

/** A number, with at most `digits` behind the point. */
export function number(value: number, digits = 0): string {
  return numbers[digits]?.().format(value) ?? String(value);
}

/** A share from 0 to 1 as a percentage. */
export function percent(share: number): string {
  return percents().format(share);
}

/** Date and time of a moment (ms since 1970 UTC), in the time zone of the machine. */
export function moment(at_ms: number): string {
  return moments().format(at_ms);
}

/** How long something took or has lasted (ms): seconds, then minutes, then hours. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 60) return t("shell.duration.s", { s });
  const min = Math.floor(s / 60);
  if (min < 60) return t("shell.duration.min", { min, s: s % 60 });
  return t("shell.duration.h", { h: Math.floor(min / 60), min: min % 60 });
}

/** Whether a time of the site is of a run that began at 0. */
export function isSinceStart(at_ms: number): boolean {
  return at_ms <= SINCE_1970_MS;
}

/** Time of the site as a clock: ms since 1970 UTC, or since its start in a run that began at 0. */
export function siteClock(at_ms: number): string {
  if (!isSinceStart(at_ms)) {
    return clocks().format(at_ms);
  }
  const s = Math.floor(at_ms / 1000);
  const two = (value: number) => String(value).padStart(2, "0");
  const clock = `${two(Math.floor(s / 3600) % 24)}:${two(Math.floor(s / 60) % 60)}:${two(s % 60)}`;
  const days = Math.floor(s / 86400);
  return days > 0 ? t("shell.days", { days, clock }) : clock;
}
