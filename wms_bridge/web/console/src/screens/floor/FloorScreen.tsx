/** The floor: the map to the left, what is chosen and all robots as text beside it. */
import "./floor.css";

import { useEffect, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Tabs } from "../../parts/Tabs";
import { chosen } from "./choosing";
import { Details } from "./Details";
import { FloorMap } from "./FloorMap";
import { Found } from "./Found";
import { Legend } from "./Legend";
import { RobotList } from "./RobotList";
import { Search } from "./Search";
import { loadSite, site, watchRules } from "./site";

export default function FloorScreen() {
  const [wrong, setWrong] = useState("");
  const load = () => {
    setWrong("");
    loadSite().catch((error: unknown) => setWrong(problemWords(asProblem(error))));
  };
  useEffect(load, []);
  useEffect(watchRules, []);
  if (wrong) {
    return (
      <div class="empty" role="alert">
        <p>{wrong}</p>
        <Button onClick={load}>{t("shell.retry")}</Button>
      </div>
    );
  }
  if (!site.value) return <p class="empty">{t("shell.loading")}</p>;
  return (
    <div class="floor">
      <h1 class="only-heard">{t("floor.title")}</h1>
      <FloorMap site={site.value} />
      <Side />
    </div>
  );
}

function Side() {
  const [tab, setTab] = useState("robots");
  const thing = chosen.value;
  useEffect(() => {
    if (thing) setTab("details");
  }, [thing?.kind, thing?.id]);
  const tabs = [
    { key: "details", title: t("floor.details"), content: () => <Details /> },
    { key: "robots", title: t("floor.robots"), content: () => <RobotList /> },
    { key: "legend", title: t("floor.legend"), content: () => <Legend /> },
  ];
  return (
    <aside class="floor-side" aria-label={t("floor.side")}>
      <Search />
      <Found />
      <Tabs label={t("floor.side")} tabs={tabs} chosen={tab} onChoose={setTab} />
    </aside>
  );
}
