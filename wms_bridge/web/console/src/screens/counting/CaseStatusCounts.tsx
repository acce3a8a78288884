/** How many counts ended how, as bars with their numbers. */
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";

export function CaseStatusCounts({ outcomes }: { outcomes: Readonly<Record<string, number>> }) {
  const all = Object.entries(outcomes).sort(([, a], [, b]) => b - a);
  const most = Math.max(1, ...all.map(([, count]) => count));
  return (
    <ul class="counting-outcomes" aria-label={t("counting.outcomes")}>
      {all.map(([status, count]) => (
        <li key={status}>
          <span>{t(`counting.status.${status}`)}</span>
          <meter min={0} max={most} value={count} aria-label={t(`counting.status.${status}`)} />
          <span class="figure">{number(count)}</span>
        </li>
      ))}
    </ul>
  );
}
