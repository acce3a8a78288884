/** The tables of stations, robots and orders. */

import { percent, whole, words } from "../format.js";
import { batteryLevel } from "../palette.js";
import { Rows, element, fillMeter, meter, setText } from "./rows.js";

const byId = (id) => document.getElementById(id);

/** A row whose first cell is a button that chooses the thing. */
function choosable(kind, id, cells, choose) {
  const row = element("tr");
  row.dataset.pick = id;
  const name = element("button", "name", id);
  name.type = "button";
  const first = element("td");
  first.append(name);
  row.append(first, ...cells);
  row.addEventListener("click", () => choose({ kind, id }));
  return row;
}

function select(row, selected) {
  if (selected) row.setAttribute("aria-current", "true");
  else row.removeAttribute("aria-current");
}

export class StationTable {
  constructor(choose) {
    this.chosen = null;
    this.rows = new Rows(
      byId("stations-body"), (station) => station.station,
      (station) => choosable("station", station.station, [
        element("td"), element("td", "num"), element("td", "num"), element("td", "num"),
        element("td", "num"),
      ], choose),
      (row, station) => this.fill(row, station),
    );
  }

  /** `frame` is a FloorView. */
  show(frame, site) {
    this.rates = new Map(frame.kpis.station_lines_per_h);
    this.slots = new Map((site?.stations ?? []).map(({ id, order_slots }) => [id, order_slots]));
    this.rows.show(frame.stations);
    byId("stations-empty").hidden = frame.stations.length > 0;
  }

  fill(row, station) {
    const [, pod, inbound, lines, orders, rate] = row.children;
    const slots = this.slots.get(station.station);
    setText(pod, station.pod ?? "–");
    pod.className = station.pod ? "working" : "faint";
    setText(inbound, String(station.inbound));
    setText(lines, whole(station.open_lines));
    setText(orders, slots ? `${station.open_orders} / ${slots}` : String(station.open_orders));
    setText(rate, whole(this.rates.get(station.station) ?? 0));
    select(row, this.chosen === station.station);
  }
}

export class RobotTable {
  constructor(choose) {
    this.chosen = null;
    this.rows = new Rows(
      byId("robots-body"), (robot) => robot.robot,
      (robot) => this.make(robot, choose),
      (row, robot) => this.fill(row, robot),
    );
  }

  make(robot, choose) {
    const activity = element("td");
    activity.append(element("span", "dot"), element("span"));
    const battery = element("td", "num");
    battery.append(meter());
    const cells = [activity, element("td"), element("td", "faint"), battery];
    return choosable("robot", robot.robot, cells, choose);
  }

  show(frame) {
    this.rows.show(frame.robots);
    byId("robots-empty").hidden = frame.robots.length > 0;
  }

  fill(row, robot) {
    const [, activity, load, goal, battery] = row.children;
    activity.firstChild.dataset.activity = robot.activity;
    setText(activity.lastChild, words(robot.activity));
    setText(load, robot.load ?? "–");
    setText(goal, robot.goal ?? "–");
    const level = batteryLevel(robot.battery);
    fillMeter(battery.firstChild, robot.battery, percent(robot.battery), level);
    select(row, this.chosen === robot.robot);
  }
}

const MOST_ORDERS = 200;

export class OrderTable {
  constructor(choose) {
    this.chosen = null;
    this.rows = new Rows(
      byId("orders-body"), (order) => order.order,
      (order) => this.make(order, choose),
      (row, order) => this.fill(row, order),
    );
  }

  make(order, choose) {
    const status = element("td");
    status.append(element("span", "status"));
    const picked = element("td");
    picked.append(meter());
    return choosable("order", order.order, [status, picked], choose);
  }

  /** Orders as `/v1/orders/{site}` lists them, and how many there are in all. */
  show(orders, total) {
    const shown = [...orders].sort(openFirst).slice(0, MOST_ORDERS);
    const chosen = orders.find((order) => order.order === this.chosen);
    if (chosen && !shown.includes(chosen)) shown.unshift(chosen);
    this.rows.show(shown);
    byId("orders-empty").hidden = shown.length > 0;
    byId("orders-more").hidden = total <= shown.length;
    byId("orders-more").textContent = `${whole(total - shown.length)} more are not listed.`;
  }

  fill(row, order) {
    const [, status, picked] = row.children;
    status.firstChild.dataset.status = order.status;
    setText(status.firstChild, words(order.status));
    const short = order.short ? `, ${whole(order.short)} short` : "";
    const text = `${whole(order.picked)} / ${whole(order.pieces)}${short}`;
    fillMeter(picked.firstChild, order.picked / Math.max(1, order.pieces), text);
    select(row, this.chosen === order.order);
  }
}

/** Open orders that have been begun, other open ones, then the latest complete ones. */
function openFirst(a, b) {
  const rank = (order) => (order.status !== "open" ? 2 : order.picked > 0 ? 0 : 1);
  const late = rank(a) === 2 ? b.number - a.number : a.number - b.number;
  return rank(a) - rank(b) || late;
}
