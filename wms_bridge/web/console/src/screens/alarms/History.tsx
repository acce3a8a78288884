/** What happened to all alarms, by time, severity, kind and subject. */
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { api, ask, type Schema } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { moment } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { SEVERITIES } from "../../live/severity";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Field } from "../../parts/Field";
import { type Column, Table } from "../../parts/Table";
import { catalogue, told } from "./catalogue";
import { byWords } from "./Changes";
import type { Kind } from "./filter";
import { SeveritySign } from "./Severity";

type Change = Schema["AlarmChange"];
const PAGE = 100;

interface Wanted {
  severity: string;
  kind: string;
  subject: string;
  from: string;
  until: string;
}

const ANY: Wanted = { severity: "", kind: "", subject: "", from: "", until: "" };

/** As `GET /v1/alarms/history` takes it; times of the machine's time zone. */
export function askedOf(wanted: Wanted, before: number | null) {
  const ms = (text: string) => (text ? Math.max(0, new Date(text).getTime()) : null);
  const [since_ms, until_ms] = [ms(wanted.from), ms(wanted.until)];
  return {
    severity: SEVERITIES.filter((one) => one === wanted.severity),
    ...(wanted.kind ? { kind: [wanted.kind as Kind] } : {}),
    ...(wanted.subject.trim() ? { subject: wanted.subject.trim() } : {}),
    ...(since_ms !== null ? { since_ms } : {}),
    ...(until_ms !== null ? { until_ms } : {}),
    ...(before !== null ? { before } : {}),
    limit: PAGE,
  };
}

export function History() {
  const [wanted, setWanted] = useState(ANY);
  const [changes, setChanges] = useState<readonly Change[] | null>(null);
  const [more, setMore] = useState(false);
  const [wrong, setWrong] = useState("");
  const latest = useRef(0);
  const load = (before: number | null, known: readonly Change[]) => {
    latest.current += 1;
    const mine = latest.current;
    ask(api.GET("/v1/alarms/history", { params: { query: askedOf(wanted, before) } })).then(
      (found) => {
        if (mine !== latest.current) return;
        setChanges([...known, ...found.changes]);
        setMore(found.changes.length === PAGE);
        setWrong("");
      },
      (error: unknown) => mine === latest.current && setWrong(problemWords(asProblem(error))),
    );
  };
  const key = JSON.stringify(wanted);
  // News come in at the top, as long as only the newest page is shown.
  const heard = (changes?.length ?? 0) <= PAGE ? alarms.heard.value : 0;
  useEffect(() => load(null, []), [key, heard]);
  return (
    <div class="alarms-history">
      <Narrow wanted={wanted} onChange={(some) => setWanted({ ...wanted, ...some })} />
      {wrong && (
        <p class="field-wrong alarms-wrong" role="alert">
          {wrong}
        </p>
      )}
      <div class="alarms-table">
        <Table
          caption={t("alarms.history")}
          columns={columns()}
          rows={changes ?? []}
          keyOf={(one) => String(one.number)}
          most={changes?.length ?? 0}
          empty={t(changes ? "alarms.history_empty" : "shell.loading")}
        />
        {more && (
          <Button onClick={() => load(changes?.at(-1)?.number ?? null, changes ?? [])}>
            {t("alarms.older")}
          </Button>
        )}
      </div>
    </div>
  );
}

function Narrow({
  wanted,
  onChange,
}: {
  wanted: Wanted;
  onChange: (some: Partial<Wanted>) => void;
}) {
  const any = { value: "", text: t("alarms.show.all") };
  const kinds = [...catalogue.value.keys()].map((one) => ({
    value: one,
    text: told(one, "title"),
  }));
  return (
    <div class="alarms-filter">
      <When
        label={t("alarms.history_from")}
        value={wanted.from}
        onValue={(from) => onChange({ from })}
      />
      <When
        label={t("alarms.history_until")}
        value={wanted.until}
        onValue={(until) => onChange({ until })}
      />
      <Choice
        label={t("alarms.severity_filter")}
        value={wanted.severity}
        options={[
          any,
          ...SEVERITIES.map((one) => ({ value: one, text: t(`alarms.severity.${one}`) })),
        ]}
        onValue={(severity) => onChange({ severity })}
      />
      <Choice
        label={t("alarms.kind_label")}
        value={wanted.kind}
        options={[{ value: "", text: t("alarms.any_kind") }, ...kinds]}
        onValue={(kind) => onChange({ kind })}
      />
      <Field
        label={t("alarms.column.subject")}
        value={wanted.subject}
        onValue={(subject) => onChange({ subject })}
      />
      <p class="alarms-says alarms-hint">{t("alarms.history_hint")}</p>
    </div>
  );
}

function When({
  label,
  value,
  onValue,
}: {
  label: string;
  value: string;
  onValue: (value: string) => void;
}) {
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        id={id}
        type="datetime-local"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </div>
  );
}

function columns(): readonly Column<Change>[] {
  return [
    { key: "at", title: t("alarms.column.at"), cell: (one) => moment(one.at_ms) },
    {
      key: "severity",
      title: t("alarms.column.severity"),
      cell: (one) => <SeveritySign severity={one.severity} />,
    },
    {
      key: "event",
      title: t("alarms.column.event"),
      cell: (one) => t(`alarms.event.${one.event}`),
    },
    { key: "what", title: t("alarms.column.what"), cell: (one) => told(one.kind, "title") },
    { key: "subject", title: t("alarms.column.subject"), cell: (one) => one.subject },
    { key: "by", title: t("alarms.column.by"), cell: (one) => byWords(one) },
  ];
}
