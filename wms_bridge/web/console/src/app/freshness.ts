/** How far what is shown can be believed. */
import type { LinkState } from "../live/link";

const OLD_MS = 3000;
export type Freshness = "live" | "old" | "none" | "lost" | "connecting";

/** `age_ms`: how old the newest picture is, null if there is none or its age is not known. */
export function freshness(link: LinkState, age_ms: number | null): Freshness {
  if (link === "lost") return "lost";
  if (link !== "live") return "connecting";
  if (age_ms === null) return "none";
  return age_ms > OLD_MS ? "old" : "live";
}
