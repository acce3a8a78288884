/** What the bridge answered to a change of an order, in words: in which phase it was, what follows. */
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import type { Altered } from "./desk";

export interface Answered {
  deed: "rush" | "change" | "cancel";
  altered: Altered;
}

export function Answer({ answered, onClose }: { answered: Answered; onClose: () => void }) {
  const { deed, altered } = answered;
  const told = altered.changed ? t(`orders.done.${deed}`) : t("orders.done.nothing");
  return (
    <div class="orders-answer" role="status">
      <p>
        <strong>{told}</strong>{" "}
        {deed !== "rush" && altered.changed && t(`orders.follows.${altered.phase}`)}
      </p>
      {altered.put_back.length > 0 && (
        <>
          <p>{t("orders.put_back")}</p>
          <ul>
            {altered.put_back.map((one) => (
              <li key={one.pick}>
                {t("orders.put_back_item", {
                  quantity: number(one.quantity),
                  sku: one.sku,
                  slot: one.slot,
                  station: one.station,
                })}
              </li>
            ))}
          </ul>
        </>
      )}
      {deed !== "rush" && altered.in_tote.length > 0 && (
        <>
          <p>{t("orders.in_tote")}</p>
          <ul>
            {altered.in_tote.map((one) => (
              <li key={one.line}>
                {t("orders.in_tote_item", { quantity: number(one.quantity), sku: one.sku })}
              </li>
            ))}
          </ul>
        </>
      )}
      <Button kind="quiet" onClick={onClose}>
        {t("orders.understood")}
      </Button>
    </div>
  );
}
