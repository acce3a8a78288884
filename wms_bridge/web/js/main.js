/** Puts the page together: the only wiring. `Page` owns what is shown and what is chosen. */

import { placeOf } from "./casewords.js";
import { installDebug } from "./debug.js";
import { LiveFeed } from "./live.js";
import { ACTIVITIES } from "./palette.js";
import { AlarmList, DiscrepancyList } from "./panels/alarms.js";
import { CaseCard } from "./panels/casecard.js";
import { CountQueue } from "./panels/counts.js";
import { Details } from "./panels/details.js";
import { Header } from "./panels/header.js";
import { KeyDialog } from "./panels/keydialog.js";
import { KpiPanel } from "./panels/kpis.js";
import { Legend, ScaleBar } from "./panels/legend.js";
import { Search } from "./panels/search.js";
import { OrderTable, RobotTable, StationTable } from "./panels/tables.js";
import { Tabs } from "./panels/tabs.js";
import { setText } from "./panels/rows.js";
import { Pointer } from "./pointer.js";
import {
  Poll, apiKey, getCase, getCases, getJson, getOrder, getOrders, keepApiKey, socketAddress,
} from "./resources.js";
import { Stage } from "./stage.js";

const FIGURES_EVERY_MS = 250;
const byId = (id) => document.getElementById(id);

export class Page {
  constructor() {
    this.frame = null;
    this.frames = 0;
    this.arrived_ms = null;
    this.caughtUp = false;
    this.orders = [];
    this.ordersTotal = 0;
    this.order = null;
    this.cases = [];
    this.bridgeClock = null;
    this.chosen = null;
    this.siteText = "";
    const say = (text) => setText(byId("announcer"), text);
    const choose = (thing) => this.choose(thing);
    this.stage = new Stage(byId("stage"), byId("plan"), byId("traffic"));
    this.feed = new LiveFeed(() => socketAddress("v1/live"), (frame) => this.take(frame), () => this.linked());
    this.header = new Header(() => this.feed.retry(), say);
    this.kpis = new KpiPanel();
    this.legend = new Legend(byId("legend"), ACTIVITIES);
    this.stations = new StationTable(choose);
    this.robots = new RobotTable(choose);
    this.orderTable = new OrderTable(choose);
    this.alarms = new AlarmList((subject) => this.chooseNamed(subject), say);
    this.discrepancies = new DiscrepancyList((pod) => this.choose({ kind: "pod", id: pod }));
    this.queue = new CountQueue((id) => this.chooseCase(id), say);
    this.caseCard = new CaseCard({
      close: () => this.closeCase(), decided: () => this.askCounts(),
      refused: (error) => this.refused(error), say,
    });
    this.details = new Details({ close: () => this.choose(null), follow: () => this.follow() });
    this.tabs = new Tabs(document.querySelector('[role="tablist"]'), () => this.changedTab());
    this.keyDialog = new KeyDialog((key) => this.unlock(key));
    this.polls = this.makePolls();
  }

  makePolls() {
    const poll = (ask, every_ms, accept) => {
      const answered = (data) => {
        this.keyDialog.close();
        accept(data);
      };
      return new Poll(ask, every_ms, answered, (error) => this.refused(error));
    };
    return {
      site: poll(() => getJson("v1/site"), 60_000, (site) => this.takeSite(site)),
      orders: poll(getOrders, 3000, (answer) => this.takeOrders(answer)),
      order: poll(() => this.askOrder(), 2000, (order) => this.takeOrder(order)),
      discrepancies: poll(() => getJson("v1/discrepancies"), 4000, (answer) =>
        this.discrepancies.show(answer.discrepancies)),
      cases: poll(() => getCases(this.tabs.current === "tab-counts"), 4000, (cases) => this.takeCases(cases)),
      case: poll(() => this.askCase(), 3000, (given) => this.caseCard.show(given)),
      accuracy: poll(() => getJson("v1/counts/accuracy"), 30_000, (found) => this.kpis.showAccuracy(found)),
      status: poll(() => getJson("v1/status"), 3000, (status) => this.takeStatus(status)),
    };
  }

  start() {
    this.stage.start();
    const scale = new ScaleBar(byId("scale-text"), byId("scale-bar"));
    this.stage.onView = () => scale.show(this.stage.camera.scale);
    const { camera } = this.stage;
    const pointer = new Pointer(byId("traffic"), byId("tip"), this.stage, {
      choose: (thing) => this.choose(thing), step: (way) => this.step(way),
    });
    pointer.start();
    const zoom = (factor) => pointer.zoom(factor, camera.width / 2, camera.height / 2);
    byId("zoom-in").addEventListener("click", () => zoom(1.4));
    byId("zoom-out").addEventListener("click", () => zoom(1 / 1.4));
    byId("zoom-fit").addEventListener("click", () => pointer.fit());
    byId("alarm-chip").addEventListener("click", () => this.tabs.open("tab-alarms"));
    new Search(byId("search"), byId("search-results"), () => this.things(), (thing) => {
      this.choose(thing);
      this.goTo(thing);
    });
    for (const poll of Object.values(this.polls)) poll.now();
    this.feed.open();
    setInterval(() => this.show(), FIGURES_EVERY_MS);
  }

  /** A new frame. The picture follows at once, figures and tables at their own pace. */
  take(frame) {
    const now_ms = performance.now();
    const repeated = this.frame?.at_ms === frame.at_ms;
    this.frame = frame;
    this.frames += 1;
    if (!repeated) this.arrived_ms = this.caughtUp ? now_ms : null;
    if (this.arrived_ms === null) this.polls.status.now();
    this.caughtUp = true;
    this.stage.setFrame(frame, now_ms);
    this.kpis.record(frame);
    this.header.record(frame.at_ms, now_ms);
  }

  takeSite(site) {
    const text = JSON.stringify(site);
    if (text === this.siteText) return;
    this.siteText = text;
    this.header.setSite(site);
    this.stage.setSite(site);
  }

  takeOrders({ orders, total }) {
    this.orders = orders;
    this.ordersTotal = total;
    this.showTables();
  }

  /** The lines of the chosen order, or null without one. */
  async askOrder() {
    return this.chosen?.kind === "order" ? getOrder(this.chosen.id) : null;
  }

  takeOrder(order) {
    this.order = order;
    this.showTables();
  }

  takeCases(cases) {
    this.cases = cases;
    this.queue.badge(cases);
    this.showTables();
  }

  /** The chosen case with its evidence, or null without one. */
  async askCase() {
    return this.chosen?.kind === "case" ? getCase(this.chosen.id) : null;
  }

  askCounts() {
    for (const poll of [this.polls.cases, this.polls.case, this.polls.accuracy]) poll.anew();
  }

  changedTab() {
    if (this.tabs.current === "tab-counts") this.polls.cases.anew();
    this.showTables();
  }

  /** The bridge's clock now (ms), null before it has been told. */
  get bridge_ms() {
    return this.bridgeClock && this.bridgeClock.now_ms + performance.now() - this.bridgeClock.told_ms;
  }

  /** The first frame of a link may be an old one: the bridge knows since when it has it. */
  takeStatus({ wms, view_age_ms, now_ms }) {
    this.bridgeClock = { now_ms, told_ms: performance.now() };
    const unknown = this.frame && this.arrived_ms === null;
    if (unknown && view_age_ms !== null) this.arrived_ms = performance.now() - view_age_ms;
    const late = wms.configured && !wms.healthy && wms.backlog > 0;
    byId("wms-chip").hidden = !late && !wms.dead;
    setText(byId("wms-chip"), late ? `WMS down, ${wms.backlog} waiting` : `WMS refuses ${wms.dead}`);
    byId("wms-chip").title = late ? wms.last_error : wms.dead_messages[0]?.error ?? "";
  }

  /** The bridge did not answer (then the live link is dead as well) or wants a key. */
  refused(error) {
    if (error.status === 0) this.feed.drop();
    if (error.status === 401) this.keyDialog.ask(apiKey() !== "");
  }

  unlock(key) {
    keepApiKey(key);
    for (const poll of Object.values(this.polls)) poll.now();
    this.feed.retry();
  }

  linked() {
    this.caughtUp = false;
    if (this.feed.state === "live") for (const poll of Object.values(this.polls)) poll.now();
    this.show();
  }

  get age_ms() {
    return this.arrived_ms === null ? null : performance.now() - this.arrived_ms;
  }

  show() {
    const at_ms = this.frame?.at_ms ?? null;
    this.header.show(this.feed, at_ms, this.age_ms, performance.now());
    if (!this.frame) return;
    this.kpis.show(this.frame, this.stage.palette);
    this.legend.show(this.frame.robots);
    this.alarms.show(this.frame.alarms);
    this.showTables();
  }

  showTables() {
    const named = (kind) => (this.chosen?.kind === kind ? this.chosen.id : null);
    this.stations.chosen = named("station");
    this.robots.chosen = named("robot");
    this.orderTable.chosen = named("order");
    const { current } = this.tabs;
    if (this.frame && current === "tab-stations") this.stations.show(this.frame, this.stage.site);
    if (this.frame && current === "tab-robots") this.robots.show(this.frame);
    if (current === "tab-orders") this.orderTable.show(this.orders, this.ordersTotal);
    this.queue.chosen = named("case");
    if (current === "tab-counts") this.queue.show(this.cases, this.bridge_ms);
    const known = { frame: this.frame, orders: this.orders, order: this.order };
    const carded = this.chosen?.kind === "case" ? null : this.chosen;
    this.details.show(carded, known, this.stage.following);
  }

  /** Points a thing `{kind, id}` out on the floor and in the tables; null lets go. */
  choose(thing) {
    this.chosen = thing && { kind: thing.kind, id: thing.id };
    this.stage.mark(this.chosen);
    this.order = null;
    if (thing?.kind !== "case") this.caseCard.close();
    if (thing?.kind === "order") {
      this.tabs.open("tab-orders");
      this.polls.order.now();
    }
    this.showTables();
  }

  /** Opens a case over the floor, beside its pod. */
  chooseCase(id) {
    const given = this.cases.find((one) => one.case === id);
    if (!given) return;
    const pod = { kind: "pod", id: placeOf(given).pod };
    this.choose({ kind: "case", id });
    this.stage.mark(pod);
    this.goTo(pod);
    const { camera } = this.stage;
    const at = this.placeOf(pod);
    const right = at && camera.toScreen(at.x_m, at.y_m).x < camera.width / 2;
    this.caseCard.open(given, right ? "right" : "left");
    this.polls.case.anew();
  }

  closeCase() {
    const { id } = this.chosen;
    this.choose(null);
    this.queue.focus(id);
  }

  /** Chooses whatever has this name: the subject of an alarm. */
  chooseNamed(name) {
    const thing = this.things().find(({ id }) => id === name);
    if (!thing) return;
    this.choose(thing);
    this.goTo(thing);
  }

  /** Brings a thing into the middle of the picture, unless all of the floor is in view. */
  goTo(thing) {
    const at = this.placeOf(thing);
    if (!at || this.stage.camera.fitted) return;
    this.stage.camera.centre(at.x_m, at.y_m);
    this.stage.moved();
  }

  placeOf({ kind, id }) {
    const { robots = [], pods = [] } = this.frame ?? {};
    if (kind === "robot") return robots.find((robot) => robot.robot === id);
    if (kind === "pod") return pods.find((pod) => pod.pod === id) ?? robots.find(({ load }) => load === id);
    const station = this.stage.site?.stations.find((one) => one.id === id);
    return station && { x_m: station.position_m[0], y_m: station.position_m[1] };
  }

  follow() {
    const { stage } = this;
    stage.following = !stage.following;
    if (stage.following && stage.camera.fitted) stage.camera.zoomAt(Math.max(1, 40 / stage.camera.scale));
    this.showTables();
  }

  /** Chooses the next or previous robot. */
  step(way) {
    const robots = this.frame?.robots ?? [];
    if (!robots.length) return;
    const at = robots.findIndex(({ robot }) => robot === this.chosen?.id);
    const next = at < 0 ? 0 : (at + way + robots.length) % robots.length;
    this.choose({ kind: "robot", id: robots[next].robot });
  }

  /** Everything that can be searched for. */
  things() {
    const { robots = [], pods = [] } = this.frame ?? {};
    const carried = robots.filter(({ load }) => load).map(({ load }) => load);
    return [
      ...robots.map(({ robot }) => ({ kind: "robot", id: robot })),
      ...(this.stage.site?.stations ?? []).map(({ id }) => ({ kind: "station", id })),
      ...[...pods.map(({ pod }) => pod), ...carried].map((id) => ({ kind: "pod", id })),
      ...this.orders.map(({ order }) => ({ kind: "order", id: order })),
    ];
  }
}

const page = new Page();
page.start();
installDebug(page);
