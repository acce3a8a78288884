/** Sets an alarm aside for a while, or has it back: what follows, for how long, why. */
import { useState } from "preact/hooks";

import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { Dialog } from "../../parts/Dialog";
import { catalogue, nameOf, shortestShelf_s } from "./catalogue";
import { shelve, unshelve } from "./deeds";
import type { Alarm } from "./filter";
import { Reason } from "./Reason";

const TIMES_S = [900, 3600, 7200, 14_400, 28_800, 43_200];
/** What shelving begins with. */
const USUAL_S = 3600;

interface Props {
  /** As it was when somebody wanted this. */
  alarm: Alarm;
  onClose: () => void;
  onDone: () => void;
}

/** The times for which an alarm of a kind may be shelved (s). */
export function timesFor(shortest_s: number, longest_s: number): number[] {
  const fit = TIMES_S.filter((one) => one >= shortest_s && one <= longest_s);
  return fit.length > 0 ? fit : [longest_s];
}

export function ShelveDialog({ alarm, onClose, onDone }: Props) {
  const longest_s = catalogue.value.get(alarm.kind)?.longest_shelf_s ?? USUAL_S;
  const times = timesFor(shortestShelf_s.value, longest_s);
  const [time_s, setTime] = useState(times.includes(USUAL_S) ? USUAL_S : (times[0] ?? USUAL_S));
  const options = times.map((one) => ({ value: String(one), text: duration(one * 1000) }));
  return (
    <Asked
      title={t("alarms.shelve_title", { what: nameOf(alarm) })}
      says={t("alarms.shelve_says")}
      button={t("alarms.shelve_do", { time: duration(time_s * 1000) })}
      needed
      act={(reason) => shelve(alarm, time_s, reason)}
      onClose={onClose}
      onDone={onDone}
    >
      <Choice
        label={t("alarms.shelve_how_long")}
        value={String(time_s)}
        options={options}
        onValue={(value) => setTime(Number(value))}
      />
    </Asked>
  );
}

export function UnshelveDialog({ alarm, onClose, onDone }: Props) {
  return (
    <Asked
      title={t("alarms.unshelve_title", { what: nameOf(alarm) })}
      says={t("alarms.unshelve_says")}
      button={t("alarms.unshelve")}
      act={(reason) => unshelve(alarm, reason)}
      onClose={onClose}
      onDone={onDone}
    />
  );
}

function Asked(props: {
  title: string;
  says: string;
  button: string;
  needed?: boolean;
  act: (reason: string) => Promise<boolean>;
  onClose: () => void;
  onDone: () => void;
  children?: preact.ComponentChildren;
}) {
  const { title, says, button, needed = false, act, onClose, onDone, children } = props;
  const [reason, setReason] = useState("");
  const [wrong, setWrong] = useState("");
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (needed && !reason.trim()) return setWrong(t("alarms.reason_missing"));
    setBusy(true);
    await act(reason.trim());
    onClose();
    onDone();
  };
  return (
    <Dialog title={title} onClose={onClose}>
      <form class="alarms-form" onSubmit={submit}>
        <p class="alarms-says">{says}</p>
        {children}
        <Reason
          label={t(needed ? "alarms.reason" : "alarms.reason_optional")}
          value={reason}
          onValue={setReason}
          wrong={wrong}
        />
        <div class="alarms-buttons">
          <Button type="submit" kind="main" disabled={busy}>
            {button}
          </Button>
          <Button onClick={onClose}>{t("alarms.cancel")}</Button>
        </div>
      </form>
    </Dialog>
  );
}
