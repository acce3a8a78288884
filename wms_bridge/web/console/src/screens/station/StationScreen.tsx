/** The station: chosen once and kept in the address, then its work. */
import "./beside.css";
import "./station.css";

import { useEffect, useMemo, useState } from "preact/hooks";

import { api, ask, type Schema } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { language, t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { address, go, hrefOf } from "../../routes/router";
import { Desk } from "./Desk";
import { Working } from "./working";

const LAST = "podherd-station";

export default function StationScreen() {
  const station = address.value.rest[0] ?? "";
  return station ? (
    <Work key={`${station} ${language.value}`} station={station} />
  ) : (
    <ChooseStation />
  );
}

function Work({ station }: { station: string }) {
  const working = useMemo(() => new Working(station), []);
  useEffect(() => {
    localStorage.setItem(LAST, station);
    return working.start();
  }, []);
  return <Desk working={working} />;
}

/** All stations; on a machine that has worked at one before, that one at once. */
function ChooseStation() {
  const [found, setFound] = useState<readonly Schema["StationRecord"][] | null>(null);
  const [wrong, setWrong] = useState("");
  const load = () => {
    setWrong("");
    ask(api.GET("/v1/stations")).then(
      ({ stations }) => {
        const last = localStorage.getItem(LAST);
        const known = stations.some((one) => one.station === last);
        if (last && known && !address.value.query.choose) go("station", [last]);
        else setFound(stations);
      },
      (error: unknown) => setWrong(problemWords(asProblem(error))),
    );
  };
  useEffect(load, []);
  if (wrong) {
    return (
      <div class="empty" role="alert">
        <p>{wrong}</p>
        <Button onClick={load}>{t("shell.retry")}</Button>
      </div>
    );
  }
  return (
    <section class="station-choice">
      <h1>{t("station.choose")}</h1>
      {found === null ? (
        <p class="empty">{t("shell.loading")}</p>
      ) : (
        <ul>
          {found.map((one) => (
            <li key={one.station}>
              <a href={hrefOf("station", [one.station])}>
                <strong>{one.station}</strong>
                <span>{t(one.closed ? "station.closed" : "station.open")}</span>
              </a>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
