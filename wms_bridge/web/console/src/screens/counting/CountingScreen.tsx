/** Counting: the queue of discrepancies, what is on its way, what was decided, how right the books are. */
import "./charts.css";
import "./counting.css";

import { t } from "../../i18n/words";
import { number } from "../../i18n/format";
import { Tabs } from "../../parts/Tabs";
import { address, go } from "../../routes/router";
import { AccuracyTab } from "./AccuracyTab";
import { isToDecide } from "./case";
import { openCases, useAsked } from "./data";
import { HistoryTab } from "./HistoryTab";
import { Queue } from "./Queue";
import { WayTab } from "./WayTab";

const TABS = ["queue", "way", "history", "accuracy"];

export default function CountingScreen() {
  const asked = useAsked("open", openCases);
  const open = asked.data;
  const waiting = open?.filter(isToDecide) ?? [];
  const looked = open?.filter((one) => !isToDecide(one)) ?? [];
  const titled = (key: string, count: number) =>
    open
      ? t("counting.tab_with", { tab: t(`counting.tab.${key}`), count: number(count) })
      : t(`counting.tab.${key}`);
  const tabs = [
    {
      key: "queue",
      title: titled("queue", waiting.length),
      content: () => (
        <Queue
          listed={open ? waiting : null}
          wrong={asked.wrong}
          at_ms={asked.at_ms}
          onChange={asked.reload}
        />
      ),
    },
    {
      key: "way",
      title: titled("way", looked.length),
      content: () => <WayTab listed={open ? looked : null} wrong={asked.wrong} />,
    },
    { key: "history", title: t("counting.tab.history"), content: () => <HistoryTab /> },
    { key: "accuracy", title: t("counting.tab.accuracy"), content: () => <AccuracyTab /> },
  ];
  const chosen = TABS.find((one) => one === address.value.rest[0]) ?? "queue";
  return (
    <div class="counting">
      <h1 class="only-heard">{t("counting.title")}</h1>
      <Tabs
        label={t("counting.views")}
        tabs={tabs}
        chosen={chosen}
        onChoose={(key) => go("counting", key === "queue" ? [] : [key])}
      />
    </div>
  );
}
