/** The card of the thing that was chosen: a robot, pod, station or order. */

import { decimal, percent, whole, words } from "../format.js";
import { element, setText } from "./rows.js";

const COMPASS = ["east", "north-east", "north", "north-west", "west", "south-west", "south",
  "south-east"];

function compass(theta_rad) {
  const eighth = Math.round(theta_rad / (Math.PI / 4));
  return COMPASS[((eighth % 8) + 8) % 8];
}

const place = (thing) => `${decimal(thing.x_m)}, ${decimal(thing.y_m)} m`;

function robotFacts(robot) {
  return [
    ["Activity", words(robot.activity)],
    ["Load", robot.load ?? "none"],
    ["Battery", percent(robot.battery)],
    ["Goal", robot.goal ?? "none"],
    ["Position", place(robot)],
    ["Heading", compass(robot.theta_rad)],
    ["Released", points(robot.base)],
    ["Planned", points(robot.horizon)],
  ];
}

const points = (list) => (list.length === 1 ? "1 node" : `${list.length} nodes`);

function podFacts(id, frame) {
  const pod = frame.pods.find((stored) => stored.pod === id);
  if (pod) return [["Where", "on its spot"], ["Position", place(pod)]];
  const carrier = frame.robots.find((robot) => robot.load === id);
  if (!carrier) return [];
  return [["Where", `on ${carrier.robot}`], ["Robot", words(carrier.activity)],
    ["Position", place(carrier)]];
}

function stationFacts(id, frame) {
  const station = frame.stations.find((one) => one.station === id);
  if (!station) return [];
  return [["Pod", station.pod ?? "none"], ["Inbound", whole(station.inbound)],
    ["Open lines", whole(station.open_lines)], ["Open orders", whole(station.open_orders)]];
}

const MOST_LINES = 12;

function orderFacts(id, { orders, order: fetched }) {
  const order = fetched?.order === id ? fetched : orders.find((one) => one.order === id);
  if (!order) return [];
  const lines = (order.order_lines ?? []).slice(0, MOST_LINES).map((line) => {
    const short = line.short ? `, ${whole(line.short)} short` : "";
    return [line.sku, `${whole(line.picked)} / ${whole(line.quantity)}${short}`];
  });
  return [["Status", words(order.status)],
    ["Lines done", `${whole(order.lines_closed)} / ${whole(order.lines)}`], ...lines];
}

/**
 * Label and text of everything known about a chosen thing; empty if it is not there any more.
 * `known` holds the newest `frame`, the listed `orders` and the chosen `order` with its lines.
 */
export function factsOf(thing, known) {
  const { frame } = known;
  if (thing.kind === "order") return orderFacts(thing.id, known);
  if (!frame) return [];
  if (thing.kind === "pod") return podFacts(thing.id, frame);
  if (thing.kind === "station") return stationFacts(thing.id, frame);
  const robot = frame.robots.find((one) => one.robot === thing.id);
  return robot ? robotFacts(robot) : [];
}

export class Details {
  constructor({ close, follow }) {
    this.card = document.getElementById("details");
    this.list = document.getElementById("details-list");
    this.followButton = document.getElementById("details-follow");
    document.getElementById("details-close").addEventListener("click", close);
    this.followButton.addEventListener("click", follow);
  }

  /** Shows the card of `thing`, or hides it for null. */
  show(thing, known, following) {
    this.card.hidden = !thing;
    if (!thing) return;
    setText(document.getElementById("details-title"), `${words(thing.kind)} ${thing.id}`);
    this.followButton.hidden = thing.kind !== "robot";
    this.followButton.setAttribute("aria-pressed", String(following));
    const facts = factsOf(thing, known);
    this.write(facts.length ? facts : [["", "Not in the picture any more"]]);
  }

  write(facts) {
    const labels = facts.map(([name]) => name).join("\n");
    if (this.labels !== labels) {
      this.labels = labels;
      this.list.replaceChildren(...facts.flatMap(([name]) => [element("dt", "", name), element("dd")]));
    }
    const values = this.list.querySelectorAll("dd");
    facts.forEach(([, text], i) => setText(values[i], text));
  }
}
