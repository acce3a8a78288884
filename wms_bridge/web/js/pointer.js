/** Mouse, touch and keyboard on the floor: move, zoom, point at things and choose them. */

const GRAB_PX = 4;
const NEAR_PX = 12;
const STEP_PX = 60;

export class Pointer {
  /** `actions`: choose(thing or null), step(1 or -1). */
  constructor(canvas, tip, stage, actions) {
    this.canvas = canvas;
    this.tip = tip;
    this.stage = stage;
    this.actions = actions;
    this.held = new Map();
    this.travelled = 0;
  }

  start() {
    const { canvas } = this;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", (event) => this.held.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => this.point(null));
    canvas.addEventListener("wheel", (event) => this.wheel(event), { passive: false });
    canvas.addEventListener("dblclick", (event) => this.zoom(1.8, event.offsetX, event.offsetY));
    canvas.addEventListener("keydown", (event) => this.key(event));
  }

  zoom(factor, x, y) {
    this.stage.camera.zoomAt(factor, x, y);
    this.stage.moved();
  }

  fit() {
    this.stage.following = false;
    this.stage.camera.fit();
    this.stage.moved();
  }

  down(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.held.set(event.pointerId, { x: event.offsetX, y: event.offsetY });
    this.travelled = 0;
  }

  move(event) {
    const last = this.held.get(event.pointerId);
    const here = { x: event.offsetX, y: event.offsetY };
    if (!last) {
      this.point(here);
      return;
    }
    const spread = this.spread();
    this.held.set(event.pointerId, here);
    this.travelled += Math.hypot(here.x - last.x, here.y - last.y);
    if (this.travelled < GRAB_PX) return;
    this.canvas.classList.add("dragging");
    this.stage.following = false;
    this.stage.camera.panBy((here.x - last.x) / this.held.size, (here.y - last.y) / this.held.size);
    if (spread) this.zoom(this.spread() / spread, here.x, here.y);
    this.stage.moved();
  }

  /** Distance between two fingers, 0 with fewer. */
  spread() {
    const [a, b] = [...this.held.values()];
    return a && b ? Math.hypot(a.x - b.x, a.y - b.y) : 0;
  }

  up(event) {
    this.held.delete(event.pointerId);
    this.canvas.classList.remove("dragging");
    if (this.travelled < GRAB_PX) this.actions.choose(this.thingAt(event.offsetX, event.offsetY));
  }

  wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === 1 ? 16 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * 0.0016), event.offsetX, event.offsetY);
  }

  key(event) {
    const pan = {
      ArrowLeft: [STEP_PX, 0], ArrowRight: [-STEP_PX, 0], ArrowUp: [0, STEP_PX], ArrowDown: [0, -STEP_PX],
    }[event.key];
    const act = {
      "+": () => this.zoom(1.3), "=": () => this.zoom(1.3), "-": () => this.zoom(1 / 1.3),
      0: () => this.fit(), f: () => this.fit(), Escape: () => this.actions.choose(null),
      ".": () => this.actions.step(1), ",": () => this.actions.step(-1),
    }[event.key];
    if (event.ctrlKey || event.metaKey || event.altKey || !(pan || act)) return;
    event.preventDefault();
    if (act) act();
    else {
      this.stage.following = false;
      this.stage.camera.panBy(...pan);
      this.stage.moved();
    }
  }

  point(here) {
    const thing = here && this.thingAt(here.x, here.y);
    this.canvas.classList.toggle("pointing", Boolean(thing));
    this.stage.hover(thing?.kind === "robot" ? thing.id : null);
    this.tip.hidden = !thing;
    if (!thing) return;
    this.tip.textContent = thing.text;
    this.tip.style.left = `${here.x}px`;
    this.tip.style.top = `${here.y}px`;
  }

  /** What is drawn at a place of the canvas: a robot, a pod, a station, or null. */
  thingAt(x, y) {
    const { stage } = this;
    if (!stage.site) return null;
    const at = stage.camera.toFloor(x, y);
    const reach = Math.max(stage.site.pitch_m * 0.5, NEAR_PX / stage.camera.scale);
    const off = (p) => Math.hypot(p.x_m - at.x_m, p.y_m - at.y_m);
    const pose = nearest(stage.motion.posesAt(performance.now()), off, reach);
    if (pose) return robotThing(pose.robot);
    const pod = nearest(stage.pods, off, stage.site.pitch_m * 0.5);
    if (pod) return { kind: "pod", id: pod.pod, text: `Pod ${pod.pod}` };
    const places = stage.site.stations.map(({ id, position_m: [x_m, y_m] }) => ({ id, x_m, y_m }));
    const station = nearest(places, off, reach);
    return station && { kind: "station", id: station.id, text: `Station ${station.id}` };
  }
}

function robotThing(robot) {
  const load = robot.load ? ` with ${robot.load}` : "";
  return { kind: "robot", id: robot.robot, text: `${robot.robot} · ${robot.activity}${load}` };
}

function nearest(things, off, reach) {
  let best = null;
  let least = reach;
  for (const thing of things) {
    const distance = off(thing);
    if (distance < least) {
      least = distance;
      best = thing;
    }
  }
  return best;
}
