/** Setup: a tab for each part, of which nobody sees those that they may not use. */
import "./setup.css";

import { may } from "../../api/session";
import { t } from "../../i18n/words";
import { type Tab, Tabs } from "../../parts/Tabs";
import { address, go } from "../../routes/router";
import { AboutTab } from "./AboutTab";
import { KeysTab } from "./access/KeysTab";
import { UsersTab } from "./access/UsersTab";
import { AuditTab } from "./audit/AuditTab";
import { ConnectorsTab } from "./connectors/ConnectorsTab";
import { SiteTab } from "./site/SiteTab";

export default function SetupScreen() {
  const tabs = visible();
  const chosen = address.value.rest[0] ?? "";
  return (
    <div class="setup">
      <h1 class="only-heard">{t("setup.title")}</h1>
      <Tabs
        label={t("setup.title")}
        tabs={tabs}
        chosen={tabs.some((one) => one.key === chosen) ? chosen : (tabs[0]?.key ?? "")}
        onChoose={(key) => go("setup", [key])}
      />
    </div>
  );
}

function visible(): Tab[] {
  const administers = may("administer");
  const all: [string, boolean, Tab["content"]][] = [
    ["site", may("see"), () => <SiteTab />],
    ["users", administers, () => <UsersTab />],
    ["keys", administers, () => <KeysTab />],
    ["connectors", may("see"), () => <ConnectorsTab />],
    ["audit", may("audit"), () => <AuditTab />],
    ["about", may("see"), () => <AboutTab />],
  ];
  return all
    .filter(([, shown]) => shown)
    .map(([key, , content]) => ({ key, title: t(`setup.tab.${key}`), content }));
}
