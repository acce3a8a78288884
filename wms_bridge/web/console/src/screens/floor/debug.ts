/**
 * A window on what the floor shows, for tests and for a look with the browser's console:
 * `podherd.floor()` returns plain data:
 * - `link`: state of the link; `attempt`: failed attempts in a row; `unreadable`: messages that were none
 * - `stream`, `number`, `snapshots`: how far the stream has been taken, and why it was told whole
 * - `at_ms`: site time; `age_ms`: age of what is shown
 * - `robots`: every robot as drawn now: `{robot, activity, x_m, y_m, theta_rad, x_px, y_px}`
 * - `pods`: number of pods that stand; `chosen`: `{kind, id}` or null; `pointed`: a list of these; `theme` of the drawing
 * - `view`: `{x_m, y_m, scale}`; `pictures`: pictures drawn
 * - `heat`: number of cells where somebody has waited
 *
 * `podherd.drawn()` is the site time of the last picture, and costs nothing.
 */
import { floor } from "../../live/floor";
import type { Stage } from "./stage";

declare global {
  interface Window {
    podherd?: { floor: () => unknown; drawn: () => number };
  }
}

/** Shows a stage there until the function returned is called. */
export function showForTests(stage: Stage): () => void {
  window.podherd = { floor: () => stateOf(stage), drawn: () => stage.drawn_ms };
  return () => delete window.podherd;
}

function stateOf(stage: Stage): unknown {
  const { camera, chosen, heat, palette } = stage.scene;
  const { state, link } = floor;
  return {
    link: link.state.value,
    attempt: link.attempt,
    unreadable: floor.unreadable,
    stream: state.stream,
    number: state.number,
    snapshots: state.snapshots,
    at_ms: state.at_ms,
    age_ms: floor.age_ms(performance.now()),
    robots: robotsOf(stage),
    pods: state.pods.size,
    chosen,
    pointed: stage.scene.pointed,
    ground: palette.floor,
    view: { x_m: camera.x_m, y_m: camera.y_m, scale: camera.scale },
    pictures: stage.pictures,
    heat: heat.all().length,
  };
}

function robotsOf(stage: Stage): unknown[] {
  const { state, motion, camera } = stage.scene;
  const now_ms = performance.now();
  return state.order.map((robot) => {
    const pose = motion.poseAt(robot, now_ms) ?? { x_m: NaN, y_m: NaN, theta_rad: NaN };
    const { x, y } = camera.toScreen(pose.x_m, pose.y_m);
    return { robot, activity: state.robots.get(robot)?.activity, ...pose, x_px: x, y_px: y };
  });
}
