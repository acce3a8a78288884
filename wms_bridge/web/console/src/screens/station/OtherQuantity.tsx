/** Fewer or more pieces than asked for: how many, and why. */
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { bandWords } from "./Bands";
import type { Instruction } from "./judging";
import { reasonsFor, type Working } from "./working";

export function OtherQuantity({ working, hand }: { working: Working; hand: Instruction }) {
  const other = working.other.value;
  if (!other) return null;
  const reasons = reasonsFor(hand, other);
  const set = (quantity: number) => {
    const wanted = { ...other, quantity: Math.max(0, quantity), fresh: true };
    const fits = other.reason !== null && reasonsFor(hand, wanted).includes(other.reason);
    working.other.value = { ...wanted, reason: fits ? other.reason : null };
  };
  const asked = number(hand.quantity ?? 0);
  const band = working.band.value;
  return (
    <Dialog title={t(`station.other_of.${hand.work}`)} onClose={() => (working.other.value = null)}>
      <div class="other">
        {band && <p class="station-band">{bandWords(band)}</p>}
        <p class="other-count">
          <Button label={t("station.fewer")} onClick={() => set(other.quantity - 1)}>
            {"−"}
          </Button>
          <output class="other-number">{number(other.quantity)}</output>
          <Button label={t("station.more")} onClick={() => set(other.quantity + 1)}>
            {"+"}
          </Button>
          <span>{t("station.of_asked", { asked })}</span>
        </p>
        {reasons.length > 0 && (
          <div class="other-reasons" role="group" aria-label={t("station.reason")}>
            {reasons.map((reason) => (
              <Button
                key={reason}
                pressed={other.reason === reason}
                onClick={() => (working.other.value = { ...other, reason })}
              >
                <span>
                  <strong>{t(`station.reason_name.${reason}`)}</strong>
                  <small>{t(`station.reason_words.${reason}`)}</small>
                </span>
              </Button>
            ))}
          </div>
        )}
        <p class="other-follows">{t(`station.other_follows.${hand.work}`)}</p>
        <Button
          kind="main"
          disabled={!working.ready(hand, other)}
          onClick={() => working.confirmOther()}
        >
          {t("station.confirm", { count: other.quantity, number: number(other.quantity) })}
        </Button>
      </div>
    </Dialog>
  );
}
