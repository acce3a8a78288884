/** What has happened to an order, the newest first. */
import { useState } from "preact/hooks";

import { moment, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import type { Known } from "./desk";

const MOST = 12;

export function History({ known }: { known: Known }) {
  const [all, setAll] = useState(false);
  const events = [...known.history].reverse();
  const shown = all ? events : events.slice(0, MOST);
  return (
    <section>
      <h3>{t("orders.history")}</h3>
      <ol class="orders-history">
        {shown.map((one, place) => (
          <li key={events.length - place}>
            <time>{moment(one.at_ms)}</time>
            <span>
              {t(`orders.event.${one.what}`, {
                quantity: number(one.quantity ?? 0),
                sku: one.sku ?? "",
                station: one.station ?? "",
                pod: one.pod ?? "",
                robot: one.robot ?? "",
                subject: one.subject ?? "",
              })}
              {one.who && <span class="orders-sub">{t("orders.by", { who: one.who })}</span>}
              {one.why && <q class="orders-why">{one.why}</q>}
            </span>
          </li>
        ))}
      </ol>
      {events.length > MOST && !all && (
        <Button onClick={() => setAll(true)}>
          {t("orders.whole_history", { count: events.length, events: number(events.length) })}
        </Button>
      )}
    </section>
  );
}
