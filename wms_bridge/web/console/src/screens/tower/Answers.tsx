/** What-if questions and their answers: figures of every alternative beside those of the first. */
import { api, ask, type Schema } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { may } from "../../api/session";
import { duration, number, percent } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { warn } from "../../parts/Toast";
import { difference, isOver, type Run } from "./asking";

type Estimate = Schema["Estimate"];
const FIGURES = [
  "done",
  "late",
  "lines_per_h",
  "station_use",
  "robot_use",
  "cost_per_line",
] as const;
type Figure = (typeof FIGURES)[number];
const SHARES: ReadonlySet<Figure> = new Set(["done", "late", "station_use", "robot_use"]);
const SHOWN = 5;

interface Props {
  runs: readonly Run[];
  now_ms: number;
  again: () => void;
}

export function Answers({ runs, now_ms, again }: Props) {
  if (runs.length === 0) return null;
  return (
    <ol class="tower-runs">
      {runs.slice(0, SHOWN).map((run) => (
        <li key={run.number} data-state={run.state}>
          <Answer run={run} now_ms={now_ms} again={again} />
        </li>
      ))}
    </ol>
  );
}

function Answer({ run, now_ms, again }: { run: Run; now_ms: number; again: () => void }) {
  const cancel = () => {
    ask(api.POST("/v1/whatif/{number}/cancel", { params: { path: { number: run.number } } }))
      .catch((error: unknown) => warn(problemWords(asProblem(error))))
      .finally(again);
  };
  const over = isOver(run);
  return (
    <>
      <header class="tower-head">
        <h3>
          {t("tower.run", {
            number: run.number,
            names: run.question.alternatives
              .slice(1)
              .map((one) => one.name)
              .join(", "),
          })}
        </h3>
        <p class="tower-note">
          {t(`tower.run_state.${run.state}`)} · {run.by} ·{" "}
          {t("tower.ago", { time: duration(now_ms - run.asked_ms) })}
        </p>
        {!over && may("operate") && <Button onClick={cancel}>{t("tower.cancel_run")}</Button>}
      </header>
      {!over && (
        <label class="tower-progress">
          <span>{t("tower.futures", { done: run.done ?? 0, total: run.total ?? 0 })}</span>
          <progress max={Math.max(1, run.total ?? 0)} value={run.done ?? 0} />
        </label>
      )}
      {run.error && <p class="field-wrong">{run.error}</p>}
      {run.state === "done" && <Results run={run} />}
    </>
  );
}

function Results({ run }: { run: Run }) {
  const results = run.results ?? [];
  return (
    <>
      <table class="table">
        <caption class="only-heard">{t("tower.whatif")}</caption>
        <thead>
          <tr>
            <th scope="col">{t("tower.column.alternative")}</th>
            {FIGURES.map((figure) => (
              <th key={figure} scope="col" class="figure">
                {t(`tower.figure.${figure}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {results.map((one, place) => (
            <tr key={one.name}>
              <th scope="row">
                {one.name}
                {one.error && <span class="field-wrong"> {one.error}</span>}
              </th>
              {FIGURES.map((figure) => (
                <td key={figure} class="figure">
                  <Value figure={figure} of={one.figures?.[figure]} />
                  <Change figure={figure} by={difference(run, place, figure)} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
      <p class="tower-note">
        {t("tower.confidence", {
          seeds: number(run.question.seeds ?? 0),
          hours: number(run.question.hours ?? 0, 1),
        })}
      </p>
    </>
  );
}

function Value({ figure, of }: { figure: Figure; of: Estimate | undefined }) {
  if (!of) return <>{"–"}</>;
  const width = of.half_width == null ? "" : ` ± ${told(figure, of.half_width)}`;
  return <>{`${told(figure, of.mean)}${width}`}</>;
}

function Change({ figure, by }: { figure: Figure; by: number | null }) {
  if (by === null) return null;
  const sign = by > 0 ? "+" : by < 0 ? "−" : "±";
  return <span class="tower-change">{` (${sign}${told(figure, Math.abs(by))})`}</span>;
}

function told(figure: Figure, value: number): string {
  if (SHARES.has(figure)) return percent(value);
  return number(value, figure === "cost_per_line" ? 3 : 0);
}
