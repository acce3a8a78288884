/** What stands in place of something that has not come, or could not be asked for. */
import { problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import type { Loaded } from "./loading";

export function Waiting({ of }: { of: Loaded<unknown> }) {
  if (!of.problem) return <p class="empty">{t("shell.loading")}</p>;
  return (
    <div class="empty" role="alert">
      <p>{problemWords(of.problem)}</p>
      <Button onClick={of.again}>{t("shell.retry")}</Button>
    </div>
  );
}
