/** The face of the pod as one stands before it, with the slot lit. */
import type { Schema } from "../../api/client";
import { t } from "../../i18n/words";

const CELL = { width: 100, height: 64, gap: 6, edge: 28 };

export function Face({ slot, number }: { slot: Schema["SlotPlace"]; number: number | null }) {
  const width = CELL.edge + slot.columns * CELL.width;
  const height = slot.levels * CELL.height + CELL.edge;
  const values = { pod: slot.pod, face: slot.face, level: slot.level, column: slot.column };
  const levels = Array.from({ length: slot.levels }, (_, at) => at + 1);
  const columns = Array.from({ length: slot.columns }, (_, at) => at + 1);
  return (
    <figure class="face">
      <figcaption>{t("station.face", { pod: slot.pod, face: slot.face })}</figcaption>
      <svg
        preserveAspectRatio="xMidYMin meet"
        viewBox={`0 0 ${width} ${height}`}
        role="img"
        aria-label={t("station.face_words", values)}
      >
        {levels.map((level) => (
          <text key={level} class="face-edge" x={CELL.edge / 2} y={middle(slot.levels, level)}>
            {level}
          </text>
        ))}
        {columns.map((column) => (
          <text
            key={column}
            class="face-edge"
            x={CELL.edge + (column - 0.5) * CELL.width}
            y={height - CELL.edge / 2 + 4}
          >
            {column}
          </text>
        ))}
        {levels.flatMap((level) =>
          columns.map((column) => (
            <rect
              key={`${level}/${column}`}
              class={level === slot.level && column === slot.column ? "face-slot lit" : "face-slot"}
              x={CELL.edge + (column - 1) * CELL.width + CELL.gap / 2}
              y={(slot.levels - level) * CELL.height + CELL.gap / 2}
              width={CELL.width - CELL.gap}
              height={CELL.height - CELL.gap}
              rx="6"
            />
          )),
        )}
        <text
          class="face-number"
          x={CELL.edge + (slot.column - 0.5) * CELL.width}
          y={middle(slot.levels, slot.level)}
        >
          {number ?? "?"}
        </text>
      </svg>
    </figure>
  );
}

function middle(levels: number, level: number): number {
  return (levels - level + 0.5) * CELL.height;
}
