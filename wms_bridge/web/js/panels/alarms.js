/** What is wrong on the floor, and where stock and books disagree. */

import { timeOfDay, whole, words } from "../format.js";
import { Rows, element, setText } from "./rows.js";

const byId = (id) => document.getElementById(id);
const MOST = 100;

function entry(className) {
  const item = element("li", className);
  const head = element("div");
  head.append(element("strong"), element("button"));
  head.lastChild.type = "button";
  item.append(head, element("p"));
  return item;
}

export class AlarmList {
  /** `choose` gets the subject of an alarm that was clicked; `say` speaks to a screen reader. */
  constructor(choose, say) {
    this.say = say;
    this.known = null;
    this.rows = new Rows(
      byId("alarms-list"), keyOf,
      (alarm) => {
        const item = entry("alarm");
        item.querySelector("button").addEventListener("click", () => choose(alarm.subject));
        return item;
      },
      (item, alarm) => {
        setText(item.querySelector("strong"), words(alarm.kind));
        setText(item.querySelector("button"), alarm.subject);
        setText(item.querySelector("p"), alarm.text);
      },
    );
  }

  /** `alarms` are RaiseAlarm records; only active ones are shown. */
  show(alarms) {
    const active = alarms.filter((alarm) => alarm.active !== false);
    this.rows.show(active.slice(0, MOST));
    byId("alarms-empty").hidden = active.length > 0;
    this.count(active);
    const fresh = active.filter((alarm) => this.known && !this.known.has(keyOf(alarm)));
    if (fresh.length) this.say(`Alarm: ${words(fresh[0].kind)}, ${fresh[0].subject}`);
    this.known = new Set(active.map(keyOf));
  }

  count(active) {
    const badge = byId("alarm-badge");
    const chip = byId("alarm-chip");
    badge.hidden = chip.hidden = active.length === 0;
    setText(badge, whole(active.length));
    setText(chip, active.length === 1 ? "1 alarm" : `${whole(active.length)} alarms`);
  }
}

const keyOf = (alarm) => `${alarm.kind}\n${alarm.subject}`;

export class DiscrepancyList {
  constructor(choose) {
    this.rows = new Rows(
      byId("discrepancies-list"), (found) => found.number,
      (found) => {
        const item = entry("discrepancy");
        item.querySelector("button").addEventListener("click", () => choose(podOf(found)));
        return item;
      },
      (item, found) => {
        setText(item.querySelector("strong"), found.slot);
        setText(item.querySelector("button"), podOf(found));
        const numbers = `books ${whole(found.books)}, found ${whole(found.found)}`;
        setText(item.querySelector("p"), `${timeOfDay(found.at_ms)} · ${found.sku} · ${numbers}`);
      },
    );
  }

  /** Records of `/v1/discrepancies`, newest first on the page. */
  show(discrepancies) {
    const newest = [...discrepancies].sort((a, b) => b.number - a.number).slice(0, MOST);
    this.rows.show(newest);
    byId("discrepancies-empty").hidden = newest.length > 0;
  }
}

const podOf = (found) => String(found.slot).split("/")[0];
