/** Under the floor: how many robots do what, and how long a metre is. */

import { words } from "../format.js";
import { Rows, element, setText } from "./rows.js";

export class Legend {
  constructor(list, activities) {
    this.activities = activities;
    this.rows = new Rows(list, ({ activity }) => activity, ({ activity }) => {
      const item = element("li");
      const dot = element("span", "dot");
      dot.dataset.activity = activity;
      item.append(dot, element("span", "", words(activity)), element("b"));
      return item;
    }, (item, { count }) => setText(item.lastChild, String(count)));
  }

  /** `robots` of a FloorView; activities nobody is busy with are left out. */
  show(robots) {
    const counts = this.activities.map((activity) => ({
      activity, count: robots.filter((robot) => robot.activity === activity).length,
    }));
    this.rows.show(counts.filter(({ count }) => count > 0));
  }
}

export class ScaleBar {
  constructor(text, bar) {
    this.text = text;
    this.bar = bar;
  }

  /** `scale` in CSS pixels per metre. */
  show(scale) {
    const most_m = 110 / scale;
    const metres = [0.5, 1, 2, 5, 10, 20, 50, 100, 200].filter((step) => step <= most_m).at(-1) ?? 0.2;
    setText(this.text, `${metres} m`);
    this.bar.style.width = `${metres * scale}px`;
  }
}
