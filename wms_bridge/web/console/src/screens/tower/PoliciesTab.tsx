/** Level 3: what is done by itself when an alarm comes, what was done, and how it is put back. */
import { useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { may } from "../../api/session";
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { type Column, Table } from "../../parts/Table";
import { tell } from "../../parts/Toast";
import { Executions } from "./Executions";
import { useLoaded } from "./loading";
import { deedOf, whenOf } from "./names";
import { type Mode, modesOf, type Policy } from "./policy";
import { PolicyForm } from "./PolicyForm";
import { ReasonDialog } from "./ReasonDialog";
import { Waiting } from "./Waiting";

const LOOK_EVERY_MS = 2000;

type Step =
  | { what: "edit"; policy: Policy | null }
  | { what: "mode"; policy: Policy; mode: Mode }
  | { what: "remove"; policy: Policy };

export function PoliciesTab() {
  const loaded = useLoaded(() => ask(api.GET("/v1/alarm-policies")), "", LOOK_EVERY_MS);
  const [step, setStep] = useState<Step | null>(null);
  const { data } = loaded;
  const close = () => {
    setStep(null);
    loaded.again();
  };
  return (
    <div class="tower-page">
      <section class="tower-card" aria-labelledby="tower-policies">
        <header class="tower-head">
          <h2 id="tower-policies">{t("tower.policies")}</h2>
          <p class="tower-note">{t("tower.policies_note")}</p>
          {may("decide") && (
            <Button kind="main" onClick={() => setStep({ what: "edit", policy: null })}>
              {t("tower.new_policy")}
            </Button>
          )}
        </header>
        {(!data || loaded.problem) && <Waiting problem={loaded.problem} again={loaded.again} />}
        {data && (
          <Table
            caption={t("tower.policies")}
            columns={columns(setStep)}
            rows={data.policies as Policy[]}
            keyOf={(row) => row.name}
            empty={t("tower.no_policies")}
          />
        )}
      </section>
      <Executions />
      {step?.what === "edit" && <PolicyForm policy={step.policy} onClose={close} />}
      {step?.what === "mode" && <ModeDialog {...step} onClose={close} />}
      {step?.what === "remove" && <RemoveDialog policy={step.policy} onClose={close} />}
    </div>
  );
}

function columns(choose: (step: Step) => void): readonly Column<Policy>[] {
  return [
    { key: "name", title: t("tower.column.policy"), cell: (row) => <strong>{row.name}</strong> },
    {
      key: "does",
      title: t("tower.column.does"),
      cell: (row) => (
        <div class="tower-what">
          <span>{t("tower.on_alarm", { when: whenOf(row.on) })}</span>
          <span>{`→ ${deedOf(row.do)}`}</span>
          <span class="tower-note">
            {t("tower.limits", {
              cooldown: number(row.cooldown_s ?? 0),
              count: row.most_per_h ?? 0,
            })}
          </span>
        </div>
      ),
    },
    { key: "mode", title: t("tower.column.mode"), cell: (row) => <ModeTold policy={row} /> },
    {
      key: "do",
      title: t("tower.column.do"),
      cell: (row) =>
        may("decide") && (
          <div class="tower-deeds">
            {modesOf(row).map((mode) => (
              <Button key={mode} onClick={() => choose({ what: "mode", policy: row, mode })}>
                {t(`tower.switch.${mode}`)}
              </Button>
            ))}
            <Button onClick={() => choose({ what: "edit", policy: row })}>{t("tower.edit")}</Button>
            {row.mode === "off" && (
              <Button onClick={() => choose({ what: "remove", policy: row })}>
                {t("tower.remove")}
              </Button>
            )}
          </div>
        ),
    },
  ];
}

function ModeTold({ policy }: { policy: Policy }) {
  const held = policy.held_ms != null;
  return (
    <div class="tower-what">
      <span class="tower-state" data-mode={held ? "held" : policy.mode}>
        {held ? t("tower.held") : t(`tower.mode.${policy.mode ?? "off"}`)}
      </span>
      {held && <span class="tower-note">{policy.held_because}</span>}
      {!held && policy.mode !== "off" && (
        <span class="tower-note">{t("tower.on_by", { who: policy.on_by ?? "" })}</span>
      )}
    </div>
  );
}

interface ModeProps {
  policy: Policy;
  mode: Mode;
  onClose: () => void;
}

function ModeDialog({ policy, mode, onClose }: ModeProps) {
  const act = async (reason: string) => {
    await ask(
      api.POST("/v1/alarm-policies/{name}/mode", {
        params: { path: { name: policy.name } },
        body: { mode, version: policy.version ?? 1, reason, by: "" },
      }),
    );
    tell(t(`tower.switched.${mode}`, { name: policy.name }));
  };
  return (
    <ReasonDialog
      title={t(`tower.switch_title.${mode}`, { name: policy.name })}
      follows={t(`tower.switch_follows.${mode}`, { deed: deedOf(policy.do) })}
      act={t(`tower.switch.${mode}`)}
      danger={mode === "on"}
      onAct={act}
      onClose={onClose}
    />
  );
}

function RemoveDialog({ policy, onClose }: { policy: Policy; onClose: () => void }) {
  const act = async (reason: string) => {
    await ask(
      api.DELETE("/v1/alarm-policies/{name}", {
        params: { path: { name: policy.name }, query: { version: policy.version ?? 1 } },
        headers: { "Podherd-Reason": encodeURIComponent(reason) },
      }),
    );
    tell(t("tower.removed", { name: policy.name }));
  };
  return (
    <ReasonDialog
      title={t("tower.remove_title", { name: policy.name })}
      follows={t("tower.remove_follows")}
      act={t("tower.remove")}
      danger
      onAct={act}
      onClose={onClose}
    />
  );
}
