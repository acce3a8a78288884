/** What is drawn of each robot. */
import type { Robot } from "../../../live/floorstate";
import { ACTIVITIES } from "../../../live/frames";
import type { Pose } from "../motion";
import type { Scene } from "./renderer";

export interface Drawn {
  robot: Robot;
  pose: Pose;
  battery: number;
  colour: string;
  /** It is the chosen one. */
  marked: boolean;
}

/** All robots as they are at `now_ms`. */
export function drawnRobots(scene: Scene, now_ms: number): Drawn[] {
  return scene.state.order.flatMap((name, i) => drawnRobot(scene, name, i, now_ms));
}

function drawnRobot(scene: Scene, name: string, i: number, now_ms: number): Drawn[] {
  const { state, motion, palette, chosen } = scene;
  const robot = state.robots.get(name);
  const pose = motion.poseAt(name, now_ms);
  if (!robot || !pose) return [];
  const activity = ACTIVITIES[state.poses?.activity[i] ?? -1] ?? robot.activity;
  return [
    {
      robot,
      pose,
      battery: state.poses?.battery[i] ?? 1,
      colour: palette.activity[activity],
      marked: chosen?.kind === "robot" && chosen.id === name,
    },
  ];
}
