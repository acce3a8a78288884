/** Keyed table rows and list entries that keep their elements from one update to the next. */

/** Sets the text of an element if it differs. */
export function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

/** A new element with a class and text; text never becomes markup. */
export function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

export class Rows {
  /**
   * `make(item)` builds the element of a new item and `fill(element, item)` brings it up to date;
   * items are told apart by `key(item)`.
   */
  constructor(parent, key, make, fill) {
    this.parent = parent;
    this.key = key;
    this.make = make;
    this.fill = fill;
    this.elements = new Map();
  }

  /** Shows exactly these items, in this order. */
  show(items) {
    const gone = new Set(this.elements.keys());
    let place = this.parent.firstElementChild;
    for (const item of items) {
      const key = this.key(item);
      gone.delete(key);
      const row = this.elements.get(key) ?? this.add(key, item);
      this.fill(row, item);
      if (row === place) place = place.nextElementSibling;
      else this.parent.insertBefore(row, place);
    }
    for (const key of gone) {
      this.elements.get(key).remove();
      this.elements.delete(key);
    }
  }

  add(key, item) {
    const row = this.make(item);
    this.elements.set(key, row);
    return row;
  }
}

/** A bar with its figure: `fillMeter(meter(), 0.5, "50 %", "good")`. */
export function meter() {
  const box = element("div", "meter");
  const bar = element("i");
  bar.append(element("b"));
  bar.setAttribute("aria-hidden", "true");
  box.append(bar, element("span"));
  return box;
}

export function fillMeter(box, share, text, level = "") {
  const width = `${Math.round(100 * Math.min(1, Math.max(0, share)))}%`;
  const bar = box.firstChild.firstChild;
  if (bar.style.width !== width) bar.style.width = width;
  if (box.dataset.level !== level) box.dataset.level = level;
  setText(box.lastChild, text);
}
