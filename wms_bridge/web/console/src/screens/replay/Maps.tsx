/** The floor as it was, and as it is: side by side, one over the other, or only the past. */
import { effect } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";

import { siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { theme } from "../../theme/theme";
import { Pointing } from "../floor/pointing";
import type { Site } from "../floor/site";
import { type Source, Stage } from "../floor/stage";
import type { Past } from "./past";

export type Layout = "beside" | "over" | "past";

interface Props {
  site: Site;
  past: Past;
  layout: Layout;
  robot: string;
  onRobot: (robot: string) => void;
}

export function Maps({ site, past, layout, robot, onRobot }: Props) {
  const [then, now] = [useRef<HTMLDivElement>(null), useRef<HTMLDivElement>(null)];
  const stages = useRef<Stage[]>([]);
  const choose = useRef(onRobot);
  choose.current = onRobot;
  useEffect(() => {
    if (!then.current || !now.current) return;
    const made = [
      open(then.current, site, past as unknown as Source, (told) => past.onChanges(told)),
      open(now.current, site, floor, (told) => floor.onChanges(told)),
    ];
    const actions = {
      choose: (thing: { kind: string; id: string } | null) =>
        choose.current(thing?.kind === "robot" ? thing.id : ""),
      step: () => undefined,
    };
    for (const { stage, box } of made) new Pointing(box, stage, actions).start();
    stages.current = made.map(({ stage }) => stage);
    window.podherdReplay = () => debugOf(past, stages.current);
    const frame = together(stages.current);
    return () => {
      frame();
      delete window.podherdReplay;
      for (const { end } of made) end();
    };
  }, [site]);
  useEffect(() => {
    for (const stage of stages.current) stage.choose(robot ? { kind: "robot", id: robot } : null);
  }, [robot, site]);
  return (
    <div class="replay-maps" data-layout={layout}>
      <section class="replay-map" aria-label={t("replay.then")}>
        <div
          ref={then}
          class="replay-canvas"
          tabIndex={0}
          role="application"
          aria-label={t("replay.map_then")}
        />
        <p class="replay-map-name">{t("replay.then")}</p>
      </section>
      <section class="replay-map replay-map-now" aria-label={t("replay.now")}>
        <div ref={now} class="replay-canvas" role="img" aria-label={t("replay.map_now")} />
        <LiveName />
      </section>
    </div>
  );
}

function LiveName() {
  const known = floor.known();
  const clock = known.number === null ? "" : siteClock(known.at_ms);
  return <p class="replay-map-name">{[t("replay.now"), clock].filter(Boolean).join(" · ")}</p>;
}

declare global {
  interface Window {
    podherdReplay?: () => unknown;
  }
}

function open(
  box: HTMLElement,
  site: Site,
  source: Source,
  onChanges: (told: () => void) => () => void,
) {
  const stage = new Stage(box, site, undefined, source);
  stage.start();
  const ends = [
    onChanges(() => stage.changed()),
    effect(() => {
      void theme.value;
      queueMicrotask(() => stage.recolour());
    }),
    () => stage.stop(),
  ];
  return { stage, box, end: () => ends.forEach((one) => one()) };
}

/** Keeps two maps on the same part of the floor, whichever is moved; the function returned ends it. */
function together(stages: readonly Stage[]): () => void {
  let last = "";
  let frame = 0;
  const keyOf = ({ scene: { camera } }: Stage) => `${camera.x_m},${camera.y_m},${camera.scale}`;
  const loop = () => {
    const moved = stages.find((one) => keyOf(one) !== last);
    if (moved) {
      last = keyOf(moved);
      for (const one of stages) {
        if (keyOf(one) === last) continue;
        const { x_m, y_m, scale } = moved.scene.camera;
        Object.assign(one.scene.camera, { x_m, y_m, scale });
        one.redraw();
      }
    }
    frame = requestAnimationFrame(loop);
  };
  frame = requestAnimationFrame(loop);
  return () => cancelAnimationFrame(frame);
}

/** Plain data of what both maps show, for tests. */
function debugOf(past: Past, stages: readonly Stage[]): unknown {
  const of = (stage: Stage) =>
    stage.scene.state.order.map((robot) => {
      const pose = stage.scene.motion.poseAt(robot, performance.now() + 10_000);
      return { robot, ...pose, activity: stage.scene.state.robots.get(robot)?.activity };
    });
  const [then, now] = stages;
  return {
    at_ms: past.at_ms.value,
    site_ms: past.state.at_ms,
    playing: past.playing.value,
    then: then ? of(then) : [],
    now: now ? of(now) : [],
  };
}
