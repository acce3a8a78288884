/** What would be if: from now on, some stations, robots or pickers otherwise. */
import { useState } from "preact/hooks";

import { api, ask, newKey } from "../../api/client";
import { asProblem, type Problem, problemWords } from "../../api/problem";
import { may } from "../../api/session";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { Button } from "../../parts/Button";
import { Field } from "../../parts/Field";
import { tell } from "../../parts/Toast";
import { questionOf } from "./asking";
import { useLoaded } from "./loading";
import { Answers } from "./Answers";

const LOOK_EVERY_MS = 2000;

export function WhatIf() {
  const runs = useLoaded(() => ask(api.GET("/v1/whatif")), "", LOOK_EVERY_MS);
  return (
    <section class="tower-card" aria-labelledby="tower-whatif">
      <header class="tower-head">
        <h2 id="tower-whatif">{t("tower.whatif")}</h2>
        <p class="tower-note">{t("tower.whatif_note")}</p>
      </header>
      {runs.data && !runs.data.answers && <p class="empty">{t("tower.no_engine")}</p>}
      {runs.data?.answers && may("operate") && <Form again={runs.again} />}
      {runs.data && <Answers runs={runs.data.runs} now_ms={runs.data.now_ms} again={runs.again} />}
    </section>
  );
}

function Form({ again }: { again: () => void }) {
  const stations = useLoaded(() => ask(api.GET("/v1/stations")), "", null);
  const known = floor.known().robots.size;
  const robots = known > 0 ? known : null;
  const [toggled, setToggled] = useState<ReadonlySet<string>>(new Set());
  const [more, setMore] = useState("0");
  const [pick, setPick] = useState("");
  const [hours, setHours] = useState("2");
  const [seeds, setSeeds] = useState("2");
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const listed = stations.data?.stations ?? [];
  const question = questionOf(
    {
      closed: listed.filter((one) => one.closed).map((one) => one.station),
      stations: listed.map((one) => one.station),
      robots,
      toggled,
      more_robots: Math.trunc(Number(more)) || 0,
      pick_s: pick.trim() === "" ? null : Number(pick),
    },
    (what, values) => t(`tower.alternative.${what}`, values),
    { hours: Number(hours) || 0, seeds: Math.trunc(Number(seeds)) || 0 },
  );
  const send = async () => {
    if (!question || busy) return;
    setBusy(true);
    setProblem(null);
    try {
      const header = { "Idempotency-Key": newKey() };
      await ask(api.POST("/v1/whatif", { params: { header }, body: question }));
      tell(t("tower.asked"));
      again();
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  };
  const toggle = (station: string) => {
    const next = new Set(toggled);
    if (!next.delete(station)) next.add(station);
    setToggled(next);
  };
  return (
    <form
      class="tower-ask"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <div class="tower-chips" role="group" aria-label={t("tower.stations")}>
        {listed.map((one) => (
          <Button
            key={one.station}
            pressed={toggled.has(one.station)}
            onClick={() => toggle(one.station)}
          >
            {t(`tower.alternative.${one.closed ? "open" : "close"}`, { station: one.station })}
          </Button>
        ))}
      </div>
      <div class="tower-fields">
        <Field
          label={robots === null ? t("tower.robots_unknown") : t("tower.robots", { count: robots })}
          value={more}
          onValue={setMore}
          inputMode="numeric"
        />
        <Field label={t("tower.pick_s")} value={pick} onValue={setPick} inputMode="decimal" />
        <Field label={t("tower.hours")} value={hours} onValue={setHours} inputMode="decimal" />
        <Field label={t("tower.seeds")} value={seeds} onValue={setSeeds} inputMode="numeric" />
        <Button type="submit" kind="main" disabled={!question || busy}>
          {t("tower.ask")}
        </Button>
      </div>
      {!question && <p class="tower-note">{t("tower.ask_something")}</p>}
      {problem && (
        <p class="field-wrong" role="alert">
          {problemWords(problem)}
        </p>
      )}
    </form>
  );
}
