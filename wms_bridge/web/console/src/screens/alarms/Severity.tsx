/** The sign of a severity: a shape with its rank and its name, so that no colour has to be seen. */
import { t } from "../../i18n/words";
import { SEVERITIES, type Severity } from "../../live/severity";

/** After ISA-18.2 and ISA-101: each severity has a shape of its own. */
const SHAPES: Record<Severity, string> = {
  critical: "M1 1H19V19H1Z",
  high: "M10 0.5L19.5 18.5H0.5Z",
  medium: "M10 0.5L19.5 10L10 19.5L0.5 10Z",
  low: "M10 1A9 9 0 1 1 9.99 1Z",
};

export function SeveritySign({ severity, named = true }: { severity: Severity; named?: boolean }) {
  return (
    <span class="alarms-severity" data-severity={severity}>
      <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
        <path d={SHAPES[severity]} />
        <text x="10" y={severity === "high" ? 16.5 : 14.5} text-anchor="middle">
          {SEVERITIES.indexOf(severity) + 1}
        </text>
      </svg>
      {named && <span>{t(`alarms.severity.${severity}`)}</span>}
    </span>
  );
}
