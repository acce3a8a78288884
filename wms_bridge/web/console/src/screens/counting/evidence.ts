/** Photos and reads behind a count, fetched with the credential of the page and kept while shown. */
import { useEffect, useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { type Details, evidenceOf } from "./case";
import { isPerson, type Reads, readsOf } from "./reads";

export type Piece = { sha256: string; until_ms: number } & (
  | { kind: "photo"; address: string }
  | { kind: "reads"; reads: Reads }
  | { kind: "person" }
  | { kind: "file"; address: string; bytes: number; type: string }
  | { kind: "missing" }
);

const MOST = 24;
const AGAIN_MS = 15_000;

/** The evidence of a case, the newest first; `older` pieces are not shown. Null while it is fetched. */
export function useEvidence(given: Details): { pieces: readonly Piece[] | null; older: number } {
  const wanted = evidenceOf(given);
  const key = wanted.map((one) => one.sha256).join(" ");
  const [pieces, setPieces] = useState<{ key: string; list: readonly Piece[] } | null>(null);
  useEffect(() => {
    let shown = true;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const load = async () => {
      const list = await Promise.all(wanted.slice(0, MOST).map((one) => fetched(one, given.slot)));
      if (!shown) return;
      setPieces({ key, list });
      // Whoever counted may not have sent it yet.
      if (list.some((one) => one.kind === "missing")) timer = setTimeout(load, AGAIN_MS);
    };
    void load();
    return () => {
      shown = false;
      clearTimeout(timer);
    };
  }, [key]);
  return {
    pieces: pieces?.key === key ? pieces.list : null,
    older: Math.max(0, wanted.length - MOST),
  };
}

async function fetched(one: { sha256: string; until_ms: number }, slot: string): Promise<Piece> {
  let blob: Blob;
  try {
    const path = { sha256: one.sha256 };
    const request = api.GET("/v1/evidence/{sha256}", { params: { path }, parseAs: "blob" });
    blob = (await ask(request)) as unknown as Blob;
  } catch {
    return { ...one, kind: "missing" };
  }
  if (blob.type === "image/jpeg")
    return { ...one, kind: "photo", address: await dataAddress(blob) };
  const document = blob.type.startsWith("application/json") ? parsed(await blob.text()) : null;
  if (isPerson(document)) return { ...one, kind: "person" };
  const reads = readsOf(document, slot);
  if (reads) return { ...one, kind: "reads", reads };
  return {
    ...one,
    kind: "file",
    address: await dataAddress(blob),
    bytes: blob.size,
    type: blob.type,
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A data: address: an API key cannot be sent by an <img>, and the page's policy allows no blob:. */
function dataAddress(blob: Blob): Promise<string> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(String(reader.result)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}
