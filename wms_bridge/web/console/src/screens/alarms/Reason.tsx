/** Why something is done: in one's own words, or one of the ready ones. */
import { t } from "../../i18n/words";
import { Field } from "../../parts/Field";

const READY = ["repair", "known", "works", "sensor"];

interface Props {
  label: string;
  value: string;
  onValue: (value: string) => void;
  wrong?: string;
}

export function Reason({ label, value, onValue, wrong }: Props) {
  return (
    <div class="alarms-reason">
      <Field
        label={label}
        value={value}
        onValue={onValue}
        maxLength={500}
        {...(wrong ? { wrong } : {})}
      />
      <div class="alarms-ready" role="group" aria-label={t("alarms.ready.label")}>
        {READY.map((one) => (
          <button
            key={one}
            type="button"
            class="alarms-ready-one"
            onClick={() => onValue(t(`alarms.ready.${one}`))}
          >
            {t(`alarms.ready.${one}`)}
          </button>
        ))}
      </div>
    </div>
  );
}
