/** Why a robot stands, as a chain: the twin of `chain_of_waits` in planner/warehouse/view.py. */
import type { Wait } from "../../live/floorstate";

export interface Link {
  robot: string;
  wait: Wait;
}

/**
 * Whom a robot waits for, whom that one waits for, and so on to the first that waits for something
 * else, or does not wait. A ring ends before its first robot comes again.
 */
export function chainOfWaits(
  robots: ReadonlyMap<string, { wait: Wait | null }>,
  robot: string,
): readonly Link[] {
  const chain = new Map<string, Link>();
  let at = robot;
  while (!chain.has(at)) {
    const wait = robots.get(at)?.wait;
    if (!wait) break;
    chain.set(at, { robot: at, wait });
    if (wait.on !== "robot") break;
    at = wait.name;
  }
  return [...chain.values()];
}

/** Whether a chain leads back into itself. */
export function isRing(chain: readonly Link[]): boolean {
  const last = chain.at(-1);
  return last?.wait.on === "robot" && chain.some((one) => one.robot === last.wait.name);
}
