/** How the link to the bridge is and how old the floor shown is; heard only when its state changes. */
import { useEffect, useState } from "preact/hooks";

import { duration } from "../i18n/format";
import { t } from "../i18n/words";
import { alarms } from "../live/alarms";
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
  return (
    <div class="connection" data-state={state}>
      <span class="connection-state" role="status">
        {t(`shell.link.${state}`)}
      </span>
      {age_ms !== null && state !== "live" && (
        <span class="connection-age">{t("shell.age", { age: duration(age_ms) })}</span>
      )}
      {state === "lost" && retryAt_ms !== null && (
        <Button kind="quiet" onClick={retry}>
          {t("shell.retry_in", { wait: duration(Math.max(0, retryAt_ms - now_ms)) })}
        </Button>
      )}
    </div>
  );
}

function retry(): void {
  floor.link.retry();
  alarms.link.retry();
}
