/** A person on the floor, step by step: asked for, drained, frozen, inside, out again. */
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { Button } from "../../parts/Button";
import { Card, Chip, Who } from "./Card";
import type { EntryState, Item } from "./force";
import { open } from "./opening";

/** Older pictures of the floor tell nobody that they may go in. */
const OLD_MS = 10_000;
const STEPS: readonly EntryState[] = ["asked", "draining", "frozen", "entered"];

export function EntryCard({ item }: { item: Item }) {
  const state = item.entry ?? "asked";
  const at = STEPS.indexOf(state);
  const age_ms = floor.age_ms(performance.now());
  const blind = item.gone || age_ms === null || age_ms > OLD_MS;
  const reason = item.asked?.reason ?? "";
  const begun = { name: item.name, ...(reason ? { reason } : {}) };
  return (
    <Card title={item.name} bad={state === "entered"}>
      <ol class="intervene-steps" aria-label={t("intervene.steps")}>
        {STEPS.map((step, place) => (
          <li key={step} data-done={place < at} aria-current={place === at ? "step" : undefined}>
            {t(`intervene.step.${step}`)}
          </li>
        ))}
      </ol>
      <p class="intervene-now" role="status">
        {t(blind && state !== "entered" ? "intervene.blind" : `intervene.step_now.${state}`)}{" "}
        {item.inside.length > 0 && t("intervene.inside", { names: item.inside.join(", ") })}
      </p>
      {item.asked && item.asked.state === "asked" && <Chip one={item.asked} />}
      <Who one={item.asked} gone={item.gone} />
      <div class="intervene-buttons">
        {state === "frozen" && !blind && (
          <Button kind="main" onClick={() => open("enter", begun)}>
            {t("intervene.deed.enter")}
          </Button>
        )}
        <Button onClick={() => open("leave", begun)}>
          {t(state === "entered" ? "intervene.deed.leave" : "intervene.not_going")}
        </Button>
      </div>
    </Card>
  );
}
