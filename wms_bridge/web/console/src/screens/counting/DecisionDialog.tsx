/** Asks before a decision: what it does, then why; a ready reason is the last click. */
import { useState } from "preact/hooks";

import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { type Action, booksAfter, type Details, foundIn, signed } from "./case";

const READY: Record<Action, readonly string[]> = {
  approve: ["agree", "looked", "people"],
  recount: ["unclear", "differ", "moved"],
  reject: ["elsewhere", "sensor", "label"],
};

interface Props {
  given: Details & { now: number };
  action: Action;
  onSend: (reason: string) => void;
  onClose: () => void;
}

export function DecisionDialog({ given, action, onSend, onClose }: Props) {
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState("");
  const submit = (event: Event) => {
    event.preventDefault();
    if (reason.trim()) onSend(reason.trim());
    else setWrong(t("counting.reason_missing"));
  };
  const title = t(`counting.ask.${action}`, { slot: given.slot });
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="counting-form" onSubmit={submit}>
        <p class="counting-effect">{effectWords(given, action)}</p>
        <p class="counting-hint">{t("counting.why")}</p>
        <div class="counting-ready">
          {READY[action].map((one) => {
            const text = t(`counting.ready.${one}`);
            return (
              <Button key={one} onClick={() => onSend(text)}>
                {t(`counting.because.${action}`, { reason: text })}
              </Button>
            );
          })}
        </div>
        <Field
          label={t("counting.own_reason")}
          value={reason}
          onValue={setReason}
          maxLength={500}
          {...(wrong ? { wrong } : {})}
        />
        <div class="counting-buttons">
          <Button type="submit" kind={action === "reject" ? "danger" : "main"}>
            {t(`counting.action.${action}`)}
          </Button>
          <Button onClick={onClose}>{t("counting.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What follows from a decision; pieces that moved since the count are not undone. */
export function effectWords(given: Details & { now: number }, action: Action): string {
  const { now, sku, reason, booked } = given;
  if (action === "recount") return t("counting.effect.recount");
  if (action === "reject") return t("counting.effect.reject", { now: number(now) });
  const after = number(booksAfter(given, now));
  if (reason === "mismatch_class") return t("counting.effect.other", { after, sku });
  const difference = signed((foundIn(given) ?? booked) - booked);
  const told = t("counting.effect.approve", { after, difference, now: number(now) });
  if (now === booked) return told;
  return `${told} ${t("counting.effect.since", { moved: signed(now - booked) })}`;
}
