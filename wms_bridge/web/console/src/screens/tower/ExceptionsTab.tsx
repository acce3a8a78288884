/** Level 1: what waits for somebody, who has taken it, and that it is done. */
import { useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { may, who } from "../../api/session";
import { duration, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { type Column, Table } from "../../parts/Table";
import { tell, warn } from "../../parts/Toast";
import { address, hrefOf, setQuery } from "../../routes/router";
import {
  type Deed,
  deedsOf,
  type Exception,
  linkOf,
  nameOf,
  needsReason,
  type State,
  STATES,
} from "./exceptions";
import { useLoaded } from "./loading";
import { ReasonDialog } from "./ReasonDialog";
import { Waiting } from "./Waiting";

const LOOK_EVERY_MS = 2000;

interface Wanted {
  one: Exception;
  deed: Deed;
}

export function ExceptionsTab() {
  const { state: named = "", cause = "" } = address.value.query;
  const states: State[] = STATES.includes(named as State)
    ? [named as State]
    : ["open", "claimed", "resolved"];
  const loaded = useLoaded(
    () =>
      ask(
        api.GET("/v1/tower/exceptions", {
          params: {
            query: {
              state: states,
              ...(cause ? { cause: [cause as Exception["cause"]] } : {}),
              limit: 500,
            },
          },
        }),
      ),
    `${named}/${cause}`,
    LOOK_EVERY_MS,
  );
  const [asked, setAsked] = useState<Wanted | null>(null);
  const { data } = loaded;
  if (!data) return <Waiting problem={loaded.problem} again={loaded.again} />;
  const handle = async ({ one, deed }: Wanted, reason: string) => {
    await ask(
      api.POST("/v1/tower/exceptions/{number}", {
        params: { path: { number: one.number } },
        body: { deed, version: one.version ?? 1, by: "", reason },
      }),
    );
    tell(t(`tower.done.${deed}`, { subject: one.subject }));
    loaded.again();
  };
  const choose = (one: Exception, deed: Deed) => {
    if (needsReason(deed)) return setAsked({ one, deed });
    handle({ one, deed }, "").catch((error: unknown) => {
      warn(problemWords(asProblem(error)));
      loaded.again();
    });
  };
  const total = (state: State) =>
    data.counts.filter((one) => one.state === state).reduce((sum, one) => sum + one.count, 0);
  const shown = { now_ms: data.now_ms, choose };
  return (
    <div class="tower-page">
      {loaded.problem && <Waiting problem={loaded.problem} again={loaded.again} />}
      <div class="tower-chips" role="group" aria-label={t("tower.state_label")}>
        <Button pressed={named === ""} onClick={() => setQuery({ state: "" })}>
          {t("tower.state.going")}{" "}
          <strong>{number(total("open") + total("claimed") + total("resolved"))}</strong>
        </Button>
        {STATES.map((state) => (
          <Button key={state} pressed={named === state} onClick={() => setQuery({ state })}>
            {t(`tower.state.${state}`)} <strong>{number(total(state))}</strong>
          </Button>
        ))}
      </div>
      <Causes counts={data.counts} cause={cause} />
      <section class="tower-card" aria-label={t("tower.exceptions")}>
        <Table
          caption={t("tower.exceptions")}
          columns={columns(shown)}
          rows={data.exceptions}
          keyOf={(row) => String(row.number)}
          most={500}
          empty={t("tower.no_exceptions")}
        />
        {data.more && <p class="tower-note">{t("tower.more_exceptions")}</p>}
      </section>
      {asked && (
        <ReasonDialog
          title={t(`tower.deed.${asked.deed}`)}
          follows={t(`tower.follows.${asked.deed}`, { subject: asked.one.subject })}
          act={t(`tower.deed.${asked.deed}`)}
          onAct={(reason) => handle(asked, reason)}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

/** How many of each cause are not verified; one narrows the list. */
function Causes({
  counts,
  cause,
}: {
  counts: readonly { cause: string; state: string; count: number }[];
  cause: string;
}) {
  const going = new Map<string, number>();
  for (const one of counts) {
    if (one.state !== "verified") going.set(one.cause, (going.get(one.cause) ?? 0) + one.count);
  }
  if (going.size === 0) return null;
  return (
    <div class="tower-chips" role="group" aria-label={t("tower.cause_label")}>
      {[...going].map(([name, count]) => (
        <Button
          key={name}
          pressed={cause === name}
          onClick={() => setQuery({ cause: cause === name ? "" : name })}
        >
          {t(`tower.cause.${name}`)} <strong>{number(count)}</strong>
        </Button>
      ))}
    </div>
  );
}

interface Shown {
  now_ms: number;
  choose: (one: Exception, deed: Deed) => void;
}

function columns({ now_ms, choose }: Shown): readonly Column<Exception>[] {
  return [
    {
      key: "cause",
      title: t("tower.column.cause"),
      cell: (row) => (
        <span class="tower-cause" data-severity={row.severity}>
          {t(`tower.cause.${row.cause}`)}
        </span>
      ),
    },
    { key: "what", title: t("tower.column.subject"), cell: (row) => <What row={row} /> },
    {
      key: "age",
      title: t("tower.column.age"),
      figure: true,
      cell: (row) => duration(now_ms - row.since_ms),
    },
    {
      key: "state",
      title: t("tower.column.state"),
      cell: (row) => (
        <>
          <span class="tower-state" data-state={row.state}>
            {t(`tower.state.${row.state}`)}
          </span>
          {row.over_ms != null && row.state !== "verified" && (
            <span class="tower-note"> {t("tower.over")}</span>
          )}
        </>
      ),
    },
    { key: "owner", title: t("tower.column.owner"), cell: (row) => row.owner },
    {
      key: "do",
      title: t("tower.column.do"),
      cell: (row) =>
        may("operate") && (
          <div class="tower-deeds">
            {deedsOf(row, nameOf(who.value), may("decide")).map((deed) => (
              <Button
                key={deed}
                // Rows move under the hand: a double click is for one of them.
                onClick={(event) => event.detail < 2 && choose(row, deed)}
              >
                {t(`tower.deed.${deed}`)}
              </Button>
            ))}
          </div>
        ),
    },
  ];
}

function What({ row }: { row: Exception }) {
  const link = linkOf(row);
  return (
    <div class="tower-what">
      {link ? (
        <a href={hrefOf(link.screen, link.rest)}>{row.subject}</a>
      ) : (
        <span>{row.subject}</span>
      )}
      <span class="tower-text">{row.text}</span>
      {(row.times ?? 1) > 1 && (
        <span class="tower-note">{t("tower.times", { count: row.times ?? 1 })}</span>
      )}
      {row.reason && <span class="tower-note">{`${row.resolved_by}: ${row.reason}`}</span>}
    </div>
  );
}
