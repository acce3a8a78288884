/** One case over the floor: its evidence, and what a supervisor decides of it. */

import {
  changeWords, differenceOf, foundIn, isOpen, placeOf, reasonWords, signed, stepWords,
} from "../casewords.js";
import { decimal, timeOfDay, whole, words } from "../format.js";
import { stakeWords } from "./counts.js";
import { DecisionForm } from "./decision.js";
import { EvidenceView } from "./evidence.js";
import { chanceWords, drawPosterior } from "./posterior.js";
import { element, setText } from "./rows.js";

const MINUTE_MS = 60_000;
const byId = (id) => document.getElementById(id);

export class CaseCard {
  /**
   * `close()` lets the case go; `decided()` is called when it may have changed; `refused(error)`
   * gets a `NoAnswer`; `say` speaks to a screen reader.
   */
  constructor({ close, decided, refused, say }) {
    this.card = byId("case");
    this.say = say;
    this.id = null;
    this.given = null;
    this.evidence = new EvidenceView({
      photos: byId("case-photos"), reads: byId("case-reads"), files: byId("case-files"),
      note: byId("case-evidence-note"),
    });
    this.form = new DecisionForm({ decided, refused, fresh: (given) => this.show(given) });
    byId("case-close").addEventListener("click", close);
    this.card.addEventListener("keydown", (event) => {
      if (event.key === "Escape") close();
    });
  }

  /** Opens on a case as listed; `side` of the floor, "left" or "right", keeps its pod in view. */
  open(given, side) {
    this.id = given.case;
    this.given = null;
    this.card.dataset.side = side;
    this.card.hidden = false;
    this.card.setAttribute("aria-busy", "true");
    byId("case-body").hidden = true;
    this.evidence.clear();
    this.form.open(given.case);
    this.head(given);
    byId("case-title").focus();
  }

  close() {
    if (this.card.hidden) return;
    this.card.hidden = true;
    this.id = null;
    this.given = null;
    this.evidence.clear();
  }

  /** Takes the case as `getCase` gives it, unless a newer state or another case is shown. */
  show(given) {
    if (!given || given.case !== this.id || given.version < this.given?.version) return;
    const before = this.given;
    this.given = given;
    this.evidence.show(given);
    if (before?.version === given.version && before.now === given.now) return;
    if (before && before.version !== given.version) this.say(`The case has changed: ${stepWords(given)}`);
    this.head(given);
    drawPosterior(byId("case-posterior"), given.probabilities, given.booked);
    byId("case-posterior").classList.toggle("void", !given.sound);
    setText(byId("case-chances"), chanceText(given));
    facts(byId("case-record"), recordOf(given));
    this.people(given.people);
    this.decisions(given.decisions);
    this.form.show(given);
    this.card.setAttribute("aria-busy", "false");
    byId("case-body").hidden = false;
  }

  head(given) {
    const { pod, face, level, column } = placeOf(given);
    setText(byId("case-title"), `${given.slot}: ${changeWords(given)}`);
    byId("case-title").title = `Pod ${pod}, face ${face}, level ${level}, column ${column}`;
    setText(byId("case-status"), stepWords(given));
    byId("case-status").dataset.status = given.status;
    const told = [given.case, given.sku, stakeWords(given), reasonWords(given)];
    setText(byId("case-summary"), told.filter(Boolean).join(" · "));
  }

  people(people) {
    byId("case-people-part").hidden = people.length === 0;
    byId("case-people").replaceChildren(...people.map((person) => {
      const row = element("tr");
      const note = person.used ? "" : "not used: pieces moved, or counted before a recount";
      row.append(
        element("td", "", person.by), element("td", "num", whole(person.quantity)),
        element("td", "num", whole(person.booked)), element("td", "", timeOfDay(person.at_ms)),
        element("td", "faint", note),
      );
      return row;
    }));
  }

  decisions(decisions) {
    byId("case-decisions-part").hidden = decisions.length === 0;
    byId("case-decisions").replaceChildren(...decisions.map(({ by, action, reason, at_ms }) =>
      element("li", "", `${timeOfDay(at_ms)} · ${by} · ${words(action)}: ${reason}`)));
  }
}

function chanceText({ sound, probabilities, booked }) {
  const told = chanceWords(probabilities, booked);
  return sound ? told : `${told}. Pieces moved meanwhile: this look is worth nothing.`;
}

function recordOf(given) {
  const { booked, now } = given;
  const found = foundIn(given);
  const since = isOpen(given) && now !== booked ? ` (${signed(now - booked)} since)` : "";
  return [
    ["Booked when seen", whole(booked)],
    ["Found", found === null ? "not known" : `${whole(found)} (${signed(differenceOf(given))})`],
    ["Booked now", `${whole(now)}${since}`],
    ["Seen", seenWords(given)],
    ["Rests on", given.kinds.map((kind) => (kind === "rfid" ? "RFID" : kind)).join(", ")],
    ["Robots sent again", whole(given.rescans)],
    ["Value of a piece", given.piece_value ? decimal(given.piece_value, 2) : "not known"],
    ["Slot", given.quarantined ? "in quarantine" : "in use"],
  ];
}

/** One time for a look, two for evidence gathered over minutes. */
function seenWords({ from_ms, until_ms }) {
  const [from, until] = [from_ms, until_ms].map(timeOfDay);
  return until_ms - from_ms < MINUTE_MS ? until : `${from} to ${until}`;
}

function facts(list, told) {
  list.replaceChildren(...told.flatMap(([name, text]) => [element("dt", "", name), element("dd", "", text)]));
}
