/** What a supervisor decides: approve, recount or reject, with a reason and a name. */

import { differenceOf, foundIn, isToDecide, signed } from "../casewords.js";
import { whole } from "../format.js";
import { NoAnswer, decide, getCase } from "../resources.js";
import { element, setText } from "./rows.js";

const byId = (id) => document.getElementById(id);
const NAME = "podherd-operator";
const READY = [
  "Photo and reads agree", "Looked myself", "Photo unclear", "Photo and reads differ",
  "Found elsewhere", "Sensor at fault",
];
const DONE = {
  approve: "Approved: the books say what was found.",
  recount: "A person is asked to count again.",
  reject: "Rejected: the books stand.",
};

export class DecisionForm {
  /** `fresh(given)` gets the case after a decision; `decided` and `refused` as CaseCard's. */
  constructor(actions) {
    this.actions = actions;
    this.id = null;
    this.given = null;
    this.sending = false;
    this.by = byId("case-by");
    this.reason = byId("case-reason");
    this.said = byId("case-said");
    this.buttons = [...document.querySelectorAll("#case-form [data-action]")];
    this.by.value = sessionStorage.getItem(NAME) ?? "";
    for (const button of this.buttons) {
      button.addEventListener("click", () => this.send(button.dataset.action));
    }
    byId("case-form").addEventListener("submit", (event) => event.preventDefault());
    byId("case-ready").append(...READY.map((text) => this.ready(text)));
  }

  ready(text) {
    const button = element("button", "ready", text);
    button.type = "button";
    button.addEventListener("click", () => {
      this.reason.value = text;
      this.reason.focus();
    });
    return button;
  }

  /** Begins with a case; what was typed for another one is not carried over. */
  open(id) {
    byId("case-form").hidden = true;
    this.tell("");
    if (id !== this.id) this.reason.value = "";
    this.id = id;
    this.given = null;
  }

  /** Shows what may be decided of a case as it stands. */
  show(given) {
    this.given = given;
    byId("case-form").hidden = !isToDecide(given);
    if (isToDecide(given)) setText(byId("case-effect"), effect(given));
  }

  async send(action) {
    if (this.sending || !this.complete()) return;
    const { id } = this;
    const decision = {
      action, reason: this.reason.value.trim(), by: this.by.value.trim(),
      version: this.given.version,
    };
    sessionStorage.setItem(NAME, decision.by);
    this.busy(true);
    this.tell("");
    const told = await this.post(id, decision);
    await this.reload(id);
    this.busy(false);
    if (id === this.id) this.tell(told.text, told.level);
    this.actions.decided();
  }

  /** Sends a decision; what is to be said about it. Sent twice it is taken once. */
  async post(id, decision) {
    try {
      await decide(id, decision);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.actions.refused(error);
      return { text: problemWords(error), level: "bad" };
    }
    if (id === this.id) this.reason.value = "";
    return { text: DONE[decision.action], level: "good" };
  }

  async reload(id) {
    try {
      const given = await getCase(id);
      if (id === this.id) this.actions.fresh(given);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.actions.refused(error);
    }
  }

  complete() {
    const missing = [this.by, this.reason].filter((field) => !field.value.trim());
    for (const field of [this.by, this.reason]) {
      field.setAttribute("aria-invalid", String(missing.includes(field)));
    }
    if (!missing.length) return true;
    const names = missing.map((field) => (field === this.by ? "your name" : "a reason"));
    this.tell(`Give ${names.join(" and ")} first.`, "bad");
    missing[0].focus();
    return false;
  }

  busy(sending) {
    this.sending = sending;
    byId("case-form").setAttribute("aria-busy", String(sending));
    for (const button of this.buttons) button.disabled = sending;
  }

  /** Says something in the card; who decided by keyboard is left there, not at the top of the page. */
  tell(text, level = "") {
    setText(this.said, text);
    this.said.dataset.level = level;
    if (text && document.activeElement === document.body) this.said.focus();
  }
}

/** What approving would do now: pieces that moved since are not undone. */
function effect(given) {
  const { booked, now } = given;
  const change = signed(differenceOf(given));
  if (given.reason === "mismatch_class") {
    return `Approve books ${whole(foundIn(given))} pieces of ${given.sku} (${change}) and nothing else there.`;
  }
  const after = now + differenceOf(given);
  const moved = now === booked ? "" : `, with the ${signed(now - booked)} booked since`;
  return `Approve sets the books to ${whole(after)} (${change})${moved}. Reject leaves them at ${whole(now)}.`;
}

function problemWords({ status, problem }) {
  if (status === 0) return "The bridge does not answer. It is safe to send the same again.";
  const { detail = `The bridge refused (HTTP ${status})`, remedy = "" } = problem ?? {};
  const remedyForPeople = status === 409 ? "The case is shown as it is now." : remedy;
  return [`${detail}.`.replace(/\.\.$/, "."), remedyForPeople].filter(Boolean).join(" ");
}
