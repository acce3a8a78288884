/** Alarms: the list with its filter to the left, what is known of the chosen one beside it. */
import "./alarms.css";
import "./dialogs.css";

import { useEffect, useState } from "preact/hooks";

import { soundOn, switchSound } from "../../app/sound";
import { asProblem, problemWords } from "../../api/problem";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { Tabs } from "../../parts/Tabs";
import { warn } from "../../parts/Toast";
import { address, go } from "../../routes/router";
import { AlarmList } from "./AlarmList";
import { loadCatalogue } from "./catalogue";
import { History } from "./History";

export default function AlarmsScreen() {
  useEffect(() => {
    loadCatalogue().catch((error: unknown) => warn(problemWords(asProblem(error))));
  }, []);
  const view = address.value.rest[0] === "history" ? "history" : "list";
  const tabs = [
    { key: "list", title: t("alarms.list"), content: () => <AlarmList /> },
    { key: "history", title: t("alarms.history"), content: () => <History /> },
  ];
  return (
    <div class="alarms">
      <header class="alarms-head">
        <h1 class="only-heard">{t("alarms.title")}</h1>
        <Age />
        <label class="alarms-sound">
          <input
            type="checkbox"
            checked={soundOn.value}
            onChange={(event) => switchSound(event.currentTarget.checked)}
          />
          {t("alarms.sound")}
        </label>
      </header>
      <Tabs
        label={t("alarms.views")}
        tabs={tabs}
        chosen={view}
        onChoose={(key) => go("alarms", key === "history" ? ["history"] : [])}
      />
    </div>
  );
}

/** Said only while the link is lost: how old what is shown is. */
function Age() {
  const lost = alarms.link.state.value === "lost";
  const [since_ms, setSince] = useState<number | null>(null);
  const [now_ms, setNow] = useState(() => performance.now());
  useEffect(() => {
    setSince(lost ? performance.now() : null);
    if (!lost) return;
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, [lost]);
  if (!lost || since_ms === null) return null;
  return (
    <p class="alarms-old" role="status">
      {t("alarms.as_of", { age: duration(Math.max(0, now_ms - since_ms)) })}
    </p>
  );
}
