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

/** Seconds as "42 s", "4:12" or "1:02:10"; "–" for none. */
export function duration(seconds) {
  if (!(seconds > 0)) return "–";
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const total = Math.round(seconds);
  const [h, m, s] = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60];
  const tail = `${h ? String(m).padStart(2, "0") : m}:${String(s).padStart(2, "0")}`;
  return h ? `${h}:${tail}` : tail;
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
