/** Numbers and times as people read them. Everything returns a string. */

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });

/** 1234.4 -> "1,234". */
export function whole(value) {
  return WHOLE.format(value);
}

/** A number with `digits` decimals. */
export function decimal(value, digits = 1) {
  return value.toFixed(digits);
}

/** A share from 0 to 1 as "78 %". */
export function percent(share) {
  return `${Math.round(share * 100)} %`;
}

/** Seconds as "42 s", "4:12" (minutes) or "1:02 h"; "–" for none. */
export function duration(seconds) {
  if (!(seconds > 0)) return "–";
  const total = Math.round(seconds);
  if (total < 60) return `${total} s`;
  const pair = (large, small) => `${large}:${String(small).padStart(2, "0")}`;
  if (total < 3600) return pair(Math.floor(total / 60), total % 60);
  const minutes = Math.floor(total / 60);
  return `${pair(Math.floor(minutes / 60), minutes % 60)} h`;
}

const DAY_MS = 86_400_000;
const YEAR_2000_MS = 946_684_800_000;

/** Site time in ms as "07:42:10"; times of day of a calendar date are shown as UTC. */
export function clock(at_ms) {
  const within = ((at_ms % DAY_MS) + DAY_MS) % DAY_MS;
  const text = new Date(within).toISOString().slice(11, 19);
  const days = Math.floor(at_ms / DAY_MS);
  return at_ms >= YEAR_2000_MS || days === 0 ? text : `${days} d ${text}`;
}

/** Milliseconds since 1970 as the reader's time of day: "14:03:59". */
export function timeOfDay(ms) {
  return new Date(ms).toLocaleTimeString("en-GB");
}

/** A wall-clock age in ms as "0.4 s", "12 s", "3 min" or "2 h". */
export function age(ms) {
  if (ms < 1000) return `${(Math.max(0, ms) / 1000).toFixed(1)} s`;
  if (ms < 90_000) return `${Math.round(ms / 1000)} s`;
  if (ms < 5_400_000) return `${Math.round(ms / 60_000)} min`;
  return `${Math.round(ms / 3_600_000)} h`;
}

/** "robot_silent" -> "Robot silent". */
export function words(name) {
  const text = String(name).replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}
