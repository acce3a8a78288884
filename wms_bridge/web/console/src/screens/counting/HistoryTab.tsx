/** Cases that are closed: what was adjusted, approved, rejected or found as booked, and by whom. */
import { useEffect, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { moment } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Field } from "../../parts/Field";
import { type Column, Table } from "../../parts/Table";
import { hrefOf } from "../../routes/router";
import type { Case } from "./case";
import { closedCases } from "./data";
import { changeWords, stakeWords } from "./words";

const PAGE = 200;
export const OUTCOMES = ["changed", "adjusted", "approved", "rejected", "confirmed", "superseded"];

/** Cases of an outcome ("changed": the books were) with a text in slot, SKU, name or reason. */
export function narrowed(cases: readonly Case[], outcome: string, text: string): Case[] {
  const wanted = text.trim().toLowerCase();
  return cases.filter((one) => {
    const changed =
      one.difference !== 0 && ["adjusted", "approved", "superseded"].includes(one.status);
    if (outcome === "changed" ? !changed : outcome && one.status !== outcome) return false;
    const told = [one.slot, one.sku, one.case, one.decided_by ?? "", one.note];
    return told.some((part) => part.toLowerCase().includes(wanted));
  });
}

export function HistoryTab() {
  const [known, setKnown] = useState<readonly Case[] | null>(null);
  const [more, setMore] = useState(false);
  const [wrong, setWrong] = useState("");
  const [outcome, setOutcome] = useState("");
  const [text, setText] = useState("");
  const load = (before: number | null, older: readonly Case[]) => {
    closedCases(before, PAGE).then(
      (found) => {
        setKnown([...older, ...found]);
        setMore(found.length === PAGE);
        setWrong("");
      },
      (error: unknown) => setWrong(problemWords(asProblem(error))),
    );
  };
  useEffect(() => load(null, []), []);
  const any = { value: "", text: t("counting.any_outcome") };
  const outcomes = OUTCOMES.map((one) => ({ value: one, text: t(`counting.outcome.${one}`) }));
  return (
    <div class="counting-wide">
      <div class="counting-filter">
        <Choice
          label={t("counting.outcome_label")}
          value={outcome}
          options={[any, ...outcomes]}
          onValue={setOutcome}
        />
        <Field label={t("counting.find_text")} value={text} onValue={setText} />
        <Button onClick={() => load(null, [])}>{t("counting.refresh")}</Button>
      </div>
      {wrong && (
        <p class="field-wrong" role="alert">
          {wrong}
        </p>
      )}
      <Table
        caption={t("counting.tab.history")}
        columns={columns()}
        rows={narrowed(known ?? [], outcome, text)}
        keyOf={(one) => one.case}
        most={known?.length ?? 0}
        empty={t(known ? "counting.nothing_closed" : "shell.loading")}
      />
      {more && (
        <div class="counting-more">
          <p class="counting-hint">{t("counting.looked_through", { count: known?.length ?? 0 })}</p>
          <Button onClick={() => load(known?.at(-1)?.number ?? null, known ?? [])}>
            {t("counting.older")}
          </Button>
        </div>
      )}
    </div>
  );
}

function columns(): readonly Column<Case>[] {
  return [
    {
      key: "at",
      title: t("counting.closed_at"),
      cell: (one) => moment(one.settled_ms ?? one.changed_ms),
    },
    {
      key: "slot",
      title: t("counting.slot"),
      cell: (one) => <a href={hrefOf("counting", [], { case: one.case })}>{one.slot}</a>,
    },
    { key: "sku", title: t("counting.sku"), cell: (one) => one.sku },
    { key: "change", title: t("counting.difference"), cell: changeWords },
    { key: "stake", title: t("counting.worth"), cell: stakeWords },
    {
      key: "outcome",
      title: t("counting.outcome_label"),
      cell: (one) => (
        <span class="counting-status" data-status={one.status}>
          {t(`counting.status.${one.status}`)}
        </span>
      ),
    },
    { key: "by", title: t("counting.who_decided"), cell: (one) => one.decided_by ?? "" },
    { key: "note", title: t("counting.reason_label"), cell: (one) => one.note },
  ];
}
