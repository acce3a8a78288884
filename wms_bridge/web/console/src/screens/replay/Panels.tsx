/** Beside the floor as it was: the orders, the decisions, what happened, and a robot's story. */
import type { ComponentChildren } from "preact";

import type { Schema } from "../../api/client";
import { duration, number, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Field } from "../../parts/Field";
import type { Past } from "./past";
import { books, decisions, marks, story } from "./telling";
import { markWords } from "./TimeLine";

interface Look {
  onLook: (at_ms: number) => void;
}

export function Orders({ named, onNamed }: { named: string; onNamed: (text: string) => void }) {
  const then = books.value;
  return (
    <div class="replay-panel">
      <Field label={t("replay.find_order")} value={named} onValue={onNamed} />
      {then && (
        <>
          <p class="replay-sum">
            {t("replay.open_then", {
              orders: number(then.open_orders),
              lines: number(then.open_lines),
            })}
          </p>
          {Object.keys(then.closed_stations).length > 0 && (
            <p class="replay-sum">
              {t("replay.closed_then", { stations: Object.keys(then.closed_stations).join(", ") })}
            </p>
          )}
          {then.rules.length > 0 && (
            <p class="replay-sum">
              {t("replay.rules_then", { rules: then.rules.map((one) => one["rule"]).join(", ") })}
            </p>
          )}
          <ul class="replay-orders">
            {then.orders.map((one) => (
              <Order key={one.order} order={one} at_ms={then.at_ms} />
            ))}
          </ul>
          {then.orders.length === 0 && <p class="empty">{t("replay.no_orders")}</p>}
        </>
      )}
    </div>
  );
}

function Order({ order, at_ms }: { order: Schema["OrderThen"]; at_ms: number }) {
  const wanted = order.lines.reduce((sum, one) => sum + one.quantity, 0);
  const picked = order.lines.reduce((sum, one) => sum + (one.picked ?? 0), 0);
  const age = duration(at_ms - order.received_ms);
  return (
    <li>
      <details>
        <summary>
          <span class="replay-order">{order.order}</span>
          {order.priority > 0 && <span class="replay-rush">{t("replay.rush")}</span>}
          <span class="replay-of">{t("replay.picked_of", { picked, wanted })}</span>
          <span class="replay-age">{age}</span>
          <progress max={wanted} value={picked} aria-label={t("replay.progress")} />
        </summary>
        <ul>
          {order.lines.map((line) => (
            <li key={line.line}>
              {t("replay.line_then", {
                sku: line.sku,
                picked: line.picked ?? 0,
                wanted: line.quantity,
              })}
              {(line.short ?? 0) > 0 && <b>{t("replay.short", { count: line.short ?? 0 })}</b>}
              {line.routed && <b>{t("replay.routed")}</b>}
              {(line.shown ?? []).map((one) => (
                <span key={one.pick} class="replay-shown">
                  {t("replay.shown_at", { station: one.station, pod: one.pod, robot: one.robot })}
                </span>
              ))}
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

/** What the dispatcher decided about this time, the latest at the top; what comes later is pale. */
export function DecisionList({ at_ms, onLook }: Look & { at_ms: number }) {
  const found = [...decisions.value].reverse();
  if (found.length === 0) return <p class="empty">{t("replay.no_decisions")}</p>;
  return (
    <ul class="replay-list">
      {found.map((one, i) => (
        <Row key={i} at_ms={one.at_ms} later={one.at_ms > at_ms} onLook={onLook}>
          {decisionWords(one)}
          {one.refused && <b>{t("replay.refused", { code: one.refused })}</b>}
        </Row>
      ))}
    </ul>
  );
}

/** Alarms that were raised and what operators did, on the part of time that the line shows. */
export function Happened({ at_ms, onLook }: Look & { at_ms: number }) {
  const found = [...marks.value].reverse();
  if (found.length === 0) return <p class="empty">{t("replay.no_marks")}</p>;
  return (
    <ul class="replay-list">
      {found.map((one, i) => (
        <Row key={i} at_ms={one.at_ms} later={one.at_ms > at_ms} onLook={onLook}>
          <span class={`replay-sign replay-sign-${one.severity ?? one.kind}`} aria-hidden="true" />
          {markWords(one)}
        </Row>
      ))}
    </ul>
  );
}

interface StoryProps extends Look {
  past: Past;
  at_ms: number;
  robot: string;
  onRobot: (robot: string) => void;
}

export function Story({ past, at_ms, robot, onRobot, onLook }: StoryProps) {
  void past.told.value;
  const names = ["", ...past.state.order];
  const options = names.map((value) => ({ value, text: value || t("replay.choose_robot") }));
  return (
    <div class="replay-panel">
      <Choice label={t("replay.robot")} value={robot} options={options} onValue={onRobot} />
      {robot && story.value.length === 0 && <p class="empty">{t("replay.no_story")}</p>}
      {robot && (
        <ul class="replay-list">
          {[...story.value].reverse().map((one, i) => (
            <Row key={i} at_ms={one.at_ms} later={one.at_ms > at_ms} onLook={onLook}>
              {stepWords(one)}
            </Row>
          ))}
        </ul>
      )}
    </div>
  );
}

function Row({
  at_ms,
  later,
  onLook,
  children,
}: Look & { at_ms: number; later: boolean; children: ComponentChildren }) {
  return (
    <li class={later ? "replay-later" : undefined}>
      <Button
        kind="quiet"
        label={t("replay.look_at", { time: siteClock(at_ms) })}
        onClick={() => onLook(at_ms)}
      >
        {siteClock(at_ms)}
      </Button>
      <span>{children}</span>
    </li>
  );
}

function decisionWords({ command }: Schema["Decision"]): string {
  const text = (name: string) => String(command[name] ?? "");
  const count = (name: string) => (Array.isArray(command[name]) ? command[name].length : 0);
  return t(`replay.decided.${text("type")}`, {
    station: text("station"),
    pod: text("pod"),
    robot: text("robot"),
    order: text("order"),
    line: text("line"),
    picks: count("picks"),
    puts: count("puts"),
    counts: count("counts"),
    quantity: text("quantity"),
    flow: text("flow"),
    outcome: text("outcome"),
    intervention: text("intervention"),
  });
}

function stepWords(step: Schema["RobotStep"]): string {
  const wait = step.wait as { on: string; name: string } | null;
  const parts = [
    t(`floor.activity.${step.activity}`),
    step.load ? t("replay.with_pod", { pod: step.load }) : "",
    step.goal ? t("replay.to_goal", { goal: step.goal }) : "",
    wait ? t(`floor.waits.${wait.on}`, { name: wait.name }) : "",
  ];
  return parts.filter(Boolean).join(" · ");
}
