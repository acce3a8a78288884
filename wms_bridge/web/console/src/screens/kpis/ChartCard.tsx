/** One chart with its legend, in words for those who do not see it, and as a table. */
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/words";
import { Table } from "../../parts/Table";
import { theme } from "../../theme/theme";
import type { Measured } from "./data";
import { type Chart, type Name, summary, written } from "./figures";
import type { Data, Plot } from "./plot";
import { wallClock, wallTime } from "./times";

export function ChartCard({ chart, measured }: { chart: Chart; measured: Measured }) {
  const [at, setAt] = useState<number | null>(null);
  const [open, setOpen] = useState(false);
  const known = chart.names.some((name) => summary(measured.series[name] ?? []));
  const time = at === null ? undefined : measured.at_ms[at];
  return (
    <section class="chart" aria-label={t(`kpis.chart.${chart.key}`)}>
      <header>
        <h2>{t(`kpis.chart.${chart.key}`)}</h2>
        <span class="chart-at">{time === undefined ? "" : wallClock(time, measured.zone)}</span>
      </header>
      <ul class="chart-legend">
        {chart.names.map((name, line) => (
          <li key={name} class={`chart-line chart-line-${line}`}>
            <span>{t(`kpis.name.${name}`)}</span>
            <strong>{written(name, valueAt(measured, name, at))}</strong>
          </li>
        ))}
      </ul>
      {known ? (
        <Drawing chart={chart} measured={measured} onPoint={setAt} />
      ) : (
        <p class="chart-none">{t("kpis.nothing")}</p>
      )}
      <details onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary>{t("kpis.as_table")}</summary>
        {open && <AsTable chart={chart} measured={measured} />}
      </details>
    </section>
  );
}

/** The value under the pointer; else the last that is known. */
function valueAt(measured: Measured, name: Name, at: number | null): number | null {
  const values = measured.series[name] ?? [];
  return at === null ? (summary(values)?.last ?? null) : (values[at] ?? null);
}

interface Drawn {
  chart: Chart;
  measured: Measured;
  onPoint: (at: number | null) => void;
}

function Drawing({ chart, measured, onPoint }: Drawn) {
  const box = useRef<HTMLDivElement>(null);
  const plot = useRef<Plot | null>(null);
  const data = useRef<Data>([]);
  data.current = [measured.at_ms, ...chart.names.map((name) => measured.series[name] ?? [])];
  useEffect(() => {
    let over = false;
    void import("./plot").then(({ Plot: Made }) => {
      if (over || !box.current) return;
      const wanted = { box: box.current, names: chart.names, zone: measured.zone, onPoint };
      plot.current = new Made(wanted, data.current);
    });
    return () => {
      over = true;
      plot.current?.end();
      plot.current = null;
    };
  }, [chart, measured.zone, theme.value]);
  useEffect(() => plot.current?.set(data.current), [measured]);
  return <div ref={box} class="chart-box" role="img" aria-label={inWords(chart, measured)} />;
}

function inWords(chart: Chart, measured: Measured): string {
  const lines = chart.names.map((name) => {
    const found = summary(measured.series[name] ?? []);
    const values = { name: t(`kpis.name.${name}`) };
    if (!found) return t("kpis.line_none", values);
    const [last, least, most] = [found.last, found.least, found.most].map((one) =>
      written(name, one),
    );
    return t("kpis.line_words", {
      ...values,
      last: last ?? "",
      least: least ?? "",
      most: most ?? "",
    });
  });
  return lines.join(" ");
}

function AsTable({ chart, measured }: { chart: Chart; measured: Measured }) {
  const rows = measured.at_ms.map((_, at) => measured.at_ms.length - 1 - at);
  return (
    <div class="chart-table" role="group" tabIndex={0} aria-label={t(`kpis.chart.${chart.key}`)}>
      <Table
        caption={t(`kpis.chart.${chart.key}`)}
        columns={[
          {
            key: "at",
            title: t("kpis.time"),
            cell: (at: number) => wallTime(measured.at_ms[at] ?? 0, measured.zone),
          },
          ...chart.names.map((name) => ({
            key: name,
            title: t(`kpis.name.${name}`),
            figure: true,
            cell: (at: number) => written(name, measured.series[name]?.[at]),
          })),
        ]}
        rows={rows}
        keyOf={String}
        empty={t("kpis.nothing")}
      />
    </div>
  );
}
