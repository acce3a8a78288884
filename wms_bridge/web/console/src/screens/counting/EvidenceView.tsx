/** What a count rests on: photos to enlarge, reads of tags, other files. */
import { useState } from "preact/hooks";

import { moment, number, percent } from "../../i18n/format";
import { t } from "../../i18n/words";
import { placeOf } from "./case";
import type { Piece } from "./evidence";
import type { Reads, TagRead } from "./reads";

const MOST_TAGS = 40;

/** Photos of a case as they come, to enlarge. */
export function Photos({ slot, pieces }: { slot: string; pieces: readonly Piece[] | null }) {
  if (!pieces) return <p class="empty">{t("counting.evidence_loading")}</p>;
  const photos = pieces.filter((one) => one.kind === "photo");
  if (photos.length === 0) return <p class="counting-hint">{t("counting.no_photos")}</p>;
  return (
    <ul class="counting-photos">
      {photos.map((one) => (
        <Photo key={one.sha256} address={one.address} until_ms={one.until_ms} slot={slot} />
      ))}
    </ul>
  );
}

/** Reads of tags, other files, and what is missing. */
export function ReadsAndFiles({
  pieces,
  older,
}: {
  pieces: readonly Piece[] | null;
  older: number;
}) {
  if (!pieces) return <p class="empty">{t("counting.evidence_loading")}</p>;
  const missing = pieces.filter((one) => one.kind === "missing").length;
  return (
    <>
      {!pieces.some((one) => one.kind === "reads") && (
        <p class="counting-hint">{t("counting.no_reads")}</p>
      )}
      {pieces.map((one) => (
        <Other key={one.sha256} piece={one} />
      ))}
      {missing > 0 && (
        <p class="counting-hint">{t("counting.evidence_missing", { count: missing })}</p>
      )}
      {older > 0 && <p class="counting-hint">{t("counting.evidence_older", { count: older })}</p>}
    </>
  );
}

function Photo({ address, until_ms, slot }: { address: string; until_ms: number; slot: string }) {
  const [large, setLarge] = useState(false);
  const [broken, setBroken] = useState(false);
  if (broken) return <li class="counting-hint">{t("counting.photo_broken")}</li>;
  return (
    <li>
      <button
        type="button"
        class="counting-photo"
        aria-pressed={large}
        title={t("counting.enlarge")}
        onClick={() => setLarge(!large)}
      >
        <img
          src={address}
          alt={t("counting.photo", { ...placeOf(slot), at: moment(until_ms) })}
          onError={() => setBroken(true)}
        />
      </button>
      <span class="counting-hint">{t("counting.by_time", { at: moment(until_ms) })}</span>
    </li>
  );
}

function Other({ piece }: { piece: Piece }) {
  if (piece.kind === "reads") return <ReadsTable reads={piece.reads} until_ms={piece.until_ms} />;
  if (piece.kind !== "file") return null;
  const name = { type: piece.type || "?", bytes: number(piece.bytes) };
  return (
    <p>
      <a href={piece.address} download={piece.sha256}>
        {t("counting.file", name)}
      </a>
    </p>
  );
}

function ReadsTable({ reads, until_ms }: { reads: Reads; until_ms: number }) {
  const shown = reads.tags.slice(0, MOST_TAGS);
  const others = reads.others + reads.tags.length - shown.length;
  const heads = ["epc", "read_times", "antennas", "rssi", "located"] as const;
  return (
    <div class="counting-reads">
      <table class="table">
        <caption>
          {t("counting.reads_of", { reader: reads.reader, at: moment(until_ms) })}
          {others > 0 && ` ${t("counting.reads_others", { count: others })}`}
        </caption>
        <thead>
          <tr>
            {heads.map((one) => (
              <th key={one} scope="col" class={isFigure(one) ? "figure" : undefined}>
                {t(`counting.column.${one}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {shown.map((one) => (
            <tr key={one.epc}>
              <td class="counting-epc">{one.epc}</td>
              <td class="figure">{number(one.reads)}</td>
              <td class="figure">{one.antennas.join(", ")}</td>
              <td class="figure">
                {one.rssi_dbm === null ? "" : t("counting.dbm", { power: number(one.rssi_dbm, 1) })}
              </td>
              <td>{locatedWords(one)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function isFigure(column: string): boolean {
  return ["read_times", "antennas", "rssi"].includes(column);
}

function locatedWords(tag: TagRead): string {
  if (tag.here === null) return t("counting.not_located");
  const here = t("counting.here", { share: percent(tag.here) });
  if (!tag.elsewhere) return here;
  const { slot, share } = tag.elsewhere;
  return t("counting.here_or", { here, slot, share: percent(share) });
}
