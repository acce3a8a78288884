/** Replay: a line of time to drag, the floor as it was beside now, orders and decisions of then. */
import "./replay.css";

import { useEffect, useRef, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { duration, moment } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Tabs } from "../../parts/Tabs";
import { address, go, setQuery } from "../../routes/router";
import { useShortcuts } from "../../app/shortcuts";
import { loadSite, site } from "../floor/site";
import { type Layout, Maps } from "./Maps";
import { DecisionList, Happened, Orders, Story } from "./Panels";
import { Past, type Speed, SPEEDS } from "./past";
import { decisionBeside, marks, tell, tellMarks, tellStory } from "./telling";
import { shownAround, SPANS_MS } from "./timeline";
import { TimeLine } from "./TimeLine";

const CALM_MS = 250;
const LAYOUTS: readonly Layout[] = ["beside", "over", "past"];

export default function ReplayScreen() {
  const [past] = useState(() => new Past());
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    const at = Number(address.value.query["at"]);
    loadSite().catch((error: unknown) => setWrong(problemWords(asProblem(error))));
    void past.start(Number.isFinite(at) && at > 0 ? at : null);
    return () => past.stop();
  }, []);
  const recorded = past.recorded.value;
  if (wrong)
    return (
      <p class="empty" role="alert">
        {wrong}
      </p>
    );
  if (!site.value || !recorded) {
    const { value } = past.problem;
    return <p class="empty">{value ? problemWords(value) : t("shell.loading")}</p>;
  }
  if (recorded.stretches.length === 0) {
    return <p class="empty">{t(recorded.recording ? "replay.nothing_yet" : "replay.off")}</p>;
  }
  return <Screen past={past} />;
}

function Screen({ past }: { past: Past }) {
  const [layout, setLayout] = useState<Layout>("beside");
  const [span, setSpan] = useState<number>(SPANS_MS[0]);
  const [named, setNamed] = useState("");
  const [tab, setTab] = useState("orders");
  const [wrong, setWrong] = useState("");
  const at_ms = past.at_ms.value ?? 0;
  const robot = address.value.query["robot"] ?? "";
  const last_ms = past.stretches.at(-1)?.to_ms ?? at_ms;
  const shown = useShown(at_ms, span, last_ms);
  const told = (work: Promise<unknown>) =>
    work
      .then(() => setWrong(""))
      .catch((error: unknown) => setWrong(problemWords(asProblem(error))));
  const look = (to_ms: number) => void past.look(to_ms);
  const onRobot = (name: string) => {
    setQuery({ robot: name });
    if (name) setTab("robot");
  };
  const step = (by: 1 | -1) => {
    past.play(false);
    void told(
      decisionBeside(at_ms, by).then((to_ms) => (to_ms === null ? undefined : look(to_ms))),
    );
  };
  const calm_ms = useCalm(at_ms, past.playing.value ? 1000 : CALM_MS);
  useEffect(() => {
    if (!calm_ms) return;
    setQuery({ at: String(calm_ms) });
    void told(tell(calm_ms, named));
    if (robot) void told(tellStory(robot, calm_ms));
  }, [calm_ms, named, robot]);
  useEffect(
    () => void told(tellMarks(shown.from_ms, shown.to_ms + 1)),
    [shown.from_ms, shown.to_ms],
  );
  useShortcuts([
    { keys: "k", words: "replay.play", run: () => past.play(!past.playing.value) },
    { keys: "j", words: "replay.decision_before", run: () => step(-1) },
    { keys: "l", words: "replay.decision_next", run: () => step(1) },
  ]);
  const problem = past.problem.value;
  const tabs = [
    {
      key: "orders",
      title: t("replay.orders"),
      content: () => <Orders named={named} onNamed={setNamed} />,
    },
    {
      key: "decisions",
      title: t("replay.decisions"),
      content: () => <DecisionList at_ms={at_ms} onLook={look} />,
    },
    {
      key: "happened",
      title: t("replay.happened"),
      content: () => <Happened at_ms={at_ms} onLook={look} />,
    },
    {
      key: "robot",
      title: t("replay.robot"),
      content: () => (
        <Story past={past} at_ms={at_ms} robot={robot} onRobot={onRobot} onLook={look} />
      ),
    },
  ];
  return (
    <div class="replay">
      <h1 class="only-heard">{t("replay.title")}</h1>
      <Band past={past} at_ms={at_ms} layout={layout} onLayout={setLayout} />
      {site.value && (
        <Maps site={site.value} past={past} layout={layout} robot={robot} onRobot={onRobot} />
      )}
      <aside class="replay-side" aria-label={t("replay.side")}>
        <Tabs label={t("replay.side")} tabs={tabs} chosen={tab} onChoose={setTab} />
      </aside>
      <footer class="replay-time">
        <div class="replay-controls" role="group" aria-label={t("replay.controls")}>
          <Button onClick={() => step(-1)}>{t("replay.decision_before")}</Button>
          <Button kind="main" id="replay-play" onClick={() => past.play(!past.playing.value)}>
            {t(past.playing.value ? "replay.pause" : "replay.play")}
          </Button>
          <Button onClick={() => step(1)}>{t("replay.decision_next")}</Button>
          <Choice
            label={t("replay.speed")}
            value={String(past.speed.value)}
            options={SPEEDS.map((one) => ({
              value: String(one),
              text: t("replay.times", { one }),
            }))}
            onValue={(one) => (past.speed.value = Number(one) as Speed)}
          />
          <Choice
            label={t("replay.span")}
            value={String(span)}
            options={SPANS_MS.map((one) => ({ value: String(one), text: duration(one) }))}
            onValue={(one) => setSpan(Number(one))}
          />
          {(wrong || problem) && (
            <p class="replay-wrong" role="alert">
              {wrong || (problem ? problemWords(problem) : "")}
            </p>
          )}
        </div>
        <TimeLine
          shown={shown}
          at_ms={at_ms}
          stretches={past.stretches}
          marks={marks.value}
          onLook={look}
        />
      </footer>
    </div>
  );
}

interface BandProps {
  past: Past;
  at_ms: number;
  layout: Layout;
  onLayout: (layout: Layout) => void;
}

/** Says above all that this is not now. */
function Band({ past, at_ms, layout, onLayout }: BandProps) {
  const ago = duration(Math.max(0, past.now_ms() - at_ms));
  const { trouble, recording } = past.recorded.value ?? { trouble: "", recording: true };
  const last = past.stretches.filter((one) => one.from_ms <= at_ms).at(-1);
  const inGap = last !== undefined && at_ms > last.to_ms;
  return (
    <header class="replay-band">
      <p class="replay-when">
        <b>{t("replay.you_look_at", { time: moment(at_ms) })}</b>
        <span>{t("replay.ago", { time: ago })}</span>
        <span>{t("replay.no_orders_to_the_past")}</span>
        {inGap && <span class="replay-warn">{t("replay.in_gap")}</span>}
        {!recording && <span class="replay-warn">{t("replay.not_recording", { trouble })}</span>}
      </p>
      <div class="replay-layouts" role="group" aria-label={t("replay.layout")}>
        {LAYOUTS.map((one) => (
          <Button key={one} pressed={layout === one} onClick={() => onLayout(one)}>
            {t(`replay.layout_${one}`)}
          </Button>
        ))}
        <Button kind="main" onClick={() => go("floor")}>
          {t("replay.to_now")}
        </Button>
      </div>
    </header>
  );
}

/** The part of time shown: it stays while the moment is on it. */
function useShown(at_ms: number, span: number, last_ms: number) {
  const [shown, setShown] = useState(() => shownAround(at_ms, span, last_ms));
  const fits = shown.to_ms - shown.from_ms === span && at_ms >= shown.from_ms;
  const stale =
    !fits || at_ms > shown.to_ms || (at_ms > shown.to_ms - span / 20 && last_ms > shown.to_ms);
  useEffect(() => {
    if (stale) setShown(shownAround(at_ms, span, last_ms));
  }, [stale, span]);
  return shown;
}

/** A value as it was lately: it follows at most once in so long. */
function useCalm(value: number, calm_ms: number): number {
  const [calm, setCalm] = useState(value);
  const last = useRef(0);
  useEffect(() => {
    const follow = () => {
      last.current = performance.now();
      setCalm(value);
    };
    const timer = setTimeout(follow, Math.max(0, last.current + calm_ms - performance.now()));
    return () => clearTimeout(timer);
  }, [value]);
  return calm;
}
