/** The control tower: its four levels as tabs. */
import "./tower.css";

import { t } from "../../i18n/words";
import { Tabs } from "../../parts/Tabs";
import { address, go } from "../../routes/router";
import { AnalysisTab } from "./AnalysisTab";
import { ExceptionsTab } from "./ExceptionsTab";
import { PoliciesTab } from "./PoliciesTab";
import { StreamTab } from "./StreamTab";

export default function TowerScreen() {
  const tabs = [
    { key: "stream", title: t("tower.stream"), content: () => <StreamTab /> },
    { key: "exceptions", title: t("tower.exceptions"), content: () => <ExceptionsTab /> },
    { key: "analysis", title: t("tower.analysis"), content: () => <AnalysisTab /> },
    { key: "policies", title: t("tower.policies"), content: () => <PoliciesTab /> },
  ];
  const named = address.value.rest[0] ?? "";
  const chosen = tabs.some((one) => one.key === named) ? named : "stream";
  return (
    <div class="tower">
      <h1 class="only-heard">{t("tower.title")}</h1>
      <Tabs
        label={t("tower.levels")}
        tabs={tabs}
        chosen={chosen}
        onChoose={(key) => go("tower", [key])}
      />
    </div>
  );
}
