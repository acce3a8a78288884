/** Everything that was ever asked of the fleet: who, what, why and what became of it. */
import { useEffect, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { moment } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Field } from "../../parts/Field";
import { type Column, Table } from "../../parts/Table";
import { Chip } from "./Card";
import { type Kind, KINDS } from "./deeds";
import { last, listed } from "./desk";
import type { Intervention } from "./force";

const PAGE = 50;
const STATES = ["asked", "under_way", "done", "refused"] as const;
type State = (typeof STATES)[number];

interface Filter {
  kind: Kind | "";
  state: State | "";
  by: string;
}

export function History() {
  const [filter, setFilter] = useState<Filter>({ kind: "", state: "", by: "" });
  const [rows, setRows] = useState<readonly Intervention[]>([]);
  const [next, setNext] = useState<number | null>(null);
  const [wrong, setWrong] = useState("");
  const read = async (before: number | null) => {
    const query = {
      limit: PAGE,
      ...(filter.kind ? { kind: [filter.kind] } : {}),
      ...(filter.state ? { state: [filter.state] } : {}),
      ...(filter.by.trim() ? { by: filter.by.trim() } : {}),
      ...(before === null ? {} : { before }),
    };
    try {
      const found = await listed(query);
      setRows(before === null ? found.interventions : [...rows, ...found.interventions]);
      setNext(found.next);
      setWrong("");
    } catch (error) {
      setWrong(problemWords(asProblem(error)));
    }
  };
  useEffect(() => void read(null), [filter.kind, filter.state, filter.by, last.value]);
  return (
    <div class="intervene-list">
      <Filters filter={filter} onFilter={setFilter} />
      {wrong && (
        <p class="intervene-wrong" role="alert">
          {wrong}
        </p>
      )}
      <Table
        caption={t("intervene.history")}
        columns={columns()}
        rows={rows}
        most={Infinity}
        keyOf={(one) => String(one.number)}
        empty={t("intervene.none_found")}
      />
      {next !== null && <Button onClick={() => void read(next)}>{t("intervene.older")}</Button>}
    </div>
  );
}

function Filters({ filter, onFilter }: { filter: Filter; onFilter: (filter: Filter) => void }) {
  const all = { value: "" as const, text: t("intervene.all") };
  return (
    <div class="intervene-filters">
      <Choice
        label={t("intervene.what")}
        value={filter.kind}
        options={[all, ...KINDS.map((one) => ({ value: one, text: t(`intervene.kind.${one}`) }))]}
        onValue={(kind) => onFilter({ ...filter, kind })}
      />
      <Choice
        label={t("intervene.outcome")}
        value={filter.state}
        options={[all, ...STATES.map((one) => ({ value: one, text: t(`intervene.state.${one}`) }))]}
        onValue={(state) => onFilter({ ...filter, state })}
      />
      <Field
        label={t("intervene.who")}
        value={filter.by}
        onValue={(by) => onFilter({ ...filter, by })}
      />
    </div>
  );
}

function columns(): readonly Column<Intervention>[] {
  return [
    { key: "when", title: t("intervene.when"), cell: (one) => moment(one.asked_ms) },
    { key: "what", title: t("intervene.what"), cell: (one) => t(`intervene.kind.${one.kind}`) },
    {
      key: "about",
      title: t("intervene.about"),
      cell: (one) => [one.name, one.robots.join(", "), one.node].filter(Boolean).join(" · "),
    },
    { key: "who", title: t("intervene.who"), cell: (one) => one.by },
    { key: "why", title: t("intervene.reason"), cell: (one) => one.reason },
    { key: "state", title: t("intervene.outcome"), cell: (one) => <Chip one={one} /> },
    { key: "text", title: t("intervene.words"), cell: (one) => one.text },
  ];
}
