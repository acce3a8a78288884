/** Asks before something is done to an order: what follows, why, and then it is done once. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import type { Answered } from "./Answer";
import { type Altered, cancel, keyOfDialog, type Known, prioritise } from "./desk";

export interface AskProps {
  /** The order as it was when somebody wanted this. */
  known: Known;
  onClose: () => void;
  onDone: (told: Answered) => void;
  /** The bridge refused: the order is not as it was. */
  onStale: () => void;
}

interface Props extends AskProps {
  deed: Answered["deed"];
  title: string;
  says: string;
  button: string;
  danger?: boolean;
  /** What is wrong with what is in the form, if something is. */
  check?: () => string;
  act: (reason: string, key: string) => Promise<Altered>;
  children?: ComponentChildren;
}

export function AskDialog(props: Props) {
  const { deed, title, says, button, danger = false, check, act, children } = props;
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const [key, setKey] = useState(keyOfDialog);
  const submit = async (event: Event) => {
    event.preventDefault();
    setMissing(reason.trim() ? "" : t("orders.reason_missing"));
    const bad = check?.() ?? "";
    setWrong(bad);
    if (busy || bad || !reason.trim()) return;
    setBusy(true);
    try {
      props.onDone({ deed, altered: await act(reason.trim(), key) });
      props.onClose();
    } catch (error) {
      const problem = asProblem(error);
      setWrong(problemWords(problem));
      setBusy(false);
      // Without an answer the same may be sent again under its key; what was refused is over.
      if (problem.status !== 0) setKey(keyOfDialog());
      if (problem.status === 409) props.onStale();
    }
  };
  return (
    <Dialog title={title} onClose={props.onClose}>
      <form class="orders-form" onSubmit={(event) => void submit(event)}>
        <p>{says}</p>
        {children}
        <Field
          label={t("orders.reason_label")}
          value={reason}
          onValue={setReason}
          maxLength={500}
          wrong={missing}
          first={deed !== "change"}
        />
        {wrong && (
          <p class="field-wrong" role="alert">
            {wrong}
          </p>
        )}
        <div class="orders-buttons">
          <Button type="submit" kind={danger ? "danger" : "main"} disabled={busy}>
            {button}
          </Button>
          <Button onClick={props.onClose}>{t("orders.leave")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

const PRIORITIES = ["1", "2", "0"] as const;

export function RushDialog(props: AskProps) {
  const { known } = props;
  const [priority, setPriority] = useState<(typeof PRIORITIES)[number]>(
    known.priority > 0 ? "0" : "1",
  );
  return (
    <AskDialog
      {...props}
      deed="rush"
      title={t("orders.rush_title", { order: known.order })}
      says={t(priority === "0" ? "orders.calm_says" : "orders.rush_says")}
      button={t(priority === "0" ? "orders.calm_do" : "orders.rush_do")}
      act={(reason, key) => prioritise(known, Number(priority), reason, key)}
    >
      <Choice
        label={t("orders.priority")}
        value={priority}
        options={PRIORITIES.map((one) => ({ value: one, text: t(`orders.priorities.${one}`) }))}
        onValue={setPriority}
      />
    </AskDialog>
  );
}

export function CancelDialog(props: AskProps) {
  const { known } = props;
  return (
    <AskDialog
      {...props}
      deed="cancel"
      danger
      title={t("orders.cancel_title", { order: known.order })}
      says={t(`orders.cancel_says.${known.phase}`)}
      button={t("orders.cancel_do")}
      act={(reason, key) => cancel(known, reason, key)}
    />
  );
}
