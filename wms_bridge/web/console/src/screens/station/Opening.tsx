/** Closing and opening the station, with a reason. */
import { useState } from "preact/hooks";

import { api, ask } from "../../api/client";
import { asProblem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Dialog } from "../../parts/Dialog";
import { Field } from "../../parts/Field";
import { tell } from "../../parts/Toast";
import type { Panel } from "./panel";

export function Opening({ panel, onClose }: { panel: Panel; onClose: () => void }) {
  const [reason, setReason] = useState("");
  const [how, setHow] = useState<"finish" | "at_once">("finish");
  const [wrong, setWrong] = useState("");
  const { station, closed } = panel;
  const send = async () => {
    try {
      await change(station, closed, how === "at_once", reason.trim());
      tell(t(closed ? "station.was_opened" : "station.was_closed", { station }));
      onClose();
    } catch (error) {
      setWrong(problemWords(asProblem(error)));
    }
  };
  const title = closed ? "station.open_title" : "station.close_title";
  return (
    <Dialog title={t(title, { station })} onClose={onClose}>
      <form
        class="opening"
        onSubmit={(event) => {
          event.preventDefault();
          void send();
        }}
      >
        <p>{t(closed ? "station.open_follows" : `station.close_follows.${how}`)}</p>
        {!closed && (
          <Choice
            label={t("station.how")}
            value={how}
            options={[
              { value: "finish", text: t("station.how_finish") },
              { value: "at_once", text: t("station.how_at_once") },
            ]}
            onValue={setHow}
          />
        )}
        <Field
          label={t("station.why")}
          value={reason}
          onValue={setReason}
          maxLength={200}
          required
          first
          wrong={wrong}
        />
        <Button kind={closed ? "main" : "danger"} type="submit" disabled={reason.trim() === ""}>
          {t(closed ? "station.reopen" : "station.close")}
        </Button>
      </form>
    </Dialog>
  );
}

async function change(
  station: string,
  closed: boolean,
  at_once: boolean,
  reason: string,
): Promise<void> {
  const params = { path: { station } };
  // A header holds no other letters; the bridge reads them back.
  const headers = { "Podherd-Reason": encodeURIComponent(reason) };
  if (closed) await ask(api.POST("/v1/stations/{station}/open", { params, headers }));
  else await ask(api.POST("/v1/stations/{station}/close", { params, headers, body: { at_once } }));
}
