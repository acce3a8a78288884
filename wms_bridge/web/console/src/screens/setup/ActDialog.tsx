/** The second step of an action: what follows from it, why it is done, and the button that does it. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { asProblem, type Problem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";

interface Props {
  title: string;
  /** What follows. */
  follows: string;
  /** The words on the button that does it. */
  act: string;
  danger?: boolean;
  /** No reason is asked for. */
  noReason?: boolean;
  /** Nothing can be done yet. */
  incomplete?: boolean;
  /** Does it; what it throws is shown, and the dialog stays. */
  onAct: (reason: string) => Promise<void>;
  onClose: () => void;
  /** Fields before the reason; given the name of the field that the bridge refused, and why. */
  children?: (wrong: (field: string) => string | undefined) => ComponentChildren;
}

export function ActDialog(props: Props) {
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async () => {
    const needed = !props.noReason && reason.trim() === "";
    setMissing(needed);
    if (needed || busy || props.incomplete) return;
    setBusy(true);
    setProblem(null);
    try {
      await props.onAct(reason.trim());
      props.onClose();
    } catch (error) {
      setProblem(asProblem(error));
      setBusy(false);
    }
  };
  // Asked for by the fields as they are drawn: a problem of none of them stands below.
  const fields: string[] = [];
  const wrong = (field: string) => {
    fields.push(field);
    const at = problem?.field.split(/[.[]/)[0] === field;
    return at && problem ? problemWords(problem) : undefined;
  };
  const inner = props.children?.(wrong);
  const elsewhere = problem && !fields.includes(problem.field.split(/[.[]/)[0] ?? "");
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        class="setup-form"
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <p>{props.follows}</p>
        {inner}
        {!props.noReason && (
          <Field
            label={t("setup.reason")}
            first={!props.children}
            value={reason}
            onValue={setReason}
            maxLength={500}
            {...(missing ? { wrong: t("setup.reason_missing") } : {})}
          />
        )}
        {elsewhere && (
          <p class="field-wrong" role="alert">
            {problemWords(problem)}
          </p>
        )}
        <div class="setup-actions">
          <Button onClick={props.onClose}>{t("setup.cancel")}</Button>
          <Button
            type="submit"
            kind={props.danger ? "danger" : "main"}
            disabled={busy || (props.incomplete ?? false)}
          >
            {props.act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** The header that tells the audit log why. */
export function why(reason: string): { "Podherd-Reason": string } {
  return { "Podherd-Reason": encodeURIComponent(reason) };
}
