/** What is in hand: the article, how many, from which slot, into which place. */
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { who } from "../../api/session";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { Face } from "./Face";
import { type Instruction, quantityOf, typed } from "./judging";
import { Tile } from "./Tile";
import type { Working } from "./working";

const PAD = ["7", "8", "9", "4", "5", "6", "1", "2", "3", "Backspace", "0", "Escape"] as const;

export function Hand({ working, hand }: { working: Working; hand: Instruction | null }) {
  if (!hand) {
    const closed = working.live.panel.value?.closed;
    return (
      <section class="hand hand-none" aria-label={t("station.in_hand")}>
        <p>{t(closed ? "station.none_closed" : "station.none")}</p>
      </section>
    );
  }
  return (
    <section class="hand" data-work={hand.work} aria-label={t("station.in_hand")}>
      <div class="hand-what" aria-live="polite">
        <p class="hand-work">{t(`station.work.${hand.work}`)}</p>
        <Article hand={hand} />
        <Amount working={working} hand={hand} />
        <Where hand={hand} />
      </div>
      <div class="hand-face">
        <Face slot={hand.slot} number={hand.quantity} />
        {hand.work === "count" && <NumberPad working={working} />}
      </div>
      <Actions working={working} hand={hand} />
    </section>
  );
}

function Article({ hand }: { hand: Instruction }) {
  const { article } = hand;
  const [gtin] = article.gtins;
  return (
    <div class="hand-article">
      <Tile name={article.description || article.sku} of={article.sku} />
      <div>
        <h2>{article.description || article.sku}</h2>
        <dl class="hand-codes">
          <Code name={t("station.sku")} value={article.sku} />
          {gtin && <Code name={t("station.gtin")} value={gtin} />}
          {hand.lot && <Code name={t("station.lot")} value={hand.lot} />}
          {hand.receipt && <Code name={t("station.receipt")} value={hand.receipt} />}
        </dl>
      </div>
    </div>
  );
}

function Code({ name, value }: { name: string; value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** How many are asked for; beside it what was scanned or typed, if that is another number. */
function Amount({ working, hand }: { working: Working; hand: Instruction }) {
  const progress = working.progress.value;
  const stands = quantityOf(hand, progress);
  const entered = progress.typed !== "" || progress.scanned > 0;
  return (
    <div class="hand-amount">
      <p class="hand-quantity">
        {hand.quantity === null ? (
          <span class="hand-number">{stands === null ? "–" : number(stands)}</span>
        ) : (
          <>
            <span class="hand-number">{number(hand.quantity)}</span>
            <span class="hand-unit">{t("station.pieces", { count: hand.quantity })}</span>
          </>
        )}
      </p>
      <p class="hand-progress" role="status">
        {hand.quantity !== null && entered && (
          <span class="hand-entered">
            {t("station.entered", { done: number(stands ?? 0), asked: number(hand.quantity) })}
          </span>
        )}
        {progress.checked && <span class="hand-checked">{t("station.checked")}</span>}
        {progress.serials.length > 0 && (
          <span>{t("station.serials", { count: progress.serials.length })}</span>
        )}
        {progress.lot && <span>{t("station.lot_scanned", { lot: progress.lot })}</span>}
      </p>
    </div>
  );
}

function Where({ hand }: { hand: Instruction }) {
  const { slot } = hand;
  return (
    <dl class="hand-where">
      <div>
        <dt>{t(`station.at_slot.${hand.work}`)}</dt>
        <dd>
          <strong>{slot.slot}</strong>
          <span>
            {t("station.slot_words", { face: slot.face, level: slot.level, column: slot.column })}
          </span>
        </dd>
      </div>
      {hand.work === "pick" && (
        <div>
          <dt>{t("station.to")}</dt>
          <dd>
            <strong class="hand-place">
              {hand.place === null
                ? t("station.no_place")
                : t("station.place", { place: hand.place ?? 0 })}
            </strong>
            <span>{t("station.order", { order: hand.order ?? "" })}</span>
          </dd>
        </div>
      )}
    </dl>
  );
}

function Actions({ working, hand }: { working: Working; hand: Instruction }) {
  const stands = quantityOf(hand, working.progress.value);
  return (
    <div class="hand-actions">
      {hand.work === "count" && (
        <Field
          label={t("station.counted_by")}
          value={working.by.value || who.value}
          maxLength={100}
          onValue={(value) => (working.by.value = value)}
        />
      )}
      <Button kind="main" onClick={() => working.enter()}>
        {stands === null
          ? t("station.confirm_count")
          : t("station.confirm", { count: stands, number: number(stands) })}
        <kbd aria-hidden="true">{"⏎"}</kbd>
      </Button>
      {hand.quantity !== null && (
        <Button onClick={() => working.askOther()}>{t("station.other")}</Button>
      )}
    </div>
  );
}

/** Digits for tablets without a keyboard. */
function NumberPad({ working }: { working: Working }) {
  const press = (key: string) => (working.progress.value = typed(working.progress.peek(), key));
  const signs: Record<string, string> = { Backspace: "⌫", Escape: "✕" };
  const labels: Record<string, string> = {
    Backspace: t("station.last_digit"),
    Escape: t("station.all_digits"),
  };
  return (
    <div class="number-pad" role="group" aria-label={t("station.digits")}>
      {PAD.map((key) => {
        const label = labels[key];
        return (
          <Button key={key} {...(label ? { label } : {})} onClick={() => press(key)}>
            {signs[key] ?? key}
          </Button>
        );
      })}
    </div>
  );
}
