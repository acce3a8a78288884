/** The line of time: what was recorded, what happened, and the moment looked at, which can be moved
 * by pointer, touch and keyboard. */
import { useRef } from "preact/hooks";

import type { Schema } from "../../api/client";
import { moment, siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { gaps, momentAt, shareOf, type Shown, type Stretch, tickStep, within } from "./timeline";

interface Props {
  shown: Shown;
  at_ms: number;
  stretches: readonly Stretch[];
  marks: readonly Schema["Mark"][];
  onLook: (at_ms: number) => void;
}

const STEPS_MS: Record<string, number> = {
  ArrowLeft: -5_000,
  ArrowDown: -5_000,
  ArrowRight: 5_000,
  ArrowUp: 5_000,
  PageDown: -60_000,
  PageUp: 60_000,
};

export function TimeLine({ shown, at_ms, stretches, marks, onLook }: Props) {
  const line = useRef<HTMLDivElement>(null);
  const [first, last] = [stretches[0], stretches.at(-1)];
  const point = (event: PointerEvent) => {
    const box = line.current?.getBoundingClientRect();
    if (box) onLook(momentAt((event.clientX - box.left) / box.width, shown));
  };
  const key = (event: KeyboardEvent) => {
    const ends: Record<string, number | undefined> = { Home: first?.from_ms, End: last?.to_ms };
    const step = STEPS_MS[event.key];
    const to = step === undefined ? ends[event.key] : at_ms + step * (event.shiftKey ? 12 : 1);
    if (to === undefined) return;
    event.preventDefault();
    onLook(within(to, stretches));
  };
  return (
    <div
      ref={line}
      class="replay-line"
      role="slider"
      tabIndex={0}
      aria-label={t("replay.line")}
      aria-valuemin={first?.from_ms ?? 0}
      aria-valuemax={last?.to_ms ?? 0}
      aria-valuenow={at_ms}
      aria-valuetext={moment(at_ms)}
      onKeyDown={key}
      onPointerDown={(event) => {
        line.current?.setPointerCapture(event.pointerId);
        point(event);
      }}
      onPointerMove={(event) => {
        if (line.current?.hasPointerCapture(event.pointerId)) point(event);
      }}
    >
      <span class="replay-track" />
      {stretches.map((one) => (
        <Bar key={one.from_ms} name="replay-known" part={one} shown={shown} />
      ))}
      {gaps(stretches).map((one) => (
        <Bar key={one.from_ms} name="replay-gap" part={one} shown={shown} />
      ))}
      {ticks(shown).map((one) => (
        <span key={one} class="replay-tick" style={{ left: place(one, shown) }}>
          {siteClock(one)}
        </span>
      ))}
      {marks.map((one, i) => (
        <span
          key={`${one.at_ms}-${i}`}
          class={`replay-mark replay-mark-${one.severity ?? one.kind}`}
          style={{ left: place(one.at_ms, shown) }}
          title={`${siteClock(one.at_ms)} ${markWords(one)}`}
        />
      ))}
      <span class="replay-now" style={{ left: place(at_ms, shown) }} />
    </div>
  );
}

/** What a mark is about, in words. */
export function markWords(mark: Schema["Mark"]): string {
  if (mark.kind === "alarm") return [mark.text || mark.what, mark.subject].join(" · ");
  return [t(`replay.did.${mark.what}`), mark.subject].filter(Boolean).join(" · ");
}

function Bar({ name, part, shown }: { name: string; part: Stretch; shown: Shown }) {
  const from = Math.max(0, shareOf(part.from_ms, shown));
  const to = Math.min(1, shareOf(part.to_ms, shown));
  if (to < 0 || from > 1 || to < from) return null;
  const style = { left: `${from * 100}%`, width: `${Math.max(0.2, (to - from) * 100)}%` };
  return <span class={name} style={style} />;
}

function place(at_ms: number, shown: Shown): string {
  return `${Math.min(101, Math.max(-1, shareOf(at_ms, shown) * 100))}%`;
}

function ticks(shown: Shown): number[] {
  const step = tickStep(shown.to_ms - shown.from_ms);
  const found = [];
  for (let at = Math.ceil(shown.from_ms / step) * step; at < shown.to_ms; at += step) {
    if (shareOf(at, shown) > 0.03 && shareOf(at, shown) < 0.97) found.push(at);
  }
  return found;
}
