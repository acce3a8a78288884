/** What happened to alarms, the newest first. */
import type { Schema } from "../../api/client";
import { moment } from "../../i18n/format";
import { t } from "../../i18n/words";

type Change = Schema["AlarmChange"];

/** Who and why, where somebody did something; that a shelf ended by itself is said by the event. */
export function byWords(change: Change): string {
  return change.event === "shelf_over" ? "" : [change.by, change.reason].filter(Boolean).join(": ");
}

export function Changes({ changes }: { changes: readonly Change[] }) {
  return (
    <ol class="alarms-changes">
      {changes.map((one) => (
        <li key={one.number} data-event={one.event}>
          <time>{moment(one.at_ms)}</time>
          <strong>{t(`alarms.event.${one.event}`)}</strong>
          <span>{byWords(one)}</span>
        </li>
      ))}
    </ol>
  );
}
