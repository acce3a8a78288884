/** Times of the site's wall clock; in a run that began at 0, the time since then. */
import { isSinceStart, siteClock } from "../../i18n/format";
import { language } from "../../i18n/words";

const LOCALES = { en: "en-GB", zh: "zh-CN" } as const;

/** Hour and minute (ms since 1970 UTC) in a time zone (IANA). */
export function wallClock(at_ms: number, timeZone: string): string {
  return format({ hour: "2-digit", minute: "2-digit", timeZone }, at_ms);
}

/** Day, hour and minute. */
export function wallTime(at_ms: number, timeZone: string): string {
  const day = { day: "numeric", month: "short" } as const;
  return format({ ...day, hour: "2-digit", minute: "2-digit", timeZone }, at_ms);
}

function format(style: Intl.DateTimeFormatOptions, at_ms: number): string {
  if (isSinceStart(at_ms)) return siteClock(at_ms);
  return new Intl.DateTimeFormat(LOCALES[language.value], style).format(at_ms);
}
