/**
 * A window on what the page shows, for tests and for a look with the browser's console:
 *
 * `podherd.state()` returns plain data:
 * - `link`: "connecting", "live" or "lost"; `attempt`: failed attempts in a row
 * - `frames`: frames taken, `unreadable`: messages that were none, `at_ms`: site time of the newest
 * - `age_ms`: age of the newest frame, null if there is none or it is not known yet
 * - `robots`: every robot as drawn now: `{robot, activity, x_m, y_m, theta_rad, x_px, y_px}`
 * - `pods`: number of stored pods drawn
 * - `chosen`: `{kind, id}` or null; `marked`: what is pointed out on the floor for it
 * - `view`: `{x_m, y_m, scale}` with `scale` in CSS pixels per metre
 * - `pictures`: pictures of the robots drawn so far; `per_s`: pictures per second of the page
 */
export function installDebug(page) {
  const { stage, feed } = page;
  window.podherd = Object.freeze({
    state: () => ({
      link: feed.state,
      attempt: feed.attempt,
      frames: page.frames,
      unreadable: feed.unreadable,
      at_ms: page.frame?.at_ms ?? null,
      age_ms: page.age_ms,
      robots: robotsOf(stage),
      pods: stage.pods.length,
      chosen: page.chosen,
      marked: stage.marked,
      view: { x_m: stage.camera.x_m, y_m: stage.camera.y_m, scale: stage.camera.scale },
      pictures: stage.drawn,
      per_s: stage.perSecond,
    }),
  });
}

function robotsOf(stage) {
  return stage.motion.posesAt(performance.now()).map(({ robot, x_m, y_m, theta_rad }) => {
    const { x, y } = stage.camera.toScreen(x_m, y_m);
    return { robot: robot.robot, activity: robot.activity, x_m, y_m, theta_rad, x_px: x, y_px: y };
  });
}
