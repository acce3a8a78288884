/** What is known of the chosen robot, pod or station. */
import type { ComponentChildren } from "preact";

import { duration, percent } from "../../i18n/format";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import type { Robot } from "../../live/floorstate";
import { Button } from "../../parts/Button";
import { chainOfWaits, isRing } from "./chain";
import { choose, chosen } from "./choosing";
import { RobotDeeds } from "./RobotDeeds";
import { carrierOf, type Thing } from "./things";

export function Details() {
  const thing = chosen.value;
  if (!thing) return <p class="empty">{t("floor.choose_something")}</p>;
  const parts = { robot: RobotDetails, pod: PodDetails, station: StationDetails };
  const Part = parts[thing.kind];
  return (
    <article class="details" aria-live="off">
      <header>
        <h2>{t(`floor.kind.${thing.kind}`, { id: thing.id })}</h2>
        <Button kind="quiet" label={t("floor.let_go")} onClick={() => choose(null)}>
          <span aria-hidden="true">{"✕"}</span>
        </Button>
      </header>
      <Part id={thing.id} />
    </article>
  );
}

function RobotDetails({ id }: { id: string }) {
  const state = floor.known();
  const robot = state.robots.get(id);
  if (!robot) return <Gone />;
  const battery = state.poses?.battery[state.indexOf(id)];
  return (
    <>
      <dl class="facts">
        <Fact name={t("floor.does")}>{t(`floor.activity.${robot.activity}`)}</Fact>
        {heldBy(robot) && <Fact name={t("floor.by_hand")}>{heldBy(robot)}</Fact>}
        <Fact name={t("floor.carries")}>
          {robot.load ? <Goto thing={{ kind: "pod", id: robot.load }} /> : t("floor.nothing")}
        </Fact>
        <Fact name={t("floor.battery")}>
          {battery === undefined ? t("floor.unknown") : percent(battery)}
        </Fact>
        <Fact name={t("floor.goal")}>{robot.goal ?? t("floor.nothing")}</Fact>
        <Fact name={t("floor.reserved")}>{t("floor.points", { count: robot.base.length })}</Fact>
        <Fact name={t("floor.planned")}>{t("floor.points", { count: robot.horizon.length })}</Fact>
      </dl>
      <WaitChain robot={robot} />
      <RobotDeeds id={id} />
    </>
  );
}

/** What operators have told it: that it stands, stays somewhere or leaves; null if nothing. */
function heldBy(robot: Robot): string | null {
  const told = [
    robot.paused && t("floor.paused"),
    robot.sent !== null && t("floor.sent", { node: robot.sent }),
    robot.leaving && t("floor.leaving"),
  ].filter((one) => one !== false);
  return told.length > 0 ? told.join(t("floor.and")) : null;
}

/** Why the robot stands: whom it waits for, whom that one waits for, to the cause. */
function WaitChain({ robot }: { robot: Robot }) {
  const state = floor.known();
  const chain = chainOfWaits(state.robots, robot.robot);
  if (chain.length === 0) return <p class="waits">{t("floor.waits_for_nothing")}</p>;
  const last = chain.at(-1);
  const free = last?.wait.on === "robot" && !isRing(chain) ? last.wait.name : null;
  return (
    <section class="waits" aria-label={t("floor.why_it_waits")}>
      <h3>{t("floor.why_it_waits")}</h3>
      <ol>
        {chain.map(({ robot: name, wait }) => (
          <li key={name}>
            <Goto thing={{ kind: "robot", id: name }} />{" "}
            {t(`floor.waits.${wait.on}`, { name: wait.name })}{" "}
            <span class="since">
              {t("floor.for_time", { time: duration(state.at_ms - wait.since_ms) })}
            </span>
          </li>
        ))}
        {free !== null && (
          <li>
            <Goto thing={{ kind: "robot", id: free }} /> {t("floor.does_not_wait")}{" "}
            {t(`floor.activity.${state.robots.get(free)?.activity ?? "silent"}`)}
          </li>
        )}
      </ol>
      {isRing(chain) && (
        <p class="ring" role="alert">
          {t("floor.ring")}
        </p>
      )}
    </section>
  );
}

function PodDetails({ id }: { id: string }) {
  const state = floor.known();
  const carrier = carrierOf(state, id);
  const pod = state.pods.get(id);
  if (!carrier && !pod) return <Gone />;
  const place = pod ? t("floor.place", { x: pod.x_m.toFixed(1), y: pod.y_m.toFixed(1) }) : "";
  return (
    <dl class="facts">
      <Fact name={t("floor.stands")}>
        {carrier ? <Goto thing={{ kind: "robot", id: carrier }} /> : place}
      </Fact>
    </dl>
  );
}

function StationDetails({ id }: { id: string }) {
  const station = floor.known().stations.get(id);
  if (!station) return <Gone />;
  const there = station.pod ? (
    <Goto thing={{ kind: "pod", id: station.pod }} />
  ) : (
    t("floor.nothing")
  );
  return (
    <dl class="facts">
      <Fact name={t("floor.takes_orders")}>
        {t(station.takes_orders === false ? "floor.no" : "floor.yes")}
      </Fact>
      <Fact name={t("floor.pod_here")}>{there}</Fact>
      <Fact name={t("floor.inbound")}>{station.inbound}</Fact>
      <Fact name={t("floor.open_orders")}>{station.open_orders}</Fact>
      <Fact name={t("floor.open_lines")}>{station.open_lines}</Fact>
    </dl>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}

/** The name of a thing, which chooses it. */
export function Goto({ thing }: { thing: Thing }) {
  return (
    <button type="button" class="goto" onClick={() => choose(thing)}>
      {thing.id}
    </button>
  );
}

function Gone() {
  return <p class="empty">{t("floor.gone")}</p>;
}
