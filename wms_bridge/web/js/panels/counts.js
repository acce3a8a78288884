/** The queue of counted slots: those a supervisor has to decide, those on the way, the latest closed. */

import {
  changeWords, differenceOf, isOpen, isToDecide, reasonWords, sinceOf, stakeOf, stepWords,
} from "../casewords.js";
import { age, decimal, whole } from "../format.js";
import { Rows, element, setText } from "./rows.js";

const MOST = 100;
const byId = (id) => document.getElementById(id);

export class CountQueue {
  /** `choose(case)` opens one; `say` speaks to a screen reader. */
  constructor(choose, say) {
    this.choose = choose;
    this.say = say;
    this.chosen = null;
    this.now_ms = null;
    this.known = null;
    const rows = (list) => new Rows(
      byId(list), (given) => given.case, (given) => this.make(given), (item, given) => this.fill(item, given));
    this.groups = [
      { rows: rows("cases-decide"), empty: byId("cases-decide-empty"), holds: isToDecide },
      { rows: rows("cases-open"), empty: byId("cases-open-empty"),
        holds: (given) => isOpen(given) && !isToDecide(given) },
      { rows: rows("cases-closed"), empty: byId("cases-closed-empty"), holds: (given) => !isOpen(given) },
    ];
  }

  /** The number of cases to decide, on the tab; says when there is a new one. */
  badge(cases) {
    const waiting = cases.filter(isToDecide);
    byId("count-badge").hidden = waiting.length === 0;
    setText(byId("count-badge"), whole(waiting.length));
    const fresh = waiting.filter((given) => this.known && !this.known.has(given.case));
    if (fresh.length) this.say(`To decide: count of slot ${fresh[0].slot}`);
    this.known = new Set(waiting.map((given) => given.case));
  }

  /** Most at stake first, then the oldest; closed ones the latest first. `now_ms` is the bridge's. */
  show(cases, now_ms) {
    this.now_ms = now_ms;
    let more = 0;
    for (const { rows, empty, holds } of this.groups) {
      const shown = cases.filter(holds).sort(inOrder);
      rows.show(shown.slice(0, MOST));
      empty.hidden = shown.length > 0;
      more += Math.max(0, shown.length - MOST);
    }
    byId("cases-more").hidden = more === 0;
    setText(byId("cases-more"), `${whole(more)} more are not listed.`);
  }

  /** Moves to the button of a case, or to the tab if the case is not listed. */
  focus(id) {
    const item = document.querySelector(`#panel-counts [data-case="${CSS.escape(id)}"] button`);
    const hidden = byId("panel-counts").hidden;
    (hidden || !item ? byId("tab-counts") : item).focus();
  }

  make(given) {
    const item = element("li", "case-row");
    item.dataset.case = given.case;
    const head = element("div");
    const name = element("button", "name");
    name.type = "button";
    head.append(name, element("span", "change"));
    item.append(head, element("p"), element("p"));
    item.addEventListener("click", () => this.choose(given.case));
    return item;
  }

  fill(item, given) {
    const [head, what, why] = item.children;
    const [name, change] = head.children;
    setText(name, given.slot);
    setText(change, changeWords(given));
    change.dataset.sign = String(Math.sign(differenceOf(given)));
    setText(what, [given.sku, stakeWords(given), this.ageWords(given)].filter(Boolean).join(" · "));
    setText(why, isToDecide(given) ? reasonWords(given) : `${stepWords(given)}: ${lower(reasonWords(given))}`);
    if (given.case === this.chosen) item.setAttribute("aria-current", "true");
    else item.removeAttribute("aria-current");
  }

  ageWords(given) {
    if (this.now_ms === null) return "";
    const passed = age(this.now_ms - sinceOf(given));
    return isOpen(given) ? `for ${passed}` : `${passed} ago`;
  }
}

/** "120.00 at stake"; nothing if a piece is worth nothing as far as is known. */
export function stakeWords(given) {
  const stake = stakeOf(given);
  return stake > 0 ? `${decimal(stake, 2)} at stake` : "";
}

const lower = (text) => text.charAt(0).toLowerCase() + text.slice(1);

function inOrder(a, b) {
  if (!isOpen(a)) return sinceOf(b) - sinceOf(a) || b.number - a.number;
  return stakeOf(b) - stakeOf(a) || a.number - b.number;
}
