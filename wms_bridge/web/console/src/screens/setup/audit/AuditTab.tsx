/** The audit log: who did what, when and why; its chain and the books checked; written to a file. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { asProblem, problemWords } from "../../../api/problem";
import { moment } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { Field } from "../../../parts/Field";
import { type Column, Table } from "../../../parts/Table";
import { warn } from "../../../parts/Toast";
import { saveText } from "../saving";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";
import { Checks } from "./Checks";

type Entry = Schema["AuditEntry"];
interface Wanted {
  who: string;
  what: string;
  since: string;
  until: string;
}
const PAGE = 50;
const NOTHING: Wanted = { who: "", what: "", since: "", until: "" };

export function AuditTab() {
  const [typed, setTyped] = useState(NOTHING);
  const [wanted, setWanted] = useState(NOTHING);
  const [pages, setPages] = useState<readonly number[]>([]);
  const before = pages.at(-1);
  const query = { ...queryOf(wanted), limit: PAGE, ...(before ? { before } : {}) };
  const log = useLoaded(
    () => ask(api.GET("/v1/audit", { params: { query } })),
    JSON.stringify(query),
  );
  const search = () => {
    setPages([]);
    setWanted(typed);
    log.again();
  };
  const entries = log.data?.entries ?? [];
  const last = entries.at(-1)?.number;
  const set = (name: keyof Wanted) => (value: string) => setTyped({ ...typed, [name]: value });
  return (
    <div class="setup-page">
      <Checks />
      <section class="setup-card" aria-labelledby="setup-audit">
        <header class="setup-head">
          <h2 id="setup-audit">{t("setup.audit.title")}</h2>
          <Exports wanted={wanted} />
        </header>
        <form
          class="setup-filter"
          onSubmit={(event) => {
            event.preventDefault();
            search();
          }}
        >
          <Field label={t("setup.audit.who")} value={typed.who} onValue={set("who")} />
          <Field label={t("setup.audit.what")} value={typed.what} onValue={set("what")} />
          <Moment label={t("setup.audit.since")} value={typed.since} onValue={set("since")} />
          <Moment label={t("setup.audit.until")} value={typed.until} onValue={set("until")} />
          <Button type="submit" kind="main">
            {t("setup.audit.search")}
          </Button>
        </form>
        {log.data ? (
          <Table
            caption={t("setup.audit.title")}
            columns={columns()}
            rows={entries}
            keyOf={(one) => String(one.number)}
            empty={t("setup.audit.none")}
          />
        ) : (
          <Waiting of={log} />
        )}
        <div class="setup-actions">
          <Button disabled={pages.length === 0} onClick={() => setPages(pages.slice(0, -1))}>
            {t("setup.audit.newer")}
          </Button>
          <Button
            disabled={entries.length < PAGE || last === undefined}
            onClick={() => last !== undefined && setPages([...pages, last])}
          >
            {t("setup.audit.older")}
          </Button>
        </div>
      </section>
    </div>
  );
}

function columns(): Column<Entry>[] {
  return [
    { key: "number", title: t("setup.audit.number"), cell: (one) => one.number, figure: true },
    { key: "at", title: t("setup.audit.at"), cell: (one) => moment(one.at_ms) },
    { key: "who", title: t("setup.audit.by"), cell: (one) => one.who },
    { key: "what", title: t("setup.audit.did"), cell: (one) => one.what },
    { key: "why", title: t("setup.audit.why"), cell: (one) => one.why },
    { key: "origin", title: t("setup.audit.origin"), cell: (one) => one.origin },
  ];
}

/** The question as the bridge takes it; empty fields ask for nothing. */
export function queryOf(wanted: Wanted) {
  const since_ms = Date.parse(wanted.since);
  const until_ms = Date.parse(wanted.until);
  return {
    ...(wanted.who.trim() ? { who: wanted.who.trim() } : {}),
    ...(wanted.what.trim() ? { what: wanted.what.trim() } : {}),
    ...(Number.isFinite(since_ms) ? { since_ms } : {}),
    ...(Number.isFinite(until_ms) ? { until_ms } : {}),
  };
}

function Exports({ wanted }: { wanted: Wanted }) {
  const save = (ask_: () => Promise<string>, name: string, kind: string) => {
    ask_().then(
      (text) => saveText(text, name, kind),
      (error: unknown) => warn(problemWords(asProblem(error))),
    );
  };
  const csv = () =>
    ask(
      api.GET("/v1/audit/export.csv", { params: { query: queryOf(wanted) }, parseAs: "text" }),
    ) as Promise<string>;
  const json = () => ask(api.GET("/v1/audit/export", { parseAs: "text" })) as Promise<string>;
  return (
    <div class="setup-row-acts">
      <Button onClick={() => save(csv, "audit.csv", "text/csv")}>{t("setup.audit.csv")}</Button>
      <Button onClick={() => save(json, "audit.jsonl", "application/x-ndjson")}>
        {t("setup.audit.json")}
      </Button>
    </div>
  );
}

interface MomentProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
}

function Moment({ label, value, onValue }: MomentProps) {
  return (
    <label class="field">
      <span class="setup-label">{label}</span>
      <input
        type="datetime-local"
        value={value}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
    </label>
  );
}
