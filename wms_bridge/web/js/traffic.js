/** Draws what moves: stored pods, ways of the robots, robots with their load. In metres. */

import { batteryLevel } from "./palette.js";
import { label, tile } from "./places.js";

/** Size of a robot that the site document does not know. */
const UNKNOWN_BODY = { length_m: 0.8, width_m: 0.6 };

/** Pods that stand on the floor; `marked` is the one to point out. */
export function drawPods(context, pods, size_m, camera, palette, marked) {
  const outlined = size_m * camera.scale > 7;
  context.beginPath();
  for (const pod of pods) context.rect(pod.x_m - size_m / 2, pod.y_m - size_m / 2, size_m, size_m);
  context.fillStyle = palette.pod;
  context.fill();
  if (outlined) {
    context.strokeStyle = palette["pod-edge"];
    context.lineWidth = 1 / camera.scale;
    context.stroke();
  }
  const mine = pods.find((pod) => pod.pod === marked);
  if (mine) drawHalo(context, mine, size_m * 0.9, camera, palette);
  if (size_m * camera.scale > 34) {
    const size = Math.min(13, size_m * camera.scale * 0.3);
    for (const pod of pods) {
      label(context, camera, pod.pod, pod.x_m, pod.y_m, size, palette["pod-ink"], palette.font);
    }
  }
}

function drawHalo(context, at, radius_m, camera, palette) {
  context.beginPath();
  context.arc(at.x_m, at.y_m, Math.max(radius_m, 11 / camera.scale), 0, 2 * Math.PI);
  context.strokeStyle = palette.halo;
  context.lineWidth = 2.5 / camera.scale;
  context.stroke();
}

/**
 * Robots as `motion.posesAt` gives them. `sizes` maps a robot to its type record, `marked` is the
 * selected robot and `hovered` the one under the pointer.
 */
export function drawTraffic(context, poses, site, camera, palette, { sizes, marked, hovered }) {
  for (const pose of poses) drawWay(context, pose, camera, palette, pose.robot.robot === marked);
  for (const pose of poses) {
    const body = sizes.get(pose.robot.robot) ?? UNKNOWN_BODY;
    drawRobot(context, pose, site, body, camera, palette);
    if (pose.robot.robot === marked || pose.robot.robot === hovered) {
      drawHalo(context, pose, site.pitch_m * 0.62, camera, palette);
    }
  }
  if (camera.scale * site.pitch_m > 30) drawNames(context, poses, site, camera, palette);
}

/** The base as a line, the horizon dashed. */
function drawWay(context, pose, camera, palette, marked) {
  const { robot, ahead } = pose;
  if (!robot.base.length && !robot.horizon.length && !ahead.length) return;
  const here = [pose.x_m, pose.y_m];
  const base = [here, ...ahead, ...robot.base];
  context.strokeStyle = palette.activity[robot.activity] ?? palette.ink;
  context.lineCap = "round";
  context.lineJoin = "round";
  context.lineWidth = (marked ? 3.5 : 2) / camera.scale;
  context.globalAlpha = marked ? 1 : 0.6;
  strokeThrough(context, base);
  if (robot.horizon.length) {
    context.lineWidth = (marked ? 2.5 : 1.3) / camera.scale;
    context.globalAlpha = marked ? 0.9 : 0.45;
    context.setLineDash([4 / camera.scale, 4.5 / camera.scale]);
    strokeThrough(context, [base.at(-1), ...robot.horizon]);
    context.setLineDash([]);
  }
  context.globalAlpha = 1;
  if (marked) drawGoal(context, robot.horizon.at(-1) ?? base.at(-1), camera);
}

function strokeThrough(context, points_m) {
  context.beginPath();
  points_m.forEach(([x, y], i) => (i ? context.lineTo(x, y) : context.moveTo(x, y)));
  context.stroke();
}

function drawGoal(context, [x, y], camera) {
  context.beginPath();
  context.arc(x, y, 5 / camera.scale, 0, 2 * Math.PI);
  context.lineWidth = 2.5 / camera.scale;
  context.stroke();
}

function drawRobot(context, pose, site, body, camera, palette) {
  const { robot } = pose;
  context.save();
  context.translate(pose.x_m, pose.y_m);
  context.rotate(pose.theta_rad);
  if (robot.load) drawLoad(context, site.pod_model.size_m, camera, palette);
  const shrink = robot.load ? 0.72 : 1;
  const least = (robot.load ? 8.5 : 11) / camera.scale;
  const length = Math.max(body.length_m * shrink, least);
  const width = Math.max(body.width_m * shrink, least * 0.78);
  drawBody(context, length, width, robot, camera, palette);
  context.restore();
}

function drawLoad(context, size_m, camera, palette) {
  context.beginPath();
  tile(context, 0, 0, Math.max(size_m, 12.5 / camera.scale), size_m * 0.08);
  context.fillStyle = palette["pod-carried"];
  context.fill();
  context.strokeStyle = palette["robot-edge"];
  context.lineWidth = 1 / camera.scale;
  context.stroke();
}

/** Body in the colour of the activity, a bright wedge at the front, the battery at the back. */
function drawBody(context, length, width, robot, camera, palette) {
  context.beginPath();
  context.roundRect(-length / 2, -width / 2, length, width, width * 0.28);
  context.fillStyle = palette.activity[robot.activity] ?? palette.ink;
  context.fill();
  context.strokeStyle = palette["robot-edge"];
  context.lineWidth = 1 / camera.scale;
  context.stroke();
  context.beginPath();
  context.moveTo(length * 0.4, 0);
  context.lineTo(length * 0.04, width * 0.3);
  context.lineTo(length * 0.04, -width * 0.3);
  context.closePath();
  context.fillStyle = palette["robot-edge"];
  context.fill();
  if (robot.battery >= 0.4 && length * camera.scale < 16) return;
  drawBattery(context, length, width, robot, palette);
}

function drawBattery(context, length, width, robot, palette) {
  const [w, h] = [length * 0.2, width * 0.6];
  context.fillStyle = palette["robot-edge"];
  context.fillRect(-length * 0.4, -h / 2, w, h);
  context.fillStyle = palette[batteryLevel(robot.battery)];
  const full = h * 0.86 * Math.max(0.12, Math.min(1, robot.battery));
  context.fillRect(-length * 0.4 + w * 0.14, -h * 0.43, w * 0.72, full);
}

function drawNames(context, poses, site, camera, palette) {
  const up = site.pitch_m * 0.5 + 7 / camera.scale;
  for (const pose of poses) {
    const text = pose.robot.robot;
    label(context, camera, text, pose.x_m, pose.y_m + up, 11, palette.ink, palette.font, palette.floor);
  }
}
