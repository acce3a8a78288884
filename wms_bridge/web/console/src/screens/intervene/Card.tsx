/** One thing in force: its name, how far it is, who wanted it and why. */
import type { ComponentChildren } from "preact";

import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";
import { now_ms } from "./desk";
import type { Intervention } from "./force";

const ANSWER_WITHIN_MS = 30_000;

export function Card(props: { title: string; bad?: boolean; children: ComponentChildren }) {
  return (
    <article class={props.bad ? "intervene-card intervene-card-bad" : "intervene-card"}>
      <h3>{props.title}</h3>
      {props.children}
    </article>
  );
}

/** How far an intervention is; the bridge's clock decides whether the fleet should have answered. */
export function stateOf(one: Intervention, at_ms: number): string {
  if (one.state !== "asked") return one.state;
  return one.no_answer || at_ms - one.asked_ms >= ANSWER_WITHIN_MS ? "no_answer" : "asked";
}

export function Chip({ one }: { one: Intervention }) {
  const state = stateOf(one, now_ms.value);
  return (
    <span class="intervene-state" data-state={state}>
      {t(`intervene.state.${state}`)}
    </span>
  );
}

/** Who wanted it, when and why, and what the fleet said. */
export function Who({ one, gone = false }: { one: Intervention | null; gone?: boolean }) {
  if (!one) return <p class="intervene-who">{t("intervene.by_elsewhere")}</p>;
  const time = duration(now_ms.value - one.asked_ms);
  return (
    <p class="intervene-who">
      {t("intervene.by", { who: one.by, time })} · {one.reason}
      {one.text && (
        <span class="intervene-text">{t("intervene.fleet_says", { text: one.text })}</span>
      )}
      {gone && <span class="intervene-text">{t("intervene.gone")}</span>}
    </p>
  );
}
