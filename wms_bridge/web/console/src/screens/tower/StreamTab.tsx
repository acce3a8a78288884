/** Level 0: all that happens, by time, in one form. */
import { useEffect, useRef, useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { asProblem, type Problem } from "../../api/problem";
import { may } from "../../api/session";
import { siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Field } from "../../parts/Field";
import { type Column, Table } from "../../parts/Table";
import { address, setQuery } from "../../routes/router";
import { typeOf } from "./names";
import {
  type Item,
  type Kind,
  keyOf,
  KINDS,
  MOST_SHOWN,
  type Shown,
  withNewer,
  withOlder,
} from "./stream";
import { Waiting } from "./Waiting";

const LOOK_EVERY_MS = 2000;
const PAGE = 100;

export function StreamTab() {
  const { kind: named = "", subject = "" } = address.value.query;
  const kind = KINDS.find((one) => one === named) ?? "";
  const [paused, setPaused] = useState(false);
  const [chosen, setChosen] = useState<Item | null>(null);
  const { shown, problem, again, older } = useStream(kind, subject, paused);
  const kinds = KINDS.filter((one) => one !== "act" || may("audit"));
  return (
    <div class="tower-page">
      <div class="tower-filter">
        <Choice
          label={t("tower.kind_label")}
          value={kind}
          options={[
            { value: "" as Kind | "", text: t("tower.all_kinds") },
            ...kinds.map((one) => ({ value: one, text: t(`tower.kind.${one}`) })),
          ]}
          onValue={(value) => setQuery({ kind: value })}
        />
        <Field
          label={t("tower.about")}
          value={subject}
          onValue={(value) => setQuery({ subject: value })}
          maxLength={100}
        />
        <Button pressed={paused} onClick={() => setPaused(!paused)}>
          {t("tower.hold_still")}
        </Button>
        <p class="tower-live" role="status">
          {problem ? t("tower.not_live") : paused ? t("tower.still") : t("tower.live")}
        </p>
      </div>
      {(!shown || problem) && <Waiting problem={problem} again={again} />}
      {shown && (
        <div class="tower-split">
          <section class="tower-card tower-grow" aria-label={t("tower.stream")}>
            <Table
              caption={t("tower.stream")}
              columns={columns(setChosen)}
              rows={shown.items}
              keyOf={keyOf}
              most={MOST_SHOWN}
              empty={t("tower.nothing_happened")}
              marked={(row) => chosen !== null && keyOf(row) === keyOf(chosen)}
            />
            {shown.more && <Button onClick={older}>{t("tower.older")}</Button>}
          </section>
          {chosen && <Record item={chosen} onClose={() => setChosen(null)} />}
        </div>
      )}
    </div>
  );
}

/** The newest page, what comes after it as it comes, and older pages when they are asked for. */
function useStream(kind: Kind | "", subject: string, paused: boolean) {
  const [shown, setShown] = useState<Shown | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [turn, setTurn] = useState(0);
  const now = useRef<Shown | null>(null);
  const still = useRef(paused);
  still.current = paused;
  const filter = { ...(kind ? { kind: [kind] } : {}), subject, limit: PAGE };
  const load = (place: { after?: string; before?: string }) =>
    ask(api.GET("/v1/stream", { params: { query: { ...filter, ...place } } }));
  const show = (next: Shown) => {
    now.current = next;
    setShown(next);
    setProblem(null);
  };
  useEffect(() => {
    let over = false;
    now.current = null;
    const look = async () => {
      const before = now.current;
      if (before && still.current) return;
      const page = await load(before ? { after: before.last } : {});
      if (over) return;
      if (!before) {
        show({ ...page, items: [...page.items].reverse() });
      } else if (now.current) {
        show(withNewer(now.current, page.items, page.last));
      }
    };
    let timer = 0;
    const loop = () => {
      look()
        .catch((error: unknown) => over || setProblem(asProblem(error)))
        .finally(() => {
          if (!over) timer = window.setTimeout(loop, LOOK_EVERY_MS);
        });
    };
    loop();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [kind, subject, turn]);
  const older = () => {
    const from = now.current;
    if (!from) return;
    load({ before: from.first }).then(
      (page) => {
        if (now.current) show(withOlder(now.current, page.items, page.first, page.more));
      },
      (error: unknown) => setProblem(asProblem(error)),
    );
  };
  return { shown, problem, again: () => setTurn(turn + 1), older };
}

function columns(choose: (item: Item) => void): readonly Column<Item>[] {
  return [
    {
      key: "at",
      title: t("tower.column.at"),
      cell: (row) => <span class="tower-time">{siteClock(row.at_ms)}</span>,
    },
    {
      key: "kind",
      title: t("tower.column.kind"),
      cell: (row) => (
        <span class="tower-tag" data-kind={row.kind}>
          {t(`tower.kind.${row.kind}`)}
        </span>
      ),
    },
    {
      key: "what",
      title: t("tower.column.what"),
      cell: (row) => (
        <button type="button" class="tower-link" onClick={() => choose(row)}>
          {typeOf(row)}
        </button>
      ),
    },
    {
      key: "subject",
      title: t("tower.column.subject"),
      cell: (row) => <span class="tower-subject">{row.subject}</span>,
    },
    {
      key: "who",
      title: t("tower.column.who"),
      cell: (row) => row.who,
    },
    {
      key: "text",
      title: t("tower.column.text"),
      cell: (row) => <span class="tower-text">{row.text}</span>,
    },
  ];
}

function Record({ item, onClose }: { item: Item; onClose: () => void }) {
  return (
    <section class="tower-card tower-record" aria-label={t("tower.record")}>
      <header class="tower-head">
        <h2>{typeOf(item)}</h2>
        <Button kind="quiet" label={t("shell.close")} onClick={onClose}>
          <span aria-hidden="true">{"✕"}</span>
        </Button>
      </header>
      <p class="tower-note">{keyOf(item)}</p>
      {/* Scrolled by the arrow keys. */}
      <pre class="tower-json" tabIndex={0} aria-label={t("tower.record")} role="region">
        {JSON.stringify(item.body, null, 2)}
      </pre>
    </section>
  );
}
