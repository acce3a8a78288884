/** What the bridge says is wrong (RFC 9457), and how it is told to a person. */
import { has, t } from "../i18n/words";

/** A request that was refused, or (status 0, code `unreachable`) got no answer. */
export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly detail: string,
    readonly field = "",
    readonly remedy = "",
  ) {
    super(`${code}: ${detail}`);
  }
}

/** The problem in the body of an answer; `body` is whatever could be read of it. */
export function problemOf(status: number, body: unknown): Problem {
  const told = (typeof body === "object" && body !== null ? body : {}) as Record<string, unknown>;
  const text = (name: string) => (typeof told[name] === "string" ? told[name] : "");
  return new Problem(
    status,
    text("code") || `http_${status}`,
    text("detail"),
    text("field"),
    text("remedy"),
  );
}

/** Anything thrown, as a problem. */
export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "unreachable", error instanceof Error ? error.message : String(error));
}

/** A sentence for people: in their language where the code is known, then what the bridge said. */
export function problemWords(problem: Problem): string {
  const key = `shell.problem.${problem.code}`;
  const own = has(key) ? t(key) : "";
  const told = [problem.detail, problem.remedy].filter(Boolean).join(" ");
  const words = problem.status === 0 ? own : [own, told].filter(Boolean).join(" ");
  return words || t("shell.problem.unknown", { code: problem.code });
}
