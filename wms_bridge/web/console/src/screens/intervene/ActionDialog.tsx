/** A deed: what follows from it, what it needs to know, why; then it is done, once. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";

import { newKey } from "../../api/client";
import { asProblem, type Problem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import type { Point } from "../../live/floorstate";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { tell } from "../../parts/Toast";
import type { Site } from "../floor/site";
import { readArea, type Stretch } from "./area";
import { type Deed, missing, type Said } from "./deeds";
import { last, perform, refresh } from "./desk";
import { Needs } from "./Needs";
import { orderOf } from "./ordering";

/** What the place from where the dialog was opened has said already. */
export interface Begun {
  robot?: string;
  name?: string;
  station?: string;
  node?: string;
  reason?: string;
}

/** What is filled in so far. */
export interface Filled {
  robots: readonly string[];
  corners: string;
  node: string;
  name: string;
  station: string;
  atOnce: boolean;
  stretch: Stretch | null;
  withSpots: boolean;
}

const WHY = ".intervene-why input";
const REASONS = ["obstacle", "fault", "cleaning", "maintenance", "person"] as const;

interface Props {
  deed: Deed;
  site: Site;
  begun: Begun;
  onClose: () => void;
}

export function ActionDialog({ deed, site, begun, onClose }: Props) {
  const key = useMemo(newKey, []);
  const [filled, setFilled] = useState<Filled>(() => emptyWith(begun));
  const [reason, setReason] = useState(begun.reason ?? "");
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const seen = useRef(last.value);
  const area = filled.corners ? readArea(filled.corners) : null;
  const lacks = missing(deed, saidOf(filled, reason, area));
  const body = useRef<HTMLFormElement>(null);
  const onlyWhy = lacks.every((one) => one === "reason");
  const focus = (what: string) => body.current?.querySelector<HTMLElement>(what)?.focus();
  useEffect(() => {
    // The first thing to say; the dialog itself, which opens after this, begins at its close button.
    const timer = setTimeout(() => focus(onlyWhy ? WHY : "input, select"));
    return () => clearTimeout(timer);
  }, []);
  useEffect(() => {
    // The map has said the rest: nobody has to press the field before typing why.
    if (onlyWhy && !document.activeElement?.matches("input, select")) focus(WHY);
  }, [onlyWhy]);
  const send = async () => {
    setAsked(true);
    if (busy || lacks.length > 0) return;
    setBusy(true);
    setProblem(null);
    try {
      await perform(orderOf(deed, key, filled, area ?? [], reason.trim(), seen.current, site));
      tell(t("intervene.told", { deed: t(`intervene.deed.${deed.key}`) }));
      onClose();
    } catch (error) {
      setProblem(asProblem(error));
      // Whoever asks again has been told how it is now.
      await refresh().catch(() => undefined);
      seen.current = last.value;
    } finally {
      setBusy(false);
    }
  };
  return (
    <Dialog title={t(`intervene.deed.${deed.key}`)} onClose={onClose}>
      <form
        ref={body}
        class="intervene-form"
        data-deed={deed.key}
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p class="intervene-follows">{t(`intervene.follows.${deed.key}`)}</p>
        {deed.kind === "stop" && <NotSafe />}
        <Needs deed={deed} site={site} filled={filled} area={area} onFilled={setFilled} />
        <Why reason={reason} onReason={setReason} wrong={asked && lacks.includes("reason")} />
        {asked && lacks.length > 0 && (
          <p class="intervene-wrong" role="alert">
            {lacks.map((one) => t(`intervene.lacks.${one}`)).join(" ")}
          </p>
        )}
        {problem && (
          <p class="intervene-wrong" role="alert">
            {problemWords(problem)}
          </p>
        )}
        <div class="intervene-end">
          <Button onClick={onClose}>{t("intervene.cancel")}</Button>
          <Button kind={deed.danger ? "danger" : "main"} type="submit" disabled={busy}>
            {t(`intervene.deed.${deed.key}`)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** Said wherever robots are stopped: nobody's life may hang on this. */
export function NotSafe() {
  return <p class="intervene-not-safe">{t("intervene.not_safe")}</p>;
}

function Why(props: { reason: string; onReason: (reason: string) => void; wrong: boolean }) {
  return (
    <div class="intervene-why">
      <Field
        label={t("intervene.reason")}
        value={props.reason}
        onValue={props.onReason}
        maxLength={500}
        {...(props.wrong ? { wrong: t("intervene.lacks.reason") } : {})}
      />
      <div class="intervene-chips" role="group" aria-label={t("intervene.usual_reasons")}>
        {REASONS.map((one) => (
          <button
            key={one}
            type="button"
            class="intervene-reason"
            onClick={() => props.onReason(t(`intervene.why.${one}`))}
          >
            {t(`intervene.why.${one}`)}
          </button>
        ))}
      </div>
    </div>
  );
}

function emptyWith(begun: Begun): Filled {
  return {
    robots: begun.robot ? [begun.robot] : [],
    corners: "",
    node: begun.node ?? "",
    name: begun.name ?? "",
    station: begun.station ?? "",
    atOnce: false,
    stretch: null,
    withSpots: false,
  };
}

function saidOf(filled: Filled, reason: string, area: readonly Point[] | null): Said {
  const { robots, node, name, station, stretch } = filled;
  return { area, robots, node, name, station, reason, stretch: stretch !== null };
}
