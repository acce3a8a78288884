/** What is known of the chosen alarm: cause, what to do, how it stands, what became of it. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";

import { api, ask, type Schema } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { may } from "../../api/session";
import { duration, moment, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { Button } from "../../parts/Button";
import { hrefOf } from "../../routes/router";
import { SCREENS } from "../../routes/screens";
import { choose } from "./AlarmList";
import { AlikeDialog } from "./AlikeDialog";
import { catalogue, nameOf, told } from "./catalogue";
import { Changes } from "./Changes";
import { acknowledge } from "./deeds";
import { type Alarm, isWanting } from "./filter";
import { targetsOf } from "./links";
import { SeveritySign } from "./Severity";
import { ShelveDialog, UnshelveDialog } from "./ShelveDialog";

type Known = Schema["AlarmDetails"];
const MOST = 20;

export function AlarmDetails({ alarm, onChange }: { alarm: number; onChange: () => void }) {
  const [known, setKnown] = useState<Known | null>(null);
  const [wrong, setWrong] = useState("");
  const [many, setMany] = useState(MOST);
  const load = () => {
    if (alarm === 0) return;
    const path = { number: alarm };
    ask(api.GET("/v1/alarms/{number}/history", { params: { path, query: { limit: many } } })).then(
      (found) => {
        setKnown(found);
        setWrong("");
      },
      (error: unknown) => setWrong(problemWords(asProblem(error))),
    );
  };
  useEffect(load, [alarm, many, alarms.heard.value]);
  const shown = known?.alarm.number === alarm ? known : null;
  const changed = () => {
    load();
    onChange();
  };
  return (
    <aside class="alarms-details" aria-label={t("alarms.details")}>
      {wrong && alarm !== 0 && <p class="field-wrong">{wrong}</p>}
      {shown ? (
        <>
          <Head alarm={shown.alarm} />
          <Deeds alarm={shown.alarm} onDone={changed} />
          <Told alarm={shown.alarm} />
          <Facts alarm={shown.alarm} />
          <h3>{t("alarms.this_history")}</h3>
          <Changes changes={shown.changes} />
          {shown.changes.length === many && (
            <Button onClick={() => setMany(many + 5 * MOST)}>{t("alarms.older")}</Button>
          )}
        </>
      ) : (
        !wrong && <p class="empty">{t(alarm ? "shell.loading" : "alarms.choose")}</p>
      )}
    </aside>
  );
}

function Head({ alarm }: { alarm: Alarm }) {
  return (
    <header>
      <SeveritySign severity={alarm.severity} named={false} />
      <div>
        <h2>{nameOf(alarm)}</h2>
        <p class="alarms-text">{alarm.text}</p>
      </div>
      <Button kind="quiet" label={t("alarms.close")} onClick={() => choose(null)}>
        <span aria-hidden="true">{"✕"}</span>
      </Button>
    </header>
  );
}

type Asking = { what: "shelve" | "unshelve" | "alike"; alarm: Alarm; change: number } | null;

function Deeds({ alarm, onDone }: { alarm: Alarm; onDone: () => void }) {
  const [asking, setAsking] = useState<Asking>(null);
  const shelved = typeof alarm.shelved_until_ms === "number";
  const mayShelve = alarm.severity !== "critical" || may("decide");
  const close = () => setAsking(null);
  const wants = (what: "shelve" | "unshelve" | "alike") => () =>
    setAsking({ what, alarm, change: alarms.heard.value || alarm.change });
  return (
    <div class="alarms-deeds">
      {may("operate") && isWanting(alarm) && (
        <>
          <Button
            kind="main"
            data-deed="acknowledge"
            onClick={() => void acknowledge(alarm).then(onDone)}
          >
            {t("alarms.acknowledge")}
          </Button>
          <Button onClick={wants("alike")}>{t("alarms.acknowledge_kind")}</Button>
        </>
      )}
      {may("operate") && !shelved && mayShelve && (
        <Button data-deed="shelve" onClick={wants("shelve")}>
          {t("alarms.shelve")}
        </Button>
      )}
      {may("operate") && shelved && (
        <Button data-deed="shelve" onClick={wants("unshelve")}>
          {t("alarms.unshelve")}
        </Button>
      )}
      <Links alarm={alarm} />
      {may("operate") && !mayShelve && !shelved && (
        <p class="alarms-says">{t("alarms.shelve_decide")}</p>
      )}
      {asking?.what === "shelve" && (
        <ShelveDialog alarm={asking.alarm} onClose={close} onDone={onDone} />
      )}
      {asking?.what === "unshelve" && (
        <UnshelveDialog alarm={asking.alarm} onClose={close} onDone={onDone} />
      )}
      {asking?.what === "alike" && (
        <AlikeDialog
          alike={{ state: [], severity: [], kind: [asking.alarm.kind], search: "" }}
          change={Math.max(asking.change, asking.alarm.change)}
          count={null}
          onClose={close}
          onDone={onDone}
        />
      )}
    </div>
  );
}

function Links({ alarm }: { alarm: Alarm }) {
  const there = SCREENS.filter((one) => may(one.permission)).map((one) => one.name);
  const targets = targetsOf(alarm.kind, alarm.subject).filter((one) => there.includes(one.screen));
  return (
    <>
      {targets.map((one) => (
        <a
          key={one.words}
          class="button alarms-link"
          href={hrefOf(one.screen, one.rest, { ...one.query })}
        >
          {t(one.words)}
        </a>
      ))}
    </>
  );
}

function Told({ alarm }: { alarm: Alarm }) {
  const entry = catalogue.value.get(alarm.kind);
  const texts = ["action", "cause", "effect"] as const;
  return (
    <>
      <dl class="alarms-told">
        {texts.map((one) => (
          <div key={one} class={one === "action" ? "alarms-action" : undefined}>
            <dt>{t(`alarms.text.${one}`)}</dt>
            <dd>{told(alarm.kind, one)}</dd>
          </div>
        ))}
      </dl>
      {entry && (
        <p class="alarms-says">
          {entry.momentary
            ? t("alarms.momentary")
            : t("alarms.within", { time: duration(entry.within_min * 60_000) })}
        </p>
      )}
    </>
  );
}

function Facts({ alarm }: { alarm: Alarm }) {
  const known = alarm.acknowledged_by && !isWanting(alarm) ? alarm.acknowledged_by : "";
  const at = (at_ms: number | null | undefined) => moment(at_ms ?? 0);
  const shelf = {
    at: at(alarm.shelved_until_ms),
    by: alarm.shelved_by,
    reason: alarm.shelved_reason,
  };
  return (
    <>
      <h3>{t("alarms.facts")}</h3>
      <dl class="alarms-facts">
        <Fact name={t("alarms.column.state")}>{t(`alarms.state_long.${alarm.state}`)}</Fact>
        <Fact name={t("alarms.raised")}>{at(alarm.raised_ms)}</Fact>
        {!alarm.active && <Fact name={t("alarms.over_since")}>{at(alarm.changed_ms)}</Fact>}
        <Fact name={t("alarms.occurrences")}>{number(alarm.occurrences)}</Fact>
        {known && (
          <Fact name={t("alarms.acknowledged_by")}>
            {t("alarms.by_at", { by: known, at: at(alarm.acknowledged_ms) })}
          </Fact>
        )}
        {typeof alarm.shelved_until_ms === "number" && (
          <Fact name={t("alarms.show.shelved")}>{t("alarms.shelved_until", shelf)}</Fact>
        )}
      </dl>
    </>
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
