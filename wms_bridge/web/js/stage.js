/**
 * The two canvases of the floor and their picture loop.
 *
 * The floor plan is drawn once per view into a canvas of its own, off the screen; `plan` shows it
 * with the stored pods on top and is redrawn only when one of them changes; `traffic` holds the
 * robots and is redrawn while they move.
 */

import { Camera, boundsOf } from "./camera.js";
import { drawFloorplan } from "./floorplan.js";
import { Motion } from "./motion.js";
import { readPalette, watchTheme } from "./palette.js";
import { drawPods, drawTraffic } from "./traffic.js";

const MOST_DPR = 2;

export class Stage {
  constructor(box, plan, traffic) {
    this.box = box;
    this.plan = plan.getContext("2d", { alpha: false });
    this.traffic = traffic.getContext("2d");
    this.ground = document.createElement("canvas").getContext("2d");
    this.camera = new Camera();
    this.motion = new Motion();
    this.palette = readPalette();
    this.site = null;
    this.sizes = new Map();
    this.pods = [];
    this.waitingPods = null;
    this.marked = null;
    this.hovered = null;
    this.following = false;
    this.stale = { ground: true, plan: true, traffic: true };
    this.drawn = 0;
    this.perSecond = 0;
    this.second = { started_ms: 0, pictures: 0 };
    /** Called after the view has moved or changed its scale. */
    this.onView = () => {};
  }

  start() {
    new ResizeObserver(() => this.resize()).observe(this.box);
    watchTheme(() => {
      this.palette = readPalette();
      this.redraw();
    });
    this.resize();
    const loop = (now_ms) => {
      this.picture(now_ms);
      requestAnimationFrame(loop);
    };
    requestAnimationFrame(loop);
  }

  /** Shows a site document. */
  setSite(site) {
    this.site = site;
    const types = new Map(site.robot_types.map((type) => [type.id, type]));
    this.sizes = new Map(site.robots.map((robot) => [robot.id, types.get(robot.type)]));
    this.camera.show(boundsOf(site.floor_m));
    this.redraw();
    this.onView();
  }

  /** Takes the newest frame; pods follow when the robots are half way there. */
  setFrame(frame, now_ms) {
    this.motion.accept(frame, now_ms);
    if (this.waitingPods) this.showPods(this.waitingPods);
    this.waitingPods = frame.pods;
    this.stale.traffic = true;
  }

  /** Points out a thing on the floor: `{kind, id}`, or null. */
  mark(thing) {
    this.marked = thing;
    this.following = false;
    this.stale.plan = true;
    this.stale.traffic = true;
  }

  /** Says which robot is under the pointer. */
  hover(robot) {
    if (robot === this.hovered) return;
    this.hovered = robot;
    this.stale.traffic = true;
  }

  /** Draws everything anew in the next picture. */
  redraw() {
    this.stale = { ground: true, plan: true, traffic: true };
  }

  /** To be called after the camera was moved. */
  moved() {
    this.redraw();
    this.onView();
  }

  resize() {
    const { width, height } = this.box.getBoundingClientRect();
    this.dpr = Math.min(MOST_DPR, window.devicePixelRatio || 1);
    for (const context of [this.plan, this.traffic, this.ground]) {
      context.canvas.width = Math.max(1, Math.round(width * this.dpr));
      context.canvas.height = Math.max(1, Math.round(height * this.dpr));
    }
    this.camera.resize(width, height);
    this.moved();
  }

  picture(now_ms) {
    if (!this.site) return;
    const moving = this.motion.moving(now_ms);
    this.swapPods(now_ms);
    if (this.following) this.follow(now_ms);
    if (this.stale.ground) this.drawGround();
    if (this.stale.plan) this.drawPlan();
    if (moving || this.stale.traffic) this.drawTraffic(now_ms);
    this.stale = { ground: false, plan: false, traffic: moving };
    this.count(now_ms);
  }

  swapPods(now_ms) {
    if (!this.waitingPods || this.motion.shareAt(now_ms) < 0.5) return;
    this.showPods(this.waitingPods);
    this.waitingPods = null;
  }

  showPods(pods) {
    if (!samePods(this.pods, pods)) this.stale.plan = true;
    this.pods = pods;
  }

  follow(now_ms) {
    const pose = this.motion.posesAt(now_ms).find(({ robot }) => robot.robot === this.marked?.id);
    if (!pose) return;
    this.camera.centre(pose.x_m, pose.y_m);
    this.moved();
  }

  drawGround() {
    drawFloorplan(this.ground, this.site, this.camera, this.palette, this.dpr);
  }

  drawPlan() {
    const { plan, palette } = this;
    plan.setTransform(1, 0, 0, 1, 0, 0);
    plan.fillStyle = palette.paper;
    plan.fillRect(0, 0, plan.canvas.width, plan.canvas.height);
    plan.drawImage(this.ground.canvas, 0, 0);
    this.camera.apply(plan, this.dpr);
    const marked = this.marked?.kind === "pod" ? this.marked.id : null;
    drawPods(plan, this.pods, this.site.pod_model.size_m, this.camera, palette, marked);
  }

  drawTraffic(now_ms) {
    const { traffic } = this;
    traffic.setTransform(1, 0, 0, 1, 0, 0);
    traffic.clearRect(0, 0, traffic.canvas.width, traffic.canvas.height);
    this.camera.apply(traffic, this.dpr);
    const marked = this.marked?.kind === "robot" ? this.marked.id : null;
    const poses = this.motion.posesAt(now_ms);
    const choice = { sizes: this.sizes, marked, hovered: this.hovered };
    drawTraffic(traffic, poses, this.site, this.camera, this.palette, choice);
    this.drawn += 1;
  }

  count(now_ms) {
    this.second.pictures += 1;
    const passed = now_ms - this.second.started_ms;
    if (passed < 1000) return;
    this.perSecond = (1000 * this.second.pictures) / passed;
    this.second = { started_ms: now_ms, pictures: 0 };
  }
}

function samePods(a, b) {
  return a.length === b.length && a.every((pod, i) =>
    pod.pod === b[i].pod && pod.x_m === b[i].x_m && pod.y_m === b[i].y_m);
}
