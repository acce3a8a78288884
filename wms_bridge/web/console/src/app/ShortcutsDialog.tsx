/** The list of keyboard shortcuts. */
import { t } from "../i18n/words";
import { Dialog } from "../parts/Dialog";
import { shortcuts } from "./shortcuts";

export function ShortcutsDialog({ onClose }: { onClose: () => void }) {
  return (
    <Dialog title={t("shell.shortcuts")} onClose={onClose}>
      <dl class="shortcuts">
        {shortcuts.value.map((one) => (
          <div key={one.keys}>
            <dt>
              {one.keys.split(" ").map((key) => (
                <kbd key={key}>{key}</kbd>
              ))}
            </dt>
            <dd>{t(one.words)}</dd>
          </div>
        ))}
      </dl>
    </Dialog>
  );
}
