/** What a count rests on: photos and reads, fetched with the API key. */

import { placeOf } from "../casewords.js";
import { percent, timeOfDay, whole } from "../format.js";
import { NoAnswer, getEvidence } from "../resources.js";
import { element, setText } from "./rows.js";

const MOST = 24;
const MOST_TAGS = 40;
const AGAIN_MS = 15_000;
const HERE_LEAST = 0.01;

/** `[{sha256, until_ms}]` of all evidence of a case, newest first. */
export function evidenceOf(given) {
  const until = new Map();
  for (const count of [...given.counts, given].sort((a, b) => a.until_ms - b.until_ms)) {
    for (const sha256 of count.evidence) if (!until.has(sha256)) until.set(sha256, count.until_ms);
  }
  return [...until].map(([sha256, until_ms]) => ({ sha256, until_ms })).reverse();
}

export class EvidenceView {
  /** `boxes` are the elements for `photos`, `reads`, other `files`, and a `note`. */
  constructor(boxes) {
    this.boxes = boxes;
    this.case = null;
    this.run = 0;
  }

  /** Shows the evidence of a case as `/v1/counts/{case}` tells it; asks only for what is missing. */
  show(given) {
    if (given.case !== this.case) this.clear(given.case);
    this.slot = given.slot;
    this.wanted = evidenceOf(given);
    if (!this.loading) this.load(this.run);
  }

  /** Forgets what was shown. */
  clear(id = null) {
    this.case = id;
    this.run += 1;
    this.loading = false;
    this.kept = new Map();
    this.asked_ms = new Map();
    for (const { href } of this.boxes.files.querySelectorAll("a")) URL.revokeObjectURL(href);
    for (const box of Object.values(this.boxes)) box.replaceChildren();
  }

  async load(run) {
    this.loading = true;
    for (const one of this.wanted.slice(0, MOST).filter(({ sha256 }) => this.isDue(sha256))) {
      this.asked_ms.set(one.sha256, performance.now());
      const found = await this.fetch(one);
      if (run !== this.run) return;
      if (found) this.kept.set(one.sha256, found);
      this.write();
    }
    this.loading = false;
    this.write();
  }

  /** What was not there when asked for may have been sent since. */
  isDue(sha256) {
    const asked_ms = this.asked_ms.get(sha256) ?? -Infinity;
    return !this.kept.has(sha256) && performance.now() - asked_ms > AGAIN_MS;
  }

  /** `{kind, element}`, or null if the bridge does not have it yet or does not answer. */
  async fetch(one) {
    try {
      return await this.made(one, await getEvidence(one.sha256));
    } catch (error) {
      if (error instanceof NoAnswer) return null;
      throw error;
    }
  }

  async made(one, blob) {
    if (blob.type === "image/jpeg") return { kind: "photos", element: await photo(one, blob, this.slot) };
    const told = blob.type.startsWith("application/json") ? readJson(await blob.text()) : null;
    if (Array.isArray(told?.tags)) return { kind: "reads", element: readsTable(told, one, this.slot) };
    // What people counted stands in a table of its own.
    if (told?.by && told.count) return { kind: "person" };
    return { kind: "files", element: link(one, blob) };
  }

  write() {
    const order = this.wanted.map(({ sha256 }) => this.kept.get(sha256)).filter(Boolean);
    for (const kind of ["photos", "reads", "files"]) {
      const shown = order.filter((one) => one.kind === kind).map((one) => one.element);
      const box = this.boxes[kind];
      shown.forEach((item, i) => {
        if (box.children[i] !== item) box.insertBefore(item, box.children[i] ?? null);
      });
    }
    setText(this.boxes.note, this.note(order));
  }

  note(order) {
    if (this.loading && !order.length) return "Loading the evidence …";
    const older = Math.max(0, this.wanted.length - MOST);
    const missing = this.loading ? 0 : Math.min(MOST, this.wanted.length) - order.length;
    return [
      missing ? `${whole(missing)} of ${whole(this.wanted.length)} pieces of evidence have not been sent.` : "",
      older ? `${whole(older)} older ones are not shown.` : "",
    ].filter(Boolean).join(" ");
  }
}

function readJson(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** A data: address keeps the page's policy as it is: no blob: is let in. */
function dataAddress(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}

async function photo({ until_ms }, blob, slot) {
  const { pod, face, level, column } = placeOf({ slot });
  const item = element("li");
  const button = element("button");
  const image = element("img");
  button.type = "button";
  button.setAttribute("aria-pressed", "false");
  button.title = "Larger or smaller";
  image.alt = `Photo of pod ${pod}, face ${face}, with level ${level}, column ${column};`
    + ` taken by ${timeOfDay(until_ms)}`;
  image.addEventListener("error", () => button.replaceWith("This photo cannot be read."));
  image.src = await dataAddress(blob);
  button.addEventListener("click", () => {
    const large = item.classList.toggle("large");
    button.setAttribute("aria-pressed", String(large));
  });
  button.append(image);
  item.append(button, element("span", "faint", `by ${timeOfDay(until_ms)}`));
  return item;
}

function link({ sha256 }, blob) {
  const item = element("li");
  const name = element("a", "", `${blob.type || "File"}, ${whole(blob.size)} bytes, ${sha256.slice(0, 12)}`);
  name.href = URL.createObjectURL(blob);
  name.download = sha256;
  item.append(name);
  return item;
}

const shareHere = (tag, slot) => tag.slots?.[slot] ?? 0;

/** Whether a tag has to do with the slot: it may be in it, or is of it and was not located. */
function concerns(tag, slot) {
  const nowhere = Object.keys(tag.slots ?? {}).length === 0;
  return shareHere(tag, slot) >= HERE_LEAST || (nowhere && Array.isArray(tag.reads));
}

function readsTable(told, { until_ms }, slot) {
  const near = told.tags.filter((tag) => concerns(tag, slot));
  const shown = near.sort((a, b) => shareHere(b, slot) - shareHere(a, slot)).slice(0, MOST_TAGS);
  const box = element("div");
  const table = element("table");
  const others = told.tags.length - shown.length;
  const caption = `${told.reader ?? "Reader"}, by ${timeOfDay(until_ms)}`
    + (others ? `; ${whole(others)} ${others === 1 ? "tag" : "tags"} of other places not listed` : "");
  table.append(element("caption", "", caption), headings());
  const body = element("tbody");
  body.append(...shown.map((tag) => readsRow(tag, slot)));
  table.append(body);
  box.append(table);
  return box;
}

function headings() {
  const [head, row] = [element("thead"), element("tr")];
  for (const [name, kind] of [["EPC", ""], ["Reads", "num"], ["RSSI", "num"], ["Located", ""]]) {
    const cell = element("th", kind, name);
    cell.scope = "col";
    row.append(cell);
  }
  head.append(row);
  return head;
}

function readsRow(tag, slot) {
  const row = element("tr");
  const epc = element("td", "epc", String(tag.epc));
  epc.title = String(tag.epc);
  const powers = (tag.reads ?? []).map(([, , rssi_dbm]) => rssi_dbm).filter(Number.isFinite);
  const power = powers.length ? `${Math.max(...powers).toFixed(1)} dBm`.replace("-", "−") : "–";
  row.append(
    epc,
    element("td", "num", whole(tag.count ?? powers.length)),
    element("td", "num", power),
    element("td", "", located(tag, slot)),
  );
  return row;
}

function located(tag, slot) {
  if (!tag.slots) return "not located";
  const best = Object.entries(tag.slots).sort(([, a], [, b]) => b - a)[0];
  if (!best) return "in no slot of the face";
  const elsewhere = best[0] === slot ? "" : `, ${best[0]} ${percent(best[1])}`;
  return `here ${percent(shareHere(tag, slot))}${elsewhere}`;
}
