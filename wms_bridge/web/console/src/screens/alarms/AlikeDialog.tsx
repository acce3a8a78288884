/** Asks before all alarms that are alike are acknowledged, and says what follows. */
import { useState } from "preact/hooks";

import type { Schema } from "../../api/client";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { told } from "./catalogue";
import { acknowledgeAlike } from "./deeds";

interface Props {
  alike: Schema["AlikeIn"];
  /** The latest change of any alarm when the list was read: what came later is not meant. */
  change: number;
  /** How many there were then; null if that is not known. */
  count: number | null;
  onClose: () => void;
  onDone: () => void;
}

export function AlikeDialog({ alike, change, count, onClose, onDone }: Props) {
  const [reason, setReason] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    await acknowledgeAlike(alike, change, reason.trim());
    onClose();
    onDone();
  };
  return (
    <Dialog title={t("alarms.alike_title")} onClose={onClose}>
      <form class="alarms-form" onSubmit={submit}>
        <p>{t("alarms.alike_of", { what: alikeWords(alike) })}</p>
        {count !== null && <p class="alarms-says">{t("alarms.alike_says", { count })}</p>}
        <p class="alarms-says">{t("alarms.alike_left")}</p>
        <Field
          label={t("alarms.reason_optional")}
          value={reason}
          onValue={setReason}
          maxLength={500}
        />
        <div class="alarms-buttons">
          <Button type="submit" kind="main" disabled={busy}>
            {t("alarms.acknowledge")}
          </Button>
          <Button onClick={onClose}>{t("alarms.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function alikeWords(alike: Schema["AlikeIn"]): string {
  const parts = [
    (alike.severity ?? []).map((one) => t(`alarms.severity.${one}`)).join(" / "),
    (alike.kind ?? []).map((one) => told(one, "title")).join(" / "),
    alike.search ? `${t("alarms.search")}: ${alike.search}` : "",
  ];
  return parts.filter(Boolean).join("; ") || t("alarms.alike_everything");
}
