/** When the order will be finished, how likely it is late, and what holds it up. */
import { number, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { placesOf } from "./asking";
import { causeDelay, causeEvidence, causeTitle, isBlocked } from "./causes";
import type { Known } from "./desk";
import { Risk } from "./OrderList";

export function Foresight({ known }: { known: Known }) {
  const { forecast } = known;
  if (!forecast) return <p class="orders-quiet">{t("orders.no_forecast")}</p>;
  const causes = forecast.causes ?? [];
  return (
    <section class="orders-foresight">
      <h3>{t("orders.foresight")}</h3>
      <div class="orders-foreseen">
        <span>{t("orders.risk")}</span>
        <Risk risk={forecast.risk ?? null} />
      </div>
      <Span known={known} />
      {isBlocked(causes) && <p class="orders-bad">{t("orders.blocked")}</p>}
      <p class="orders-quiet">
        {t("orders.ahead", { count: forecast.lines_ahead, lines: number(forecast.lines_ahead) })}
      </p>
      {causes.length > 0 && (
        <>
          <h4>{t("orders.why")}</h4>
          <ol class="orders-causes">
            {causes.map((one) => (
              <li key={`${one.kind} ${one.subject}`}>
                <span class="orders-cause">
                  <strong>{causeTitle(one)}</strong>
                  <span class="orders-delay">{causeDelay(one)}</span>
                </span>
                <span class="orders-sub">{causeEvidence(one)}</span>
              </li>
            ))}
          </ol>
        </>
      )}
    </section>
  );
}

/** The time from p10 to p90 on a line from now on, with the time the order is due. */
function Span({ known }: { known: Known }) {
  const { forecast } = known;
  if (!forecast) return null;
  const at = placesOf(forecast, known.now_ms);
  const pc = (share: number) => `${100 * share}%`;
  const words = t("orders.span", {
    from: siteClock(forecast.p10_ms),
    middle: siteClock(forecast.p50_ms),
    to: siteClock(forecast.p90_ms),
  });
  return (
    <div class="orders-span">
      <div class="orders-line" aria-hidden="true">
        <span
          class="orders-range"
          style={{ insetInlineStart: pc(at.p10), inlineSize: pc(at.p90 - at.p10) }}
        />
        <span class="orders-middle" style={{ insetInlineStart: pc(at.p50) }} />
        {at.due !== null && (
          <span class="orders-duemark" style={{ insetInlineStart: pc(at.due) }} />
        )}
      </div>
      <p>{words}</p>
    </div>
  );
}
