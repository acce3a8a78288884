/** Intervene: what can be done to the floor to the left, what is in force beside it. */
import "./intervene.css";

import { useEffect, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Tabs } from "../../parts/Tabs";
import { loadSite, site } from "../floor/site";
import { ActionDialog } from "./ActionDialog";
import { Actions } from "./Actions";
import { Board } from "./Board";
import { watch } from "./desk";
import { History } from "./History";
import { close, opened } from "./opening";
import { Rules } from "./Rules";

export default function InterveneScreen() {
  const [wrong, setWrong] = useState("");
  const [tab, setTab] = useState("board");
  const load = () => {
    setWrong("");
    loadSite().catch((error: unknown) => setWrong(problemWords(asProblem(error))));
  };
  useEffect(load, []);
  useEffect(watch, []);
  if (wrong) {
    return (
      <div class="empty" role="alert">
        <p>{wrong}</p>
        <Button onClick={load}>{t("shell.retry")}</Button>
      </div>
    );
  }
  if (!site.value) return <p class="empty">{t("shell.loading")}</p>;
  const tabs = [
    { key: "board", title: t("intervene.board"), content: () => <Board /> },
    { key: "rules", title: t("intervene.rules"), content: () => <Rules /> },
    { key: "history", title: t("intervene.history"), content: () => <History /> },
  ];
  const dialog = opened.value;
  return (
    <div class="intervene">
      <h1 class="only-heard">{t("intervene.title")}</h1>
      <Actions />
      <div class="intervene-main">
        <Tabs label={t("intervene.title")} tabs={tabs} chosen={tab} onChoose={setTab} />
      </div>
      {dialog && (
        <ActionDialog
          key={dialog.deed.key}
          deed={dialog.deed}
          begun={dialog.begun}
          site={site.value}
          onClose={close}
        />
      )}
    </div>
  );
}
