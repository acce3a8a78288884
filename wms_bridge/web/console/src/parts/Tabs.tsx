/** Tabs after the ARIA pattern: arrow keys move, Home and End go to the ends. */
import type { ComponentChildren } from "preact";
import { useId, useRef } from "preact/hooks";

export interface Tab {
  key: string;
  title: string;
  content: () => ComponentChildren;
}

interface Props {
  label: string;
  tabs: readonly Tab[];
  chosen: string;
  onChoose: (key: string) => void;
}

export function Tabs({ label, tabs, chosen, onChoose }: Props) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const at = Math.max(
    0,
    tabs.findIndex((one) => one.key === chosen),
  );
  const shown = tabs[at];
  const go = (place: number) => {
    const next = tabs[(place + tabs.length) % tabs.length];
    if (!next) return;
    onChoose(next.key);
    list.current?.querySelector<HTMLElement>(`[data-tab="${next.key}"]`)?.focus();
  };
  const places: Record<string, number> = {
    ArrowRight: at + 1,
    ArrowLeft: at - 1,
    Home: 0,
    End: tabs.length - 1,
  };
  return (
    <div class="tabs">
      <div
        ref={list}
        role="tablist"
        aria-label={label}
        class="tab-list"
        onKeyDown={(event) => {
          const place = places[event.key];
          if (place === undefined) return;
          event.preventDefault();
          go(place);
        }}
      >
        {tabs.map((one, place) => (
          <button
            key={one.key}
            type="button"
            role="tab"
            class="tab"
            id={`${id}-${one.key}`}
            data-tab={one.key}
            aria-selected={place === at}
            aria-controls={`${id}-panel`}
            tabIndex={place === at ? 0 : -1}
            onClick={() => onChoose(one.key)}
          >
            {one.title}
          </button>
        ))}
      </div>
      <div
        role="tabpanel"
        id={`${id}-panel`}
        class="tab-panel"
        aria-labelledby={`${id}-${shown?.key ?? ""}`}
        tabIndex={0}
      >
        {shown?.content()}
      </div>
    </div>
  );
}
