/** What can be done to the chosen robot: links to the dialogs of the screen Intervene. */
import { may, type Permission } from "../../api/session";
import { t } from "../../i18n/words";
import { hrefOf } from "../../routes/router";

const DEEDS: readonly { key: string; permission: Permission }[] = [
  { key: "pause", permission: "operate" },
  { key: "resume", permission: "operate" },
  { key: "reroute", permission: "operate" },
  { key: "send", permission: "operate" },
  { key: "free", permission: "operate" },
  { key: "take_out", permission: "decide" },
];

export function RobotDeeds({ id }: { id: string }) {
  const own = DEEDS.filter((one) => may(one.permission));
  if (own.length === 0) return null;
  return (
    <nav class="robot-deeds" aria-label={t("floor.deeds")}>
      {own.map(({ key }) => (
        <a key={key} class="button" href={hrefOf("intervene", [], { do: key, robot: id })}>
          {t(`floor.deed.${key}`)}
        </a>
      ))}
    </nav>
  );
}
