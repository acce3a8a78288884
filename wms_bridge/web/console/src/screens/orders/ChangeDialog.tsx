/** Gives an order new contents: other quantities, lines left out, lines added. */
import { useState } from "preact/hooks";

import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { AskDialog, type AskProps } from "./AskDialog";
import { contentsOf, type Wanted, wantedOf, withOneMore, wrongWith } from "./contents";
import { change } from "./desk";

export function ChangeDialog(props: AskProps) {
  const { known } = props;
  const [lines, setLines] = useState(() => wantedOf(known));
  const before = new Set(wantedOf(known).map((one) => one.number));
  const put = (place: number, more: Partial<Wanted>) =>
    setLines(lines.map((one, at) => (at === place ? { ...one, ...more } : one)));
  const check = () => {
    if (lines.some((one) => wrongWith(one) || !one.sku.trim())) return t("orders.mend_lines");
    return contentsOf(lines, known).lines.length === 0 ? t("orders.nothing_left") : "";
  };
  return (
    <AskDialog
      {...props}
      deed="change"
      title={t("orders.change_title", { order: known.order })}
      says={t("orders.change_says")}
      button={t("orders.change_do")}
      check={check}
      act={(reason, key) => change(known, contentsOf(lines, known), reason, key)}
    >
      <div class="orders-changing">
        {lines.map((one, place) => {
          const wrong = wrongWith(one);
          const known_line = before.has(one.number);
          return (
            <div class="orders-changed" key={one.number ?? `new ${place}`}>
              {known_line ? (
                <span class="orders-sku">{one.sku}</span>
              ) : (
                <Field
                  label={t("orders.sku")}
                  value={one.sku}
                  maxLength={200}
                  onValue={(sku) => put(place, { sku })}
                />
              )}
              <Field
                label={t("orders.quantity_of", { sku: one.sku || t("orders.new_line") })}
                value={one.quantity}
                inputMode="numeric"
                maxLength={6}
                onValue={(quantity) => put(place, { quantity })}
                wrong={wrong ? t(wrong, { picked: one.picked }) : ""}
              />
            </div>
          );
        })}
        <Button onClick={() => setLines(withOneMore(lines))}>{t("orders.add_line")}</Button>
      </div>
    </AskDialog>
  );
}
