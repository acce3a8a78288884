/** Tabs by the usual keyboard rules: arrows, Home and End move between them. */

export class Tabs {
  constructor(list, changed) {
    this.tabs = [...list.querySelectorAll('[role="tab"]')];
    this.changed = changed;
    for (const tab of this.tabs) tab.addEventListener("click", () => this.open(tab.id));
    list.addEventListener("keydown", (event) => this.key(event));
  }

  /** Id of the open tab, such as "tab-orders". */
  get current() {
    return this.tabs.find((tab) => tab.getAttribute("aria-selected") === "true").id;
  }

  open(id) {
    for (const tab of this.tabs) {
      const chosen = tab.id === id;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      document.getElementById(tab.getAttribute("aria-controls")).hidden = !chosen;
    }
    this.changed();
  }

  key(event) {
    const at = this.tabs.findIndex((tab) => tab.id === this.current);
    const last = this.tabs.length - 1;
    const next = {
      ArrowRight: at === last ? 0 : at + 1, ArrowLeft: at === 0 ? last : at - 1, Home: 0, End: last,
    }[event.key];
    if (next === undefined) return;
    event.preventDefault();
    this.open(this.tabs[next].id);
    this.tabs[next].focus();
  }
}
