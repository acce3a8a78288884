/** The figures by station and by shift. */
import { t } from "../../i18n/words";
import { type Column, Table } from "../../parts/Table";
import { setQuery } from "../../routes/router";
import type { Measured } from "./data";
import { type Figures, type Name, written } from "./figures";
import { wallTime } from "./times";

const OF_STATION: readonly Name[] = [
  "lines_per_h",
  "station_open",
  "station_idle",
  "station_starvation",
  "watched_share",
];
const OF_SHIFT: readonly Name[] = [
  "lines_per_h",
  "orders_per_h",
  "pile_on",
  "metres_per_line",
  "robot_utilisation",
  "station_starvation",
  "order_age_p95_s",
  "inventory_accuracy",
  "watched_share",
];

export function ByStation({ measured }: { measured: Measured }) {
  type Row = [string, Figures];
  const columns: Column<Row>[] = [
    {
      key: "station",
      title: t("kpis.station_column"),
      cell: ([name]) => (
        <button type="button" class="kpis-goto" onClick={() => setQuery({ station: name })}>
          {name}
        </button>
      ),
    },
    ...OF_STATION.map((name) => figure<Row>(name, ([, figures]) => figures)),
  ];
  return (
    <Table
      caption={t("kpis.by_station")}
      columns={columns}
      rows={Object.entries(measured.stations)}
      keyOf={([name]) => name}
      empty={t("kpis.nothing")}
    />
  );
}

export function ByShift({ measured }: { measured: Measured }) {
  type Row = Measured["shifts"][number];
  const { zone } = measured;
  const columns: Column<Row>[] = [
    { key: "day", title: t("kpis.day"), cell: (one) => one.day },
    { key: "shift", title: t("kpis.shift"), cell: (one) => one.shift },
    {
      key: "span",
      title: t("kpis.time"),
      cell: (one) =>
        t("kpis.span_short", { from: wallTime(one.from_ms, zone), to: wallTime(one.to_ms, zone) }),
    },
    ...OF_SHIFT.map((name) => figure<Row>(name, (one) => one.figures as unknown as Figures)),
  ];
  return (
    <Table
      caption={t("kpis.by_shift")}
      columns={columns}
      rows={[...measured.shifts].reverse()}
      keyOf={(one) => `${one.day} ${one.shift}`}
      empty={t("kpis.nothing")}
      marked={(one) => one.from_ms < measured.window.to_ms && measured.window.to_ms <= one.to_ms}
    />
  );
}

function figure<Row>(name: Name, of: (row: Row) => Figures): Column<Row> {
  return {
    key: name,
    title: t(`kpis.name.${name}`),
    figure: true,
    cell: (row) => written(name, of(row)[name]),
  };
}
