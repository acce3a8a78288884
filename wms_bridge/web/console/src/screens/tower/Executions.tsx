/** What policies did, would have done or could not do; and putting it back. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../api/client";
import { may } from "../../api/session";
import { siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { type Column, Table } from "../../parts/Table";
import { tell } from "../../parts/Toast";
import { useLoaded } from "./loading";
import { alarmKind, deedOf } from "./names";
import { ReasonDialog } from "./ReasonDialog";
import { Waiting } from "./Waiting";

const LOOK_EVERY_MS = 2000;
type Execution = Schema["PolicyExecution"];
/** These are put back by those only who may decide. */
const DECIDED: ReadonlySet<string> = new Set(["set_rule", "clear_rule", "take_out_robot"]);

export function Executions() {
  const loaded = useLoaded(
    () => ask(api.GET("/v1/alarm-policy-executions", { params: { query: { limit: 100 } } })),
    "",
    LOOK_EVERY_MS,
  );
  const [asked, setAsked] = useState<Execution | null>(null);
  const { data } = loaded;
  const putBack = async (one: Execution, reason: string) => {
    await ask(
      api.POST("/v1/alarm-policy-executions/{number}/rollback", {
        params: { path: { number: one.number } },
        body: { reason, by: "" },
      }),
    );
    tell(t("tower.rolled_back", { deed: deedOf(one.action) }));
    loaded.again();
  };
  return (
    <section class="tower-card" aria-labelledby="tower-executions">
      <h2 id="tower-executions">{t("tower.executions")}</h2>
      {(!data || loaded.problem) && <Waiting problem={loaded.problem} again={loaded.again} />}
      {data && (
        <Table
          caption={t("tower.executions")}
          columns={columns(setAsked)}
          rows={data.executions as Execution[]}
          keyOf={(row) => String(row.number)}
          empty={t("tower.no_executions")}
        />
      )}
      {asked && (
        <ReasonDialog
          title={t("tower.rollback_title", { deed: deedOf(asked.action) })}
          follows={t(`tower.rollback_follows.${asked.action.kind}`)}
          act={t("tower.rollback")}
          onAct={(reason) => putBack(asked, reason)}
          onClose={() => setAsked(null)}
        />
      )}
    </section>
  );
}

/** Whether who works here may put it back. */
function canPutBack(one: Execution): boolean {
  const needed = DECIDED.has(one.action.kind) ? "decide" : "operate";
  return one.outcome === "done" && one.undo != null && may(needed);
}

function columns(choose: (one: Execution) => void): readonly Column<Execution>[] {
  return [
    {
      key: "at",
      title: t("tower.column.at"),
      cell: (row) => <span class="tower-time">{siteClock(row.at_ms)}</span>,
    },
    { key: "policy", title: t("tower.column.policy"), cell: (row) => row.policy },
    {
      key: "alarm",
      title: t("tower.column.alarm"),
      cell: (row) => `${alarmKind(row.kind)}: ${row.subject}`,
    },
    { key: "deed", title: t("tower.column.does"), cell: (row) => deedOf(row.action) },
    {
      key: "outcome",
      title: t("tower.column.outcome"),
      cell: (row) => (
        <div class="tower-what">
          <span class="tower-state" data-outcome={row.outcome}>
            {t(`tower.outcome.${row.outcome}`)}
          </span>
          {row.text && <span class="tower-text">{row.text}</span>}
          {row.rolled_back_by && (
            <span class="tower-note">{`${row.rolled_back_by}: ${row.rollback_reason}`}</span>
          )}
        </div>
      ),
    },
    {
      key: "do",
      title: t("tower.column.do"),
      cell: (row) =>
        canPutBack(row) && <Button onClick={() => choose(row)}>{t("tower.rollback")}</Button>,
    },
  ];
}
