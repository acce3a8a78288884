/** Evidence of counts that came as JSON: reads of tags, or anything else. No DOM. */

export interface TagRead {
  epc: string;
  reads: number;
  antennas: readonly number[];
  /** The strongest read (dBm), if one tells. */
  rssi_dbm: number | null;
  /** Probability that the tag lies in the slot asked about; null if it was not located. */
  here: number | null;
  /** The slot where it lies most probably, if that is another one. */
  elsewhere: { slot: string; share: number } | null;
}

export interface Reads {
  reader: string;
  tags: readonly TagRead[];
  /** Tags of other places, which are not listed. */
  others: number;
}

const HERE_LEAST = 0.01;
type Told = Record<string, unknown>;

/** What a document tells of the tags of a slot; null if it holds no reads of tags. */
export function readsOf(document: unknown, slot: string): Reads | null {
  const told = asRecord(document);
  if (!told || !Array.isArray(told.tags)) return null;
  const tags = told.tags.map(asRecord).filter((tag) => tag !== null);
  const near = tags.filter((tag) => concerns(tag, slot)).map((tag) => tagOf(tag, slot));
  near.sort((a, b) => (b.here ?? 0) - (a.here ?? 0) || (b.rssi_dbm ?? -999) - (a.rssi_dbm ?? -999));
  return {
    reader: typeof told.reader === "string" ? told.reader : "",
    tags: near,
    others: tags.length - near.length,
  };
}

/** Whether a tag may be in the slot, or is of it and was not located. */
function concerns(tag: Told, slot: string): boolean {
  const slots = asRecord(tag.slots) ?? {};
  const nowhere = Object.keys(slots).length === 0;
  return share(slots, slot) >= HERE_LEAST || (nowhere && Array.isArray(tag.reads));
}

function tagOf(tag: Told, slot: string): TagRead {
  const rows = Array.isArray(tag.reads) ? tag.reads.filter((one) => Array.isArray(one)) : [];
  const powers = rows.map((row) => Number(row[2])).filter((one) => Number.isFinite(one));
  const slots = asRecord(tag.slots);
  const best = Object.keys(slots ?? {}).sort((a, b) => share(slots, b) - share(slots, a))[0];
  return {
    epc: String(tag.epc ?? ""),
    reads: typeof tag.count === "number" ? tag.count : rows.length,
    antennas: [...new Set(rows.map((row) => Number(row[1])))].sort((a, b) => a - b),
    rssi_dbm: powers.length > 0 ? Math.max(...powers) : null,
    here: slots ? share(slots, slot) : null,
    elsewhere:
      best !== undefined && best !== slot ? { slot: best, share: share(slots, best) } : null,
  };
}

/** Who counted what, in evidence of a person's count; null if it is not one. */
export function isPerson(document: unknown): boolean {
  const told = asRecord(document);
  return Boolean(told?.by && told.count);
}

function share(slots: Told | null, slot: string): number {
  const value = slots?.[slot];
  return typeof value === "number" ? value : 0;
}

function asRecord(value: unknown): Told | null {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? (value as Told)
    : null;
}
