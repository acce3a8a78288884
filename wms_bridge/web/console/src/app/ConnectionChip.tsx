/** How the link to the bridge is and how old the floor shown is; heard only when its state changes. */
import { useEffect, useState } from "preact/hooks";

import { duration } from "../i18n/format";
import { t } from "../i18n/words";
import { floor } from "../live/floor";
import { Button } from "../parts/Button";
import { freshness } from "./freshness";

export function ConnectionChip() {
  const [now_ms, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 500);
    return () => clearInterval(timer);
  }, []);
  const age_ms = floor.age_ms(Math.max(now_ms, performance.now()));
  const state = freshness(floor.link.state.value, age_ms);
  const retryAt_ms = floor.link.retryAt_ms.value;
  const wait = retryAt_ms === null ? "" : duration(Math.max(0, retryAt_ms - now_ms));
  return (
    <div class="connection" data-state={state}>
      <span class="connection-state" role="status">
        {t(`shell.link.${state}`)}
      </span>
      {age_ms !== null && state !== "live" && (
        <span class="connection-age">{t("shell.age", { age: duration(age_ms) })}</span>
      )}
      {state === "lost" && (
        <Button kind="quiet" onClick={() => floor.link.retry()}>
          {t("shell.retry_in", { wait })}
        </Button>
      )}
    </div>
  );
}
