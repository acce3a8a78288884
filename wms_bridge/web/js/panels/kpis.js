/** The key figures and the curve of lines per hour. */

import { decimal, duration, percent, whole } from "../format.js";
import { element, setText } from "./rows.js";
import { drawSparkline } from "./sparkline.js";

/** Name, label, explanation and [text, unit, details] of every small figure; `k` is Kpis of
 *  planner.warehouse. Details, where there are any, are shown in place of the explanation. */
const FIGURES = [
  ["orders", "Orders done", "Complete (short ones included) of all received", (k) =>
    [whole(k.orders_completed), ` / ${whole(k.orders_received)}`]],
  ["picks", "Picks", "Picks confirmed by the pickers", (k) => [whole(k.picks_confirmed), ""]],
  ["pile_on", "Pile-on", "Lines picked per visit of a pod", (k) => [decimal(k.pile_on, 2), ""]],
  ["robot_utilisation", "Robots at work", "Share of robot time spent on tasks", (k) =>
    [percent(k.robot_utilisation), ""]],
  ["station_idle", "Stations idle", "Share of station time without a pod", (k) =>
    [percent(k.station_idle), ""]],
  ["metres_per_line", "Driven per line", "Metres all robots drove per line picked", (k) =>
    [decimal(k.metres_per_line, 1), " m"]],
  ["order_age_p50", "Order age p50", "Receipt to completion of half of the orders", (k) =>
    [duration(k.order_age_p50_s), ""]],
  ["order_age_p95", "Order age p95", "Receipt to completion of 95 of 100 orders", (k) =>
    [duration(k.order_age_p95_s), ""]],
  ["lines_shortened", "Short lines", "Lines that cannot be delivered in full", (k) =>
    [whole(k.lines_shortened), ""]],
  ["exceptions", "Exceptions", "What should be rare; point at the figure for which", (k) =>
    [whole(exceptions(k).reduce((sum, [, count]) => sum + count, 0)), "",
      exceptions(k).map(([name, count]) => `${name}: ${count}`).join("\n")]],
];

const ACCURACY = ["record_accuracy", "Record accuracy", ""];

/** Name and count of each; a fleet of an earlier version tells none. */
function exceptions(k) {
  return k.exceptions ?? [];
}

/** Lines per hour over the last minutes of site time, kept for the whole shift. */
export class RateHistory {
  /** Rates are taken over `window_ms`; beyond `most` samples every other one is dropped. */
  constructor(window_ms = 300_000, most = 240) {
    this.window_ms = window_ms;
    this.most = most;
    this.reset();
  }

  reset() {
    this.every_ms = 5000;
    this.counts = [];
    this.samples = [];
  }

  /** Takes the number of lines picked at a site time; a clock that runs back starts anew. */
  add(at_ms, lines) {
    const last = this.counts.at(-1);
    if (last && (at_ms < last.at_ms || lines < last.lines)) this.reset();
    if (this.counts.length && at_ms - this.counts.at(-1).at_ms < 1000) return;
    this.counts.push({ at_ms, lines });
    while (this.counts.length > 2 && this.counts[1].at_ms <= at_ms - this.window_ms) {
      this.counts.shift();
    }
    this.sample(at_ms);
  }

  sample(at_ms) {
    const latest = this.samples.at(-1);
    if (this.now === null || (latest && at_ms - latest.at_ms < this.every_ms)) return;
    this.samples.push({ at_ms, rate: this.now });
    if (this.samples.length <= this.most) return;
    this.samples = this.samples.filter((_, i) => i % 2 === 0);
    this.every_ms *= 2;
  }

  /** The present rate, null until half a minute of site time was seen. */
  get now() {
    const [first, last] = [this.counts[0], this.counts.at(-1)];
    const passed_ms = last ? last.at_ms - first.at_ms : 0;
    return passed_ms < 30_000 ? null : (3_600_000 * (last.lines - first.lines)) / passed_ms;
  }
}

export class KpiPanel {
  constructor() {
    this.history = new RateHistory();
    this.hero = document.querySelector('[data-kpi="lines_per_h"]');
    this.note = document.getElementById("rate-note");
    this.curve = document.getElementById("sparkline");
    this.cells = new Map();
    document.getElementById("kpi-grid").append(...FIGURES.map((figure) => this.cell(figure)));
    const accuracy = this.cell(ACCURACY);
    accuracy.hidden = true;
    this.cells.get("exceptions").box.before(accuracy);
  }

  cell([name, title, explanation]) {
    const box = element("div");
    box.title = explanation;
    const value = element("dd", "", "–");
    value.dataset.kpi = name;
    const unit = element("small");
    const text = element("span");
    value.replaceChildren(text, unit);
    box.append(element("dt", "", title), value);
    this.cells.set(name, { box, text, unit });
    return box;
  }

  /** Remembers a frame for the curve; call for every frame. */
  record(frame) {
    this.history.add(frame.at_ms, frame.kpis.lines_picked);
  }

  /** Shows how right the books were found, as `/v1/counts/accuracy` tells it; nothing without counts. */
  showAccuracy({ right, slots, adjustments, for_people: forPeople, minutes_p50: minutes }) {
    const { box, text, unit } = this.cells.get("record_accuracy");
    box.hidden = right === null;
    if (right === null) return;
    setText(text, decimal(100 * right, right > 0.99 && right < 1 ? 2 : 1));
    setText(unit, " %");
    const corrected = minutes === null ? "" : `; corrected in ${decimal(minutes, 0)} min (median)`;
    box.title = `Share of settled counts in which the books stood; ${whole(slots)} slots counted, `
      + `${whole(adjustments)} adjusted${corrected}, ${whole(forPeople)} needed people`;
  }

  /** Writes the figures of a frame; call as often as people can read. */
  show(frame, palette) {
    const { kpis } = frame;
    setText(this.hero, whole(kpis.lines_per_h));
    const { now } = this.history;
    setText(this.note, now === null ? "since the first order" : `last 5 min ${whole(now)}`);
    for (const [name, , explanation, format] of FIGURES) {
      const [text, unit, details] = format(kpis);
      const cell = this.cells.get(name);
      setText(cell.text, text);
      setText(cell.unit, unit);
      cell.box.title = details || explanation;
    }
    drawSparkline(this.curve, this.history.samples, kpis.lines_per_h, palette);
  }
}
