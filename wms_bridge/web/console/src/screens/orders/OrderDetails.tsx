/** All that is known of one order, and what can be done about it. */
import "./details.css";

import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { may } from "../../api/session";
import { duration, moment, number, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { address, go } from "../../routes/router";
import { Answer, type Answered } from "./Answer";
import { CancelDialog, RushDialog } from "./AskDialog";
import { ChangeDialog } from "./ChangeDialog";
import { type Known, loadOrder } from "./desk";
import { Foresight } from "./Foresight";
import { History } from "./History";
import { Lines } from "./Lines";
import { Due, Progress } from "./OrderList";

interface Props {
  order: string;
  renew_ms: number;
  onChange: () => void;
}

export function OrderDetails({ order, renew_ms, onChange }: Props) {
  const [known, setKnown] = useState<Known | null>(null);
  const [wrong, setWrong] = useState("");
  const [answered, setAnswered] = useState<Answered | null>(null);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let current = true;
    const load = () =>
      loadOrder(order).then(
        (found) => {
          if (!current) return;
          setKnown(found);
          setWrong("");
        },
        (error: unknown) => {
          if (current) setWrong(problemWords(asProblem(error)));
        },
      );
    const timer = setInterval(() => void load(), renew_ms);
    void load();
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [order, round]);
  const again = () => {
    setRound(round + 1);
    onChange();
  };
  const done = (told: Answered) => {
    setAnswered(told);
    again();
  };
  return (
    <aside class="orders-details" aria-label={t("orders.details")}>
      <header>
        <h2>{order}</h2>
        <Button
          kind="quiet"
          label={t("orders.close")}
          onClick={() => go("orders", [], { ...address.value.query })}
        >
          <span aria-hidden="true">{"✕"}</span>
        </Button>
      </header>
      {wrong && (
        <p class="field-wrong" role="alert">
          {wrong}
        </p>
      )}
      {answered && <Answer answered={answered} onClose={() => setAnswered(null)} />}
      {known ? (
        <>
          <Deeds known={known} onDone={done} onStale={again} />
          <Facts known={known} />
          {known.status === "open" && <Foresight known={known} />}
          <Lines known={known} />
          <Messages known={known} />
          <History known={known} />
        </>
      ) : (
        !wrong && <p class="empty">{t("shell.loading")}</p>
      )}
    </aside>
  );
}

type Wanted = { what: "rush" | "change" | "cancel"; known: Known } | null;

/** What may be done; each is asked for with the order as it was when somebody wanted it. */
function Deeds(props: { known: Known; onDone: (told: Answered) => void; onStale: () => void }) {
  const { known, onDone, onStale } = props;
  const [wanted, setWanted] = useState<Wanted>(null);
  const close = () => setWanted(null);
  const open = known.status === "open";
  if (!open || !(may("operate") || may("order"))) return null;
  const ask = (what: "rush" | "change" | "cancel") => () => setWanted({ what, known });
  const dialog = wanted && { known: wanted.known, onClose: close, onDone, onStale };
  return (
    <div class="orders-deeds">
      {may("operate") && (
        <Button kind="main" onClick={ask("rush")}>
          {t(known.priority > 0 ? "orders.urgency" : "orders.rush")}
        </Button>
      )}
      {may("order") && <Button onClick={ask("change")}>{t("orders.change")}</Button>}
      {may("order") && <Button onClick={ask("cancel")}>{t("orders.cancel")}</Button>}
      {dialog && wanted.what === "rush" && <RushDialog {...dialog} />}
      {dialog && wanted.what === "change" && <ChangeDialog {...dialog} />}
      {dialog && wanted.what === "cancel" && <CancelDialog {...dialog} />}
    </div>
  );
}

function Facts({ known }: { known: Known }) {
  const open = known.status === "open";
  const received = known.forecast?.received_ms;
  const age_ms = open && received !== undefined ? known.now_ms - received : null;
  return (
    <dl class="orders-facts">
      <Fact name={t("orders.stage")}>
        {t(`orders.phase.${known.phase}`)}
        {known.status === "complete_short" && (
          <span class="orders-sub orders-bad">{t("orders.came_short")}</span>
        )}
      </Fact>
      <Fact name={t("orders.lines")}>
        <Progress done={known.lines_closed} all={known.lines} short={known.short > 0} />
      </Fact>
      <Fact name={t("orders.pieces")}>
        {t("orders.picked_of", { picked: number(known.picked), all: number(known.pieces) })}
        {known.short > 0 && (
          <span class="orders-sub orders-bad">
            {t("orders.pieces_short", { count: known.short, pieces: number(known.short) })}
          </span>
        )}
      </Fact>
      <Fact name={t("orders.due")}>
        {open || !known.due_ms ? (
          <Due due_ms={known.due_ms ?? null} now_ms={known.now_ms} />
        ) : (
          siteClock(known.due_ms)
        )}
      </Fact>
      <Fact name={t("orders.received")}>
        {moment(known.received_ms)}
        {age_ms !== null && (
          <span class="orders-sub">{t("orders.old", { time: duration(age_ms) })}</span>
        )}
      </Fact>
      <Fact name={t("orders.priority")}>
        {known.priority > 0
          ? t("orders.rush_mark", { priority: known.priority })
          : t("orders.ordinary")}
      </Fact>
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

/** What the WMS was told, and whether it has it. */
function Messages({ known }: { known: Known }) {
  return (
    <section>
      <h3>{t("orders.wms")}</h3>
      {known.messages.length === 0 && <p class="orders-quiet">{t("orders.wms_nothing")}</p>}
      <ul class="orders-messages">
        {known.messages.map((one) => {
          const state = one.delivered_ms ? "delivered" : one.dead_ms ? "dead" : "pending";
          return (
            <li key={one.number} data-state={state}>
              <span>{one.message}</span>
              <span class="orders-sub">
                {t(`orders.message.${state}`, {
                  at: moment(one.delivered_ms ?? one.dead_ms ?? one.created_ms),
                  attempts: number(one.attempts),
                  error: one.error,
                })}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
