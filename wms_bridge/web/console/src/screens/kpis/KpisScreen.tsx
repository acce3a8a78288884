/** Key figures: tiles of the window chosen above, and below it charts, shifts, stations, words. */
import "./kpis.css";

import { useEffect, useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Tabs } from "../../parts/Tabs";
import { warn } from "../../parts/Toast";
import { address, setQuery } from "../../routes/router";
import { ChartCard } from "./ChartCard";
import { EVERY_MS, type Measured, saveSeries, saveShifts, watch } from "./data";
import { Dictionary } from "./Dictionary";
import {
  type Chart,
  type Name,
  SITE_CHARTS,
  SITE_TILES,
  STATION_CHARTS,
  STATION_TILES,
  type Window,
  written,
} from "./figures";
import { ByShift, ByStation } from "./Tables";
import { wallTime } from "./times";

const WINDOWS: readonly Window["key"][] = ["hour", "shift", "day"];

export default function KpisScreen() {
  const { query } = address.value;
  const key = WINDOWS.find((one) => one === query.window) ?? "hour";
  const station = query.station ?? "";
  const charts = station ? STATION_CHARTS : SITE_CHARTS;
  const names = [...new Set(charts.flatMap((one) => one.names))];
  const [measured, setMeasured] = useState<Measured | null>(null);
  const [wrong, setWrong] = useState("");
  useEffect(() => {
    setMeasured(null);
    const told = (found: Measured) => {
      setMeasured(found);
      setWrong("");
    };
    return watch(key, station, names, told, setWrong);
  }, [key, station]);
  return (
    <div class="kpis">
      <Head window={key} station={station} measured={measured} names={names} />
      {wrong && <Old wrong={wrong} measured={measured} />}
      {!measured && !wrong && <p class="empty">{t("shell.loading")}</p>}
      {measured && (
        <>
          <Tiles measured={measured} names={station ? STATION_TILES : SITE_TILES} />
          <Parts measured={measured} charts={charts} />
        </>
      )}
    </div>
  );
}

interface HeadProps {
  window: Window["key"];
  station: string;
  measured: Measured | null;
  names: readonly Name[];
}

function Head({ window, station, measured, names }: HeadProps) {
  const stations = useStations();
  const options = [
    { value: "", text: t("kpis.all_stations") },
    ...stations.map((one) => ({ value: one, text: t("kpis.station", { station: one }) })),
  ];
  return (
    <header class="kpis-head">
      <h1>{t("kpis.title")}</h1>
      <div class="kpis-windows" role="group" aria-label={t("kpis.window")}>
        {WINDOWS.map((one) => (
          <Button key={one} pressed={one === window} onClick={() => setQuery({ window: one })}>
            {t(`kpis.window_name.${one}`)}
          </Button>
        ))}
      </div>
      <Choice
        label={t("kpis.of")}
        value={station}
        options={options}
        onValue={(value) => setQuery({ station: value })}
      />
      {measured && (
        <p class="kpis-span">
          {t("kpis.span", {
            from: wallTime(measured.window.from_ms, measured.zone),
            to: wallTime(measured.window.to_ms, measured.zone),
            zone: measured.zone,
          })}
        </p>
      )}
      <div class="kpis-save">
        <Button
          disabled={!measured}
          onClick={() => measured && saved(saveSeries(measured.window, station, names))}
        >
          {t("kpis.save_series")}
        </Button>
        <Button onClick={() => saved(saveShifts())}>{t("kpis.save_shifts")}</Button>
      </div>
    </header>
  );
}

function saved(saving: Promise<void>): void {
  saving.catch((error: unknown) => warn(problemWords(asProblem(error))));
}

/** Figures are old: why, and how old. */
function Old({ wrong, measured }: { wrong: string; measured: Measured | null }) {
  const [now_ms, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const age = measured ? duration(Math.max(0, now_ms - measured.heard_ms)) : "";
  return (
    <p class="kpis-old" role="alert">
      {age ? t("kpis.old", { age, wrong }) : wrong}{" "}
      <span>{t("kpis.again", { time: duration(EVERY_MS) })}</span>
    </p>
  );
}

function Tiles({ measured, names }: { measured: Measured; names: readonly Name[] }) {
  return (
    <dl class="kpis-tiles" aria-label={t("kpis.tiles")}>
      {names.map((name) => (
        <div key={name} data-figure={name}>
          <dt>{t(`kpis.name.${name}`)}</dt>
          <dd>{written(name, measured.figures[name])}</dd>
        </div>
      ))}
    </dl>
  );
}

function Parts({ measured, charts }: { measured: Measured; charts: readonly Chart[] }) {
  const [tab, setTab] = useState("charts");
  const tabs = [
    {
      key: "charts",
      title: t("kpis.charts"),
      content: () => (
        <div class="charts">
          {charts.map((one) => (
            <ChartCard key={one.key} chart={one} measured={measured} />
          ))}
        </div>
      ),
    },
    {
      key: "stations",
      title: t("kpis.by_station"),
      content: () => <ByStation measured={measured} />,
    },
    { key: "shifts", title: t("kpis.by_shift"), content: () => <ByShift measured={measured} /> },
    { key: "words", title: t("kpis.dictionary"), content: () => <Dictionary /> },
  ];
  return <Tabs label={t("kpis.parts")} tabs={tabs} chosen={tab} onChoose={setTab} />;
}

function useStations(): readonly string[] {
  const [names, setNames] = useState<readonly string[]>([]);
  useEffect(() => {
    ask(api.GET("/v1/stations")).then(
      ({ stations }) => setNames(stations.map((one) => one.station)),
      (error: unknown) => warn(problemWords(asProblem(error))),
    );
  }, []);
  return names;
}
