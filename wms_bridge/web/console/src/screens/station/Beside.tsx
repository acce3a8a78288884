/** Beside what is in hand: what comes then, the put wall, the next pods. */
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import type { Panel } from "./panel";
import type { Working } from "./working";

const MOST = 6;

export function Beside({ working, panel }: { working: Working; panel: Panel }) {
  const then = working.todo.value.slice(1);
  return (
    <aside class="beside" tabIndex={0} aria-label={t("station.beside")}>
      {panel.wall.length > 0 && (
        <section aria-label={t("station.wall")}>
          <h2>{t("station.wall")}</h2>
          <Wall panel={panel} place={working.hand.value?.place ?? null} />
        </section>
      )}
      <section aria-label={t("station.then")}>
        <h2>{t("station.then_count", { count: then.length })}</h2>
        <ol class="beside-list">
          {then.slice(0, MOST).map((one) => (
            <li key={`${one.work}/${one.id}`}>
              <strong>{one.quantity === null ? "?" : number(one.quantity)}</strong>
              <span>
                {one.article.description || one.article.sku}
                <small>{`${t(`station.work.${one.work}`)} · ${one.slot.slot}`}</small>
              </span>
            </li>
          ))}
        </ol>
      </section>
      <section aria-label={t("station.pods")}>
        <h2>{t("station.pods")}</h2>
        {panel.pods.length === 0 && (
          <p class="beside-none">
            {t(panel.view_age_ms === null ? "station.no_view" : "station.no_pods")}
          </p>
        )}
        <ol class="beside-list">
          {panel.pods.slice(0, MOST).map((one) => (
            <li key={one.pod}>
              <strong>{one.pod}</strong>
              <span>
                {one.here ? t("station.here") : t("station.away", { m: number(one.distance_m, 1) })}
                <small>{one.robot}</small>
              </span>
            </li>
          ))}
        </ol>
      </section>
    </aside>
  );
}

/** The put wall: whose tote stands where, and the place in hand lit. */
function Wall({ panel, place }: { panel: Panel; place: number | null }) {
  const totes = new Map(panel.wall.map((one) => [one.place, one]));
  const places = Array.from({ length: panel.order_slots }, (_, at) => at + 1);
  return (
    <ul class="wall">
      {places.map((one) => {
        const tote = totes.get(one);
        const state = one === place ? "lit" : (tote?.status ?? "free");
        return (
          <li key={one} class="wall-place" data-state={state}>
            <strong>{one}</strong>
            <span>{tote?.order ?? t("station.free")}</span>
            {tote && tote.status !== "open" && <small>{t(`station.tote.${tote.status}`)}</small>}
          </li>
        );
      })}
    </ul>
  );
}
