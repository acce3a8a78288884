/** A policy in a dialog: on which alarms, what to do, how often; tried over past alarms first. */
import { useEffect, useState } from "preact/hooks";

import { api, ask, type Schema } from "../../api/client";
import { asProblem, type Problem, problemWords } from "../../api/problem";
import { number, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { tell } from "../../parts/Toast";
import { alarmKind } from "./names";
import {
  ACTIONS,
  bodyOf,
  type Draft,
  draftOf,
  EMPTY,
  fieldOf,
  type Policy,
  TARGETS,
} from "./policy";

const SEVERITIES = ["critical", "high", "medium", "low"];
type Trial = Schema["HistoryRun"];

export function PolicyForm({ policy, onClose }: { policy: Policy | null; onClose: () => void }) {
  const [draft, setDraft] = useState<Draft>(policy ? draftOf(policy) : EMPTY);
  const [reason, setReason] = useState("");
  const [hours, setHours] = useState("24");
  const [wrong, setWrong] = useState<{ field: string; text: string } | null>(null);
  const [trial, setTrial] = useState<Trial | null>(null);
  const [busy, setBusy] = useState(false);
  const set = (change: Partial<Draft>) => {
    setDraft({ ...draft, ...change });
    setTrial(null);
  };
  const refused = (problem: Problem) =>
    setWrong({ field: fieldOf(problem.field), text: problemWords(problem) });
  const send = async (what: "save" | "try") => {
    const made = bodyOf(draft);
    if (typeof made === "string") {
      return setWrong({
        field: made,
        text: t(`tower.wrong.${made === "area" ? "area" : "number"}`),
      });
    }
    if (busy) return;
    setBusy(true);
    setWrong(null);
    try {
      if (what === "try") {
        const body = { ...made.body, hours: Number(hours) || 24 };
        setTrial(await ask(api.POST("/v1/alarm-policy-trials", { body })));
      } else {
        const path = { name: draft.name.trim() || " " };
        const body = { ...made.body, version: policy?.version ?? 0, reason: reason.trim(), by: "" };
        await ask(api.PUT("/v1/alarm-policies/{name}", { params: { path }, body }));
        tell(t("tower.saved", { name: draft.name }));
        onClose();
        return;
      }
    } catch (error) {
      refused(asProblem(error));
    }
    setBusy(false);
  };
  const at = (field: string) => (wrong?.field === field ? { wrong: wrong.text } : {});
  const known = wrong !== null && SHOWN.has(wrong.field);
  return (
    <Dialog
      title={policy ? t("tower.edit_title", { name: policy.name }) : t("tower.new_policy")}
      onClose={onClose}
    >
      <form
        class="tower-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void send("save");
        }}
      >
        {!policy && (
          <Field
            label={t("tower.name")}
            value={draft.name}
            onValue={(name) => set({ name })}
            maxLength={60}
            {...at("name")}
          />
        )}
        <When draft={draft} set={set} at={at} />
        <What draft={draft} set={set} at={at} />
        <div class="tower-fields">
          <Field
            label={t("tower.cooldown_s")}
            value={draft.cooldown_s}
            onValue={(cooldown_s) => set({ cooldown_s })}
            inputMode="numeric"
            {...at("cooldown_s")}
          />
          <Field
            label={t("tower.most_per_h")}
            value={draft.most_per_h}
            onValue={(most_per_h) => set({ most_per_h })}
            inputMode="numeric"
            {...at("most_per_h")}
          />
        </div>
        <div class="tower-fields tower-try">
          <Field
            label={t("tower.try_hours")}
            value={hours}
            onValue={setHours}
            inputMode="numeric"
            {...at("hours")}
          />
          <Button onClick={() => void send("try")} disabled={busy}>
            {t("tower.try")}
          </Button>
        </div>
        {trial && <Tried trial={trial} />}
        <Field
          label={t("tower.reason")}
          value={reason}
          onValue={setReason}
          maxLength={500}
          {...at("reason")}
        />
        {wrong && !known && (
          <p class="field-wrong" role="alert">
            {wrong.text}
          </p>
        )}
        <p class="tower-note">{t("tower.saved_off")}</p>
        <div class="tower-ends">
          <Button onClick={onClose}>{t("tower.cancel")}</Button>
          <Button type="submit" kind="main" disabled={busy}>
            {t("tower.save")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Fields beside which a refusal is shown. */
const SHOWN: ReadonlySet<string> = new Set([
  ...["name", "subject", "lasting_s", "at_least", "target", "rule", "area"],
  ...["within_min", "most", "priority", "cooldown_s", "most_per_h", "hours", "reason"],
]);

interface Part {
  draft: Draft;
  set: (change: Partial<Draft>) => void;
  at: (field: string) => { wrong?: string };
}

function When({ draft, set, at }: Part) {
  const [kinds, setKinds] = useState<readonly string[]>([]);
  useEffect(() => {
    ask(api.GET("/v1/alarms/kinds")).then(
      (told) => setKinds(told.kinds.map((one) => one.kind)),
      () => setKinds([]),
    );
  }, []);
  return (
    <fieldset class="tower-set">
      <legend>{t("tower.when")}</legend>
      <Choice
        label={t("tower.alarm_kind")}
        value={draft.kinds[0] ?? ""}
        options={[
          { value: "", text: t("tower.any_kind") },
          ...kinds.map((one) => ({ value: one, text: alarmKind(one) })),
        ]}
        onValue={(kind) => set({ kinds: kind ? [kind] : [] })}
      />
      <Choice
        label={t("tower.severity_label")}
        value={draft.severities[0] ?? ""}
        options={[
          { value: "", text: t("tower.any_severity") },
          ...SEVERITIES.map((one) => ({ value: one, text: t(`tower.severity.${one}`) })),
        ]}
        onValue={(one) => set({ severities: one ? [one] : [] })}
      />
      <Field
        label={t("tower.subject_pattern")}
        value={draft.subject}
        onValue={(subject) => set({ subject })}
        maxLength={200}
        {...at("subject")}
      />
      <Field
        label={t("tower.lasting_s")}
        value={draft.lasting_s}
        onValue={(lasting_s) => set({ lasting_s })}
        inputMode="numeric"
        {...at("lasting_s")}
      />
      <Field
        label={t("tower.at_least_label")}
        value={draft.at_least}
        onValue={(at_least) => set({ at_least })}
        inputMode="numeric"
        {...at("at_least")}
      />
    </fieldset>
  );
}

function What({ draft, set, at }: Part) {
  const target = TARGETS[draft.action];
  const area = draft.action === "stop_area" || draft.action === "set_rule";
  return (
    <fieldset class="tower-set">
      <legend>{t("tower.then")}</legend>
      <Choice
        label={t("tower.do_label")}
        value={draft.action}
        options={ACTIONS.map((one) => ({ value: one, text: t(`tower.action.${one}`) }))}
        onValue={(action) => set({ action })}
      />
      {target && (
        <Field
          label={t(`tower.target.${target}`)}
          value={draft.target}
          onValue={(value) => set({ target: value })}
          maxLength={100}
          {...at("target")}
        />
      )}
      {draft.action === "close_station" && (
        <label class="tower-check">
          <input
            type="checkbox"
            checked={draft.at_once}
            onChange={(event) => set({ at_once: event.currentTarget.checked })}
          />
          {t("tower.at_once_long")}
        </label>
      )}
      {draft.action === "set_rule" && (
        <Field
          label={t("tower.rule")}
          value={draft.rule}
          onValue={(rule) => set({ rule })}
          maxLength={100}
          {...at("rule")}
        />
      )}
      {area && (
        <Field
          label={t(draft.action === "set_rule" ? "tower.area" : "tower.area_or_site")}
          value={draft.area}
          onValue={(value) => set({ area: value })}
          {...at("area")}
        />
      )}
      {draft.action === "rush_orders" &&
        (["within_min", "most", "priority"] as const).map((field) => (
          <Field
            key={field}
            label={t(`tower.rush.${field}`)}
            value={draft[field]}
            onValue={(value) => set({ [field]: value })}
            inputMode="numeric"
            {...at(field)}
          />
        ))}
    </fieldset>
  );
}

function Tried({ trial }: { trial: Trial }) {
  const acts = trial.acts ?? [];
  return (
    <div class="tower-tried" role="status">
      <p>
        {t("tower.would_have", { count: acts.length, alarms: number(trial.alarms) })}
        {trial.cut ? ` ${t("tower.trial_cut", { from: siteClock(trial.from_ms) })}` : ""}
      </p>
      <ol>
        {acts.slice(0, 50).map((one) => (
          <li key={`${one.at_ms}/${one.subject}`}>
            {`${siteClock(one.at_ms)} · ${alarmKind(one.kind)}: ${one.subject}`}
          </li>
        ))}
      </ol>
    </div>
  );
}
