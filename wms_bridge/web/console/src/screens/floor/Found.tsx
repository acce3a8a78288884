/** Where the order or SKU that was sought is, as text. */
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Goto } from "./Details";
import { found } from "./finding";

const MOST = 30;

export function Found() {
  const now = found.value;
  if (!now) return null;
  const { sought, things } = now;
  return (
    <section class="floor-found" aria-label={t("floor.found")} role="status">
      <header>
        <h2>{t(`floor.sought.${sought.kind}`, { id: sought.id })}</h2>
        <Button kind="quiet" label={t("floor.let_go_found")} onClick={() => (found.value = null)}>
          <span aria-hidden="true">{"✕"}</span>
        </Button>
      </header>
      {things.length === 0 && <p>{t(`floor.nowhere.${sought.kind}`)}</p>}
      <p>
        {things.slice(0, MOST).map((thing) => (
          <Goto key={`${thing.kind} ${thing.id}`} thing={thing} />
        ))}
        {things.length > MOST && t("floor.more_found", { count: things.length - MOST })}
      </p>
    </section>
  );
}
