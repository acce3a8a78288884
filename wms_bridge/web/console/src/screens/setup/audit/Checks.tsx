/** Whether the audit log and the books are what was written. */
import { useEffect, useRef, useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { asProblem, problemWords } from "../../../api/problem";
import { number } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import type { Checked, Fault } from "./parts";
import { verifyAudit } from "./verify";

export function Checks() {
  return (
    <section class="setup-card" aria-labelledby="setup-checks">
      <h2 id="setup-checks">{t("setup.audit.checks")}</h2>
      <div class="setup-two">
        <AuditCheck />
        <LedgerCheck />
      </div>
    </section>
  );
}

function AuditCheck() {
  const [checked, setChecked] = useState<Checked | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const over = useRef(false);
  useEffect(() => () => void (over.current = true), []);
  const start = async () => {
    setBusy(true);
    setWrong("");
    setChecked(null);
    try {
      await verifyAudit(setChecked, () => over.current);
    } catch (error) {
      setWrong(problemWords(asProblem(error)));
    }
    setBusy(false);
  };
  return (
    <div class="setup-check">
      <Button disabled={busy} onClick={() => void start()}>
        {t("setup.audit.verify")}
      </Button>
      {busy && (
        <progress
          aria-label={t("setup.audit.progress")}
          max={Math.max(1, checked?.of ?? 1)}
          value={checked?.entries ?? 0}
        />
      )}
      <div role="status">
        {checked && <AuditVerdict checked={checked} />}
        {wrong && <p class="field-wrong">{wrong}</p>}
      </div>
    </div>
  );
}

function AuditVerdict({ checked }: { checked: Checked }) {
  const [first] = checked.faults;
  const count = number(checked.entries);
  if (first) {
    return (
      <div class="setup-verdict setup-verdict-bad">
        <p>{t("setup.audit.broken", { fault: faultWords(first) })}</p>
        <p>{t("setup.audit.faults", { count: checked.faults.length })}</p>
      </div>
    );
  }
  if (!checked.complete) return <p>{t("setup.audit.so_far", { entries: count })}</p>;
  return (
    <div class="setup-verdict setup-verdict-good">
      <p>{t("setup.audit.sound", { entries: count })}</p>
      <p class="setup-digest">{checked.head}</p>
      <p class="setup-note">{t("setup.audit.keep_head")}</p>
    </div>
  );
}

function faultWords(fault: Fault): string {
  const { kind, number: entry, until, was } = fault;
  return t(`setup.audit.fault.${kind}`, { entry, until: until ?? entry, was: was ?? "" });
}

function LedgerCheck() {
  const [report, setReport] = useState<Schema["LedgerReport"] | null>(null);
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const start = () => {
    setBusy(true);
    setWrong("");
    ask(api.GET("/v1/ledger/verify"))
      .then((told) => setReport(told as unknown as Schema["LedgerReport"]))
      .catch((error: unknown) => setWrong(problemWords(asProblem(error))))
      .finally(() => setBusy(false));
  };
  return (
    <div class="setup-check">
      <Button disabled={busy} onClick={start}>
        {t("setup.audit.ledger")}
      </Button>
      <div role="status">
        {busy && <p>{t("shell.loading")}</p>}
        {report && <LedgerVerdict report={report} />}
        {wrong && <p class="field-wrong">{wrong}</p>}
      </div>
    </div>
  );
}

const LEDGER = ["unbalanced", "negative", "duplicate_keys", "broken", "stale"] as const;

function LedgerVerdict({ report }: { report: Schema["LedgerReport"] }) {
  const faults = LEDGER.map((name) => ({ name, count: report[name]?.length ?? 0 })).filter(
    ({ count }) => count > 0,
  );
  if (faults.length === 0) {
    const entries = number(report.entries);
    return (
      <div class="setup-verdict setup-verdict-good">
        <p>{t("setup.audit.ledger_sound", { entries })}</p>
      </div>
    );
  }
  return (
    <div class="setup-verdict setup-verdict-bad">
      <p>{t("setup.audit.ledger_broken")}</p>
      <ul>
        {faults.map(({ name, count }) => (
          <li key={name}>{t(`setup.audit.ledger_fault.${name}`, { count })}</li>
        ))}
      </ul>
    </div>
  );
}
