/** Entries of a recording from bytes; the layout stands in docs/reference/api-replay.md. No DOM. */

export const SNAPSHOT = 1;
export const CHANGES = 2;
export const POSES = 3;
const HEAD = 13;

/** What was told at `at_ms` (ms since 1970 UTC, by the bridge's clock). */
export interface Entry {
  kind: number;
  at_ms: number;
  body: ArrayBuffer;
}

/** Why bytes are no entries. */
export class NoEntries extends Error {}

/** All entries of an answer; throws {@link NoEntries} where it is cut. */
export function readEntries(buffer: ArrayBuffer): Entry[] {
  const data = new DataView(buffer);
  const found: Entry[] = [];
  let at = 0;
  while (at < data.byteLength) {
    if (at + HEAD > data.byteLength) throw new NoEntries("an entry is cut");
    const kind = data.getUint8(at);
    const at_ms = Number(data.getBigInt64(at + 1, true));
    const end = at + HEAD + data.getUint32(at + 9, true);
    if (end > data.byteLength) throw new NoEntries("an entry is cut");
    found.push({ kind, at_ms, body: buffer.slice(at + HEAD, end) });
    at = end;
  }
  return found;
}
