/** All robots as text: the twin of the map for those who do not see it. */
import { useState } from "preact/hooks";

import { duration, number, percent } from "../../i18n/format";
import { language, t } from "../../i18n/words";
import { floor } from "../../live/floor";
import type { Robot } from "../../live/floorstate";
import { Button } from "../../parts/Button";
import { type Column, Table } from "../../parts/Table";
import { chosen } from "./choosing";
import { Goto } from "./Details";

export function RobotList() {
  const [waiting, setWaiting] = useState(false);
  const state = floor.known();
  const all = state.order.flatMap((name) => state.robots.get(name) ?? []);
  const stuck = all.filter((one) => one.wait !== null && one.wait.on !== "work");
  const rows = waiting ? stuck.sort((a, b) => since(a) - since(b)) : all;
  const columns: readonly Column<Robot>[] = [
    {
      key: "robot",
      title: t("floor.robot"),
      cell: (one) => <Goto thing={{ kind: "robot", id: one.robot }} />,
    },
    { key: "does", title: t("floor.does"), cell: (one) => t(`floor.activity.${one.activity}`) },
    { key: "waits", title: t("floor.waits_for"), cell: waitOf },
    { key: "load", title: t("floor.carries"), cell: (one) => one.load ?? "" },
    {
      key: "battery",
      title: t("floor.battery"),
      figure: true,
      cell: (one) => batteryOf(one.robot),
    },
  ];
  return (
    <div class="robots">
      <div class="robots-head">
        <p>{t("floor.robots_of", { robots: number(all.length), waiting: number(stuck.length) })}</p>
        <Button pressed={waiting} onClick={() => setWaiting(!waiting)}>
          {t("floor.only_waiting")}
        </Button>
      </div>
      <Table
        caption={t("floor.robots")}
        columns={columns}
        rows={rows}
        keyOf={(one) => one.robot}
        empty={t(state.number === null ? "floor.no_picture" : "floor.no_robots")}
        shows={shows}
        marked={(one) => chosen.value?.kind === "robot" && chosen.value.id === one.robot}
      />
    </div>
  );
}

/** Waits are told in seconds, batteries in per cent. */
function shows({ robot, activity, wait, load }: Robot): string {
  const waited_s = wait ? Math.round((floor.state.at_ms - wait.since_ms) / 1000) : 0;
  const battery = Math.round(100 * (batteryShare(robot) ?? -1));
  return [language.value, activity, wait?.on, wait?.name, waited_s, load, battery].join("|");
}

function since(robot: Robot): number {
  return robot.wait?.since_ms ?? Infinity;
}

function waitOf(robot: Robot): string {
  const { wait } = robot;
  if (!wait) return "";
  const time = duration(floor.state.at_ms - wait.since_ms);
  return t("floor.waits_short", { what: t(`floor.waits.${wait.on}`, { name: wait.name }), time });
}

function batteryShare(robot: string): number | undefined {
  return floor.state.poses?.battery[floor.state.indexOf(robot)];
}

function batteryOf(robot: string): string {
  const battery = batteryShare(robot);
  return battery === undefined ? "" : percent(battery);
}
