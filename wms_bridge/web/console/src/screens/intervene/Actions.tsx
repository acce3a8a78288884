/** Everything that can be done, in groups; what somebody may not do is not offered. */
import { may } from "../../api/session";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { hrefOf } from "../../routes/router";
import { SCREENS } from "../../routes/screens";
import { NotSafe } from "./ActionDialog";
import { DEEDS, GROUPS } from "./deeds";
import { open } from "./opening";

export function Actions() {
  const orders = SCREENS.some((one) => one.name === "orders" && may(one.permission));
  return (
    <section class="intervene-actions" aria-label={t("intervene.actions")}>
      {GROUPS.map((group) => {
        const deeds = group.deeds.flatMap((key) => DEEDS.get(key) ?? []);
        const own = deeds.filter((one) => may(one.permission));
        if (own.length === 0) return null;
        return (
          <section key={group.key} aria-label={t(`intervene.group.${group.key}`)}>
            <h2>{t(`intervene.group.${group.key}`)}</h2>
            {group.key === "stops" && <NotSafe />}
            <div class="intervene-buttons">
              {own.map((one) => (
                <Button
                  key={one.key}
                  kind={one.key === "stop_site" ? "danger" : "plain"}
                  onClick={() => open(one.key)}
                >
                  {t(`intervene.deed.${one.key}`)}
                </Button>
              ))}
            </div>
          </section>
        );
      })}
      {orders && (
        <p class="intervene-more">
          <a href={hrefOf("orders")}>{t("intervene.rush_there")}</a>
        </p>
      )}
    </section>
  );
}
