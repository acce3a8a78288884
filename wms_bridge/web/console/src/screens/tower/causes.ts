/** What holds an order up, in words. */
import type { Schema } from "../../api/client";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";

/** "No stock of the article: SKU00012 (12 min)". */
export function causeWords(cause: Schema["Cause"]): string {
  const told = t(`tower.why.${cause.kind}`);
  const named = cause.subject ? `${told}: ${cause.subject}` : told;
  return cause.delay_ms == null ? named : `${named} (${duration(cause.delay_ms)})`;
}
