/** Counts on their way: robots look again, people count; and where a count is shown right now. */
import { api, ask, type Schema } from "../../api/client";
import { duration, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { type Column, Table } from "../../parts/Table";
import { hrefOf } from "../../routes/router";
import type { Case } from "./case";
import { useAsked } from "./data";
import { chanceWords, changeWords } from "./words";

type Task = Schema["CountTaskRecord"];

/** Counts that are shown at stations now, by the name of the count. */
async function shownTasks(): Promise<ReadonlyMap<string, Task>> {
  const site = (await ask(api.GET("/v1/site"))) as unknown as { stations: { id: string }[] };
  const lists = await Promise.all(
    site.stations.map(async ({ id }) => {
      const path = { station: id };
      return ask(api.GET("/v1/stations/{station}/counts", { params: { path } }));
    }),
  );
  const tasks = lists.flatMap((answer) => (answer as unknown as { counts: Task[] }).counts);
  return new Map(tasks.map((one) => [one.task.count, one]));
}

export function WayTab({ listed, wrong }: { listed: readonly Case[] | null; wrong: string }) {
  const asked = useAsked("tasks", shownTasks);
  const tasks = asked.data;
  const columns: readonly Column<Case>[] = [
    { key: "slot", title: t("counting.slot"), cell: slotLink },
    { key: "sku", title: t("counting.sku"), cell: (one) => one.sku },
    { key: "change", title: t("counting.difference"), cell: changeWords },
    {
      key: "probability",
      title: t("counting.probability"),
      figure: true,
      cell: (one) => chanceWords(one.probability),
    },
    {
      key: "step",
      title: t("counting.next_step"),
      cell: (one) => t(`counting.status.${one.status}`),
    },
    { key: "where", title: t("counting.where"), cell: (one) => whereWords(one, tasks) },
    {
      key: "reason",
      title: t("counting.why_open"),
      cell: (one) => t(`counting.reason.${one.reason}`),
    },
    {
      key: "people",
      title: t("counting.people"),
      cell: (one) =>
        one.people
          .map((who) => t("counting.counted_by", { by: who.by, count: number(who.quantity) }))
          .join(", "),
    },
    {
      key: "age",
      title: t("counting.age"),
      figure: true,
      cell: (one) => duration(alarms.now_ms() - one.opened_ms),
    },
  ];
  if (!listed) return <p class="empty">{wrong || t("shell.loading")}</p>;
  return (
    <div class="counting-wide">
      <Table
        caption={t("counting.tab.way")}
        columns={columns}
        rows={[...listed].sort((a, b) => a.opened_ms - b.opened_ms)}
        keyOf={(one) => one.case}
        empty={t("counting.nothing_on_way")}
      />
    </div>
  );
}

function slotLink(one: Case) {
  return <a href={hrefOf("counting", [], { case: one.case })}>{one.slot}</a>;
}

function whereWords(one: Case, tasks: ReadonlyMap<string, Task> | null): string {
  if (!one.task) return t("counting.by_robot");
  const shown = tasks?.get(one.task);
  if (shown) return t("counting.at_station", { station: shown.task.station });
  return t(tasks ? "counting.not_shown" : "shell.loading");
}
