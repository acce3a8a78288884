/** What stands in place of something that has not come; or above what is old, why it is. */
import { type Problem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";

interface Props {
  problem: Problem | null;
  again: () => void;
}

export function Waiting({ problem, again }: Props) {
  if (!problem) return <p class="empty">{t("shell.loading")}</p>;
  return (
    <div class="tower-problem" role="alert">
      <p>{problemWords(problem)}</p>
      <Button onClick={again}>{t("shell.retry")}</Button>
    </div>
  );
}
