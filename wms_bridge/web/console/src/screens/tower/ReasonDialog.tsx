/** The second step of a deed: what follows from it, why it is done, and the button that does it. */
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
  children?: ComponentChildren;
  /** Does it; what it throws is shown, and the dialog stays. */
  onAct: (reason: string) => Promise<void>;
  onClose: () => void;
}

export function ReasonDialog(props: Props) {
  const [reason, setReason] = useState("");
  const [missing, setMissing] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const act = async () => {
    setMissing(reason.trim() === "");
    if (reason.trim() === "" || busy) return;
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
  return (
    <Dialog title={props.title} onClose={props.onClose}>
      <form
        class="tower-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void act();
        }}
      >
        <p>{props.follows}</p>
        {props.children}
        <Field
          label={t("tower.reason")}
          value={reason}
          onValue={setReason}
          maxLength={500}
          required
          first
          {...(missing ? { wrong: t("tower.reason_missing") } : {})}
        />
        {problem && (
          <p class="field-wrong" role="alert">
            {problemWords(problem)}
          </p>
        )}
        <div class="tower-ends">
          <Button onClick={props.onClose}>{t("tower.cancel")}</Button>
          <Button type="submit" kind={props.danger ? "danger" : "main"} disabled={busy}>
            {props.act}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
