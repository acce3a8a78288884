/** GS1 codes as scanners type them: GTINs, SSCCs, element strings with (01), (10), (17), (21). */

export interface Scanned {
  /** As it was scanned, without the symbology identifier. */
  text: string;
  /** 14 digits. */
  gtin?: string;
  lot?: string;
  serial?: string;
  sscc?: string;
}

/** What ends an element of variable length: FNC1 as scanners send it. */
export const FNC1 = "\x1d";
/** Digits of elements whose length is fixed (General Specifications, 7.8.5), by identifier. */
const FIXED: Readonly<Record<string, number>> = {
  "00": 18,
  "01": 14,
  "02": 14,
  "11": 6,
  "13": 6,
  "15": 6,
  "16": 6,
  "17": 6,
  "20": 2,
};
const VARIABLE = new Set(["10", "21", "22", "30", "37"]);
const SET_82 = /^[!"%-?A-Z_a-z]{1,20}$/;

/** Whether the last digit is the check digit of the others (General Specifications, 7.9). */
export function checks(digits: string): boolean {
  const sum = [...digits]
    .reverse()
    .reduce((total, digit, at) => total + Number(digit) * (at % 2 ? 3 : 1), 0);
  return sum % 10 === 0;
}

/** What a code says; only its text if it is none of GS1's. Never throws. */
export function readCode(typed: string): Scanned {
  const text = typed.replace(/^\][A-Za-z]\d/, "").trim();
  const inside = text.startsWith(FNC1) ? text.slice(1) : text;
  const elements = inside.startsWith("(") ? bracketed(inside) : plain(inside);
  return { text, ...(elements ?? key(inside)) };
}

/** A key that stands alone: a GTIN of 8, 12, 13 or 14 digits, an SSCC of 18. */
function key(text: string): Partial<Scanned> {
  if (!/^\d+$/.test(text) || !checks(text)) return {};
  if ([8, 12, 13, 14].includes(text.length)) return { gtin: text.padStart(14, "0") };
  return text.length === 18 ? { sscc: text } : {};
}

function bracketed(text: string): Partial<Scanned> | null {
  const found = new Map<string, string>();
  const parts = text.split(/\((\d{2,4})\)/);
  if (parts[0] !== "") return null;
  for (let at = 1; at < parts.length; at += 2) found.set(parts[at] ?? "", parts[at + 1] ?? "");
  return meaning(found);
}

function plain(text: string): Partial<Scanned> | null {
  const found = new Map<string, string>();
  let rest = text;
  while (rest !== "") {
    const ai = rest.slice(0, 2);
    const size = FIXED[ai];
    if (size === undefined && !VARIABLE.has(ai)) return null;
    const ends = size === undefined ? rest.indexOf(FNC1) : 2 + size;
    const end = ends < 0 ? rest.length : ends;
    found.set(ai, rest.slice(2, end));
    rest = rest.slice(end);
    if (rest.startsWith(FNC1)) rest = rest.slice(1);
  }
  return meaning(found);
}

/** The elements, if each is what its identifier says and there is a GTIN or an SSCC among them. */
function meaning(found: ReadonlyMap<string, string>): Partial<Scanned> | null {
  for (const [ai, value] of found) {
    const size = FIXED[ai];
    if (size !== undefined && !(value.length === size && /^\d+$/.test(value))) return null;
    if (size === undefined && !SET_82.test(value)) return null;
  }
  const made: Partial<Scanned> = {};
  const [gtin, sscc, lot, serial] = ["01", "00", "10", "21"].map((ai) => found.get(ai));
  if ([gtin, sscc].some((one) => one !== undefined && !checks(one))) return null;
  if (gtin) made.gtin = gtin;
  if (sscc) made.sscc = sscc;
  if (lot) made.lot = lot;
  if (serial) made.serial = serial;
  return gtin || sscc ? made : null;
}
