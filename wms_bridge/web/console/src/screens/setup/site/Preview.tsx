/** What the draft would change: shifts run on it and on the site as it is, by the bridge. */
import { useEffect, useState } from "preact/hooks";

import { api, ask, newKey, type Schema } from "../../../api/client";
import { asProblem, problemWords } from "../../../api/problem";
import { number } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { Dialog } from "../../../parts/Dialog";
import { Field } from "../../../parts/Field";
import { type Column, Table } from "../../../parts/Table";
import type { Site } from "./cells";
import { type Compared, comparedOf } from "./comparing";

type Run = Schema["WhatIfRun"];
const EVERY_MS = 1_500;
const RUNNING = ["waiting", "running"];

export function Preview({ site, onClose }: { site: Site; onClose: () => void }) {
  const [run, setRun] = useState<Run | null>(null);
  const [wrong, setWrong] = useState("");
  const [orders, setOrders] = useState("100");
  const [hours, setHours] = useState("2");
  const failed = (error: unknown) => setWrong(problemWords(asProblem(error)));
  useEffect(() => {
    if (!run || !RUNNING.includes(run.state)) return;
    const params = { path: { number: run.number } };
    const timer = setTimeout(() => {
      ask(api.GET("/v1/whatif/{number}", { params })).then(setRun, failed);
    }, EVERY_MS);
    return () => clearTimeout(timer);
  }, [run]);
  const start = () => {
    setWrong("");
    const body = {
      kind: "site" as const,
      alternatives: [
        { name: "as it is", changes: [] },
        { name: "draft", changes: [], site: JSON.stringify(site) },
      ],
      orders: Number(orders),
      hours: Number(hours),
      promise_h: 4,
      seeds: 3,
      by: "",
      reason: "preview of the site draft",
    };
    const params = { header: { "Idempotency-Key": newKey() } };
    ask(api.POST("/v1/whatif", { body, params })).then(setRun, failed);
  };
  const cancel = () => {
    if (!run) return;
    const params = { path: { number: run.number } };
    ask(api.POST("/v1/whatif/{number}/cancel", { params })).then(setRun, failed);
  };
  const running = run !== null && RUNNING.includes(run.state);
  return (
    <Dialog title={t("setup.preview.title")} onClose={onClose}>
      <div class="setup-form">
        <p>{t("setup.preview.follows")}</p>
        {!run && (
          <>
            <Field
              label={t("setup.preview.orders")}
              value={orders}
              onValue={setOrders}
              inputMode="numeric"
            />
            <Field
              label={t("setup.preview.hours")}
              value={hours}
              onValue={setHours}
              inputMode="decimal"
            />
          </>
        )}
        {wrong && (
          <p class="field-wrong" role="alert">
            {wrong}
          </p>
        )}
        {run && <Outcome run={run} />}
        <div class="setup-actions">
          {running && <Button onClick={cancel}>{t("setup.preview.cancel")}</Button>}
          {!run && (
            <Button kind="main" onClick={start}>
              {t("setup.preview.start")}
            </Button>
          )}
        </div>
      </div>
    </Dialog>
  );
}

function Outcome({ run }: { run: Run }) {
  const value = (share: number | null, digits: number) =>
    share === null ? t("setup.preview.unknown") : number(share, digits);
  const columns: Column<Compared>[] = [
    {
      key: "figure",
      title: t("setup.preview.figure"),
      cell: (one) => t(`setup.preview.figures.${one.name}`),
    },
    {
      key: "before",
      title: t("setup.preview.before"),
      cell: (one) => value(one.before, one.digits),
      figure: true,
    },
    {
      key: "after",
      title: t("setup.preview.after"),
      cell: (one) => value(one.after, one.digits),
      figure: true,
    },
    {
      key: "change",
      title: t("setup.preview.change"),
      cell: (one) => (
        <span class={one.better === null ? "" : one.better ? "setup-yes" : "setup-worse"}>
          {`${(one.change ?? 0) > 0 ? "+" : ""}${value(one.change, one.digits)}`}
          {one.better === null && ` ${t("setup.preview.unsure")}`}
        </span>
      ),
      figure: true,
    },
  ];
  return (
    <>
      <p role="status">
        {t(`setup.preview.state.${run.state}`, { done: run.done ?? 0, total: run.total ?? 0 })}
      </p>
      {RUNNING.includes(run.state) && (
        <progress
          aria-label={t("setup.preview.title")}
          max={Math.max(1, run.total ?? 1)}
          value={run.done ?? 0}
        />
      )}
      {run.error && <p class="field-wrong">{run.error}</p>}
      {run.state === "done" && (
        <Table
          caption={t("setup.preview.title")}
          columns={columns}
          rows={comparedOf(run)}
          keyOf={(one) => one.name}
          empty={t("setup.none")}
        />
      )}
    </>
  );
}
