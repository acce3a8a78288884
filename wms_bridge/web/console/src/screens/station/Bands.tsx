/** What must not be missed: a wrong scan, a pick taken back, a confirmation refused. Heard at once. */
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { readRefusal, refused, type Refused } from "./keeping";
import type { Band, Working } from "./working";

export function Bands({ working }: { working: Working }) {
  const band = working.band.value;
  return (
    <div class="station-bands" role="alert">
      {refused.value.map((one) => (
        <Row key={one.key} text={refusal(one)} onClose={() => readRefusal(one.key)} />
      ))}
      {band && <Row text={bandWords(band)} onClose={() => working.closeBand()} />}
    </div>
  );
}

function Row({ text, onClose }: { text: string; onClose: () => void }) {
  return (
    <p class="station-band">
      <span>{text}</span>
      <Button kind="quiet" onClick={onClose}>
        {t("station.understood")}
      </Button>
    </p>
  );
}

/** The band in words, for the dialog as well. */
export function bandWords(band: Band): string {
  if (band.kind === "wrong") return t(`station.wrong.${band.why}`, { text: shown(band.text) });
  const { article, slot } = band.instruction;
  const values = { article: article.description || article.sku, slot: slot.slot };
  return t(`station.withdrawn.${band.instruction.work}`, values);
}

function refusal({ confirmation, code, words }: Refused): string {
  const values = { sku: confirmation.sku, slot: confirmation.slot, words };
  const late = code === "too_late" && confirmation.work === "pick";
  return t(late ? "station.refused_late" : "station.refused", values);
}

/** A code as it can be read: control characters as blanks, and not too long. */
function shown(text: string): string {
  return [...text]
    .map((one) => (one < " " ? " " : one))
    .join("")
    .slice(0, 60);
}
