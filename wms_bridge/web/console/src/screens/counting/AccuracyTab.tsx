/** How right the books were found to be: figures since the beginning, and over time. */
import { useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { duration, number, percent, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Choice } from "../../parts/Choice";
import { CaseStatusCounts } from "./CaseStatusCounts";
import { Fact } from "./CaseView";
import { useAsked } from "./data";
import { TimeChart, type Point } from "./TimeChart";

const HOUR_S = 3600;
const SPANS = {
  shift: { length_s: 8 * HOUR_S, step_s: HOUR_S / 2 },
  day: { length_s: 24 * HOUR_S, step_s: HOUR_S },
  week: { length_s: 7 * 24 * HOUR_S, step_s: 6 * HOUR_S },
  month: { length_s: 30 * 24 * HOUR_S, step_s: 24 * HOUR_S },
};
type Span = keyof typeof SPANS;
const SPAN_NAMES = Object.keys(SPANS) as Span[];

/** Accuracy and settled counts of each window up to now, by the site's clock. */
async function overTime({ length_s, step_s }: (typeof SPANS)[Span]): Promise<Point[]> {
  const { to_ms } = await ask(api.GET("/v1/kpis/live", { params: { query: { minutes: 1 } } }));
  const from_ms = Math.max(0, to_ms - length_s * 1000);
  const names = ["inventory_accuracy", "count_cases_settled"];
  const query = { from_ms, to_ms, step_s, names };
  const answer = await ask(api.GET("/v1/kpis/series", { params: { query } }));
  const [accuracy, settled] = names.map((name) => answer.series[name] ?? []);
  return answer.at_ms.map((at_ms, place) => ({
    at_ms,
    share: accuracy?.[place] ?? null,
    count: settled?.[place] ?? null,
  }));
}

export function AccuracyTab() {
  const [span, setSpan] = useState<Span>("shift");
  const sums = useAsked("sums", () => ask(api.GET("/v1/counts/accuracy")));
  const points = useAsked(span, () => overTime(SPANS[span]));
  const given = sums.data;
  return (
    <div class="counting-wide counting-accuracy">
      <section>
        <h2>{t("counting.accuracy_all")}</h2>
        {!given && <p class="empty">{sums.wrong || t("shell.loading")}</p>}
        {given && (
          <dl class="counting-figures">
            <Fact name={t("counting.right")}>
              {given.right === null ? "–" : percent(given.right)}
            </Fact>
            <Fact name={t("counting.slots")}>{number(given.slots)}</Fact>
            <Fact name={t("counting.adjustments")}>{number(given.adjustments)}</Fact>
            <Fact name={t("counting.adjusted_again")}>{number(given.adjusted_again)}</Fact>
            <Fact name={t("counting.for_people")}>{number(given.for_people)}</Fact>
            <Fact name={t("counting.time_p50")}>{minutes(given.minutes_p50)}</Fact>
            <Fact name={t("counting.time_max")}>{minutes(given.minutes_max)}</Fact>
          </dl>
        )}
        {given && <CaseStatusCounts outcomes={given.outcomes} />}
        <p class="counting-hint">{t("counting.accuracy_note")}</p>
      </section>
      <section>
        <div class="counting-filter">
          <h2>{t("counting.accuracy_over_time")}</h2>
          <Choice
            label={t("counting.span_label")}
            value={span}
            options={SPAN_NAMES.map((one) => ({ value: one, text: t(`counting.span.${one}`) }))}
            onValue={setSpan}
          />
        </div>
        {points.data ? (
          <TimeChart points={points.data} clock={siteClock} />
        ) : (
          <p class="empty">{points.wrong || t("shell.loading")}</p>
        )}
      </section>
    </div>
  );
}

function minutes(value: number | null | undefined): string {
  return typeof value === "number" ? duration(value * 60_000) : "–";
}
