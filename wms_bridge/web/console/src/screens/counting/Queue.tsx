/** The discrepancies that a supervisor has to decide, and the evidence of the chosen one. */
import { useEffect, useRef, useState } from "preact/hooks";

import { may } from "../../api/session";
import { useShortcuts } from "../../app/shortcuts";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { Choice } from "../../parts/Choice";
import { address, setQuery } from "../../routes/router";
import { type Action, type Case, type Details, type Sort, sorted, SORTS } from "./case";
import { CaseView } from "./CaseView";
import { caseWithBooks, decide, deciding, useAsked } from "./data";
import { DecisionDialog } from "./DecisionDialog";
import { chanceWords, changeWords, stakeWords } from "./words";

const OLD_MS = 10_000;

interface Props {
  listed: readonly Case[] | null;
  wrong: string;
  at_ms: number;
  onChange: () => void;
}

export function Queue({ listed, wrong, at_ms, onChange }: Props) {
  const { query } = address.value;
  const by = SORTS.find((one) => one === query.sort) ?? "value";
  const cases = sorted(listed ?? [], by);
  const asked = cases.find((one) => one.case === query.case || one.slot === query.slot);
  const gone = listed !== null && query.case !== undefined && !asked ? query.case : null;
  const chosen = gone === null ? (asked ?? cases[0] ?? null) : null;
  const shown = gone ?? chosen?.case ?? null;
  if (!listed) return <p class="empty">{wrong || t("shell.loading")}</p>;
  return (
    <div class="counting-panes">
      <section class="counting-side" aria-label={t("counting.tab.queue")}>
        <div class="counting-sort">
          <Choice
            label={t("counting.sort_label")}
            value={by}
            options={SORTS.map((one) => ({ value: one, text: t(`counting.sort.${one}`) }))}
            onValue={(sort: Sort) => setQuery({ sort })}
          />
          <Age at_ms={at_ms} wrong={wrong} />
        </div>
        <CaseList cases={cases} chosen={shown} />
      </section>
      {shown === null ? (
        <p class="empty">{t("counting.nothing_to_decide")}</p>
      ) : (
        <Chosen key={shown} name={shown} cases={cases} onChange={onChange} />
      )}
    </div>
  );
}

/** Said only when the list is older than it should be. */
function Age({ at_ms, wrong }: { at_ms: number; wrong: string }) {
  const [now_ms, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  const old_ms = now_ms - at_ms;
  if (!wrong && old_ms < OLD_MS) return null;
  return (
    <p class="counting-old" role="status">
      {t("counting.as_of", { age: duration(Math.max(0, old_ms)), why: wrong })}
    </p>
  );
}

export function CaseList({ cases, chosen }: { cases: readonly Case[]; chosen: string | null }) {
  if (cases.length === 0) return <p class="empty">{t("counting.nothing_to_decide")}</p>;
  return (
    <ol class="counting-list">
      {cases.map((one) => (
        <li key={one.case}>
          <button
            type="button"
            class="counting-row"
            data-case={one.case}
            aria-current={one.case === chosen ? "true" : undefined}
            onClick={() => setQuery({ case: one.case, slot: "" })}
          >
            <span class="counting-row-head">
              <strong>{one.slot}</strong>
              <span class="counting-change" data-sign={Math.sign(one.difference)}>
                {changeWords(one)}
              </span>
            </span>
            <span class="counting-row-more">
              <span>{one.sku}</span>
              <span>{stakeWords(one)}</span>
              <span>{chanceWords(one.probability)}</span>
              <span>{t("counting.since", { age: ageOf(one) })}</span>
            </span>
            {deciding.value.has(one.case) && (
              <span class="counting-sending">
                {t(`counting.sending.${deciding.value.get(one.case) ?? "approve"}`)}
              </span>
            )}
          </button>
        </li>
      ))}
    </ol>
  );
}

/** How long a case has been open, by the bridge's clock. */
function ageOf(given: Case): string {
  return duration(alarms.now_ms() - given.opened_ms);
}

interface ChosenProps {
  name: string;
  cases: readonly Case[];
  onChange: () => void;
}

/** The chosen case, read anew while it is shown; keys move through the queue and ask to decide. */
function Chosen({ name, cases, onChange }: ChosenProps) {
  const asked = useAsked(name, () => caseWithBooks(name));
  const [asking, setAsking] = useState<{ given: Details & { now: number }; action: Action } | null>(
    null,
  );
  const begin = (action: Action) => {
    const given = asked.data;
    if (given?.status === "approve" && may("decide") && !deciding.value.has(name)) {
      setAsking({ given, action });
    }
  };
  useKeys(name, cases, begin);
  const send = (reason: string) => {
    if (!asking) return;
    const { given, action } = asking;
    setAsking(null);
    const at = cases.findIndex((one) => one.case === name);
    const next = cases[at + 1] ?? cases[at - 1];
    void decide(given, action, reason).then((taken) => {
      onChange();
      // Whoever was too late stays with the case, to see what became of it.
      if (taken && address.value.query.case === name) setQuery({ case: next?.case ?? "" });
      else if (!taken) asked.reload();
    });
    setQuery({ case: name, slot: "" });
  };
  return (
    <>
      <CaseView given={asked.data} wrong={asked.wrong} onAction={begin} />
      {asking && (
        <DecisionDialog
          given={asking.given}
          action={asking.action}
          onSend={send}
          onClose={() => setAsking(null)}
        />
      )}
    </>
  );
}

/** j and k move through the queue; a, r and x ask before they decide. */
function useKeys(name: string, cases: readonly Case[], begin: (action: Action) => void): void {
  const now = useRef({ name, cases, begin });
  useEffect(() => {
    now.current = { name, cases, begin };
  });
  const move = (step: number) => {
    const at = now.current.cases.findIndex((one) => one.case === now.current.name);
    const next = now.current.cases[at < 0 ? 0 : at + step];
    if (!next) return;
    setQuery({ case: next.case, slot: "" });
    document.querySelector<HTMLElement>(`[data-case="${CSS.escape(next.case)}"]`)?.focus();
  };
  useShortcuts([
    { keys: "j", words: "counting.shortcut.next", run: () => move(1) },
    { keys: "k", words: "counting.shortcut.previous", run: () => move(-1) },
    { keys: "a", words: "counting.shortcut.approve", run: () => now.current.begin("approve") },
    { keys: "r", words: "counting.shortcut.recount", run: () => now.current.begin("recount") },
    { keys: "x", words: "counting.shortcut.reject", run: () => now.current.begin("reject") },
  ]);
}
