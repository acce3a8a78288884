/** What the colours and lines of the map mean. */
import { t } from "../../i18n/words";
import { ACTIVITIES } from "../../live/frames";

export function Legend() {
  return (
    <div class="legend">
      <h2>{t("floor.legend_robots")}</h2>
      <ul>
        {ACTIVITIES.map((one) => (
          <li key={one} class={`sign sign-${one}`}>
            {t(`floor.activity.${one}`)}
          </li>
        ))}
      </ul>
      <h2>{t("floor.legend_lines")}</h2>
      <ul>
        <li class="sign line-base">{t("floor.line_base")}</li>
        <li class="sign line-horizon">{t("floor.line_horizon")}</li>
        <li class="sign line-chain">{t("floor.line_chain")}</li>
        <li class="sign line-heat">{t("floor.line_heat")}</li>
        <li class="sign area-closed">{t("floor.area_closed")}</li>
        <li class="sign area-stop">{t("floor.area_stop")}</li>
        <li class="sign area-person">{t("floor.area_person")}</li>
        <li class="sign sign-paused">{t("floor.sign_paused")}</li>
      </ul>
    </div>
  );
}
