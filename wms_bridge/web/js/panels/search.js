/** Finds robots, pods, stations and orders by name, as a combobox. */

import { words } from "../format.js";
import { element } from "./rows.js";

const MOST = 8;

/** The first things whose name holds `text`: exact names first, then those that start with it. */
export function find(text, things) {
  const wanted = text.trim().toLowerCase();
  if (!wanted) return [];
  const hits = things.filter(({ id }) => id.toLowerCase().includes(wanted));
  const rank = ({ id }) => {
    const name = id.toLowerCase();
    if (name === wanted) return 0;
    return name.startsWith(wanted) ? 1 : 2;
  };
  return hits.sort((a, b) => rank(a) - rank(b)).slice(0, MOST);
}

export class Search {
  /** `things()` lists `{kind, id}` and `choose(thing)` takes the one that was picked. */
  constructor(input, list, things, choose) {
    this.input = input;
    this.list = list;
    this.things = things;
    this.choose = choose;
    this.hits = [];
    this.at = 0;
    input.addEventListener("input", () => this.look());
    input.addEventListener("keydown", (event) => this.key(event));
    input.addEventListener("blur", () => this.close());
    input.addEventListener("focus", () => this.look());
    document.addEventListener("keydown", (event) => this.shortcut(event));
  }

  look() {
    this.hits = find(this.input.value, this.things());
    this.at = 0;
    this.render();
  }

  render() {
    const nothing = this.input.value.trim() && !this.hits.length;
    const items = this.hits.map((thing, i) => this.item(thing, i));
    this.list.replaceChildren(...(nothing ? [element("li", "", "Nothing of that name")] : items));
    const open = items.length > 0 || Boolean(nothing);
    this.list.hidden = !open;
    this.input.setAttribute("aria-expanded", String(open));
    if (items.length) this.input.setAttribute("aria-activedescendant", items[this.at].id);
    else this.input.removeAttribute("aria-activedescendant");
  }

  item(thing, i) {
    const item = element("li");
    item.id = `search-${i}`;
    item.setAttribute("role", "option");
    item.setAttribute("aria-selected", String(i === this.at));
    item.append(element("span", "", thing.id), element("span", "", words(thing.kind)));
    item.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.take(thing);
    });
    return item;
  }

  key(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step && this.hits.length) {
      event.preventDefault();
      this.at = (this.at + step + this.hits.length) % this.hits.length;
      this.render();
    } else if (event.key === "Enter" && this.hits[this.at]) this.take(this.hits[this.at]);
    else if (event.key === "Escape") this.close();
  }

  take(thing) {
    this.input.value = "";
    this.close();
    this.input.blur();
    this.choose(thing);
  }

  close() {
    this.hits = [];
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
  }

  shortcut(event) {
    const typing = event.target instanceof HTMLInputElement;
    if (event.key !== "/" || typing || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    this.input.focus();
    this.input.select();
  }
}
