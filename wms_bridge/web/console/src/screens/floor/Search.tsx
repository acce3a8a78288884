/** Finds robots, pods and stations by a part of their name, and where orders and SKUs are. */
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { useShortcuts } from "../../app/shortcuts";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { warn } from "../../parts/Toast";
import { choose } from "./choosing";
import { seek, type Sought, suggested } from "./finding";
import { site } from "./site";
import { find, type Thing } from "./things";

const MOST = 12;
const ASK_AFTER_MS = 250;
type Offer = Thing | Sought;

export function Search() {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useShortcuts([{ keys: "/", words: "floor.search", run: () => box.current?.focus() }]);
  const sought = useSuggested(text);
  const found: Offer[] = [...find(floor.known(), site.value, text, MOST), ...sought];
  const take = (offer: Offer | undefined) => {
    if (!offer) return;
    if (isSought(offer)) seek(offer).then(chooseOnly, told);
    else choose(offer);
    setText("");
  };
  const keys: Record<string, () => void> = {
    ArrowDown: () => setAt(Math.min(at + 1, found.length - 1)),
    ArrowUp: () => setAt(Math.max(at - 1, 0)),
    Enter: () => take(found[at]),
    Escape: () => setText(""),
  };
  return (
    <div class="search">
      <label class="only-heard" for={id}>
        {t("floor.search")}
      </label>
      <input
        ref={box}
        id={id}
        type="text"
        role="combobox"
        autocomplete="off"
        placeholder={t("floor.search")}
        aria-expanded={found.length > 0}
        aria-controls={`${id}-found`}
        aria-activedescendant={found[at] ? `${id}-${at}` : undefined}
        value={text}
        onInput={(event) => {
          setText(event.currentTarget.value);
          setAt(0);
        }}
        onKeyDown={(event) => {
          const act = keys[event.key];
          if (!act) return;
          event.preventDefault();
          act();
        }}
      />
      <ul
        id={`${id}-found`}
        role="listbox"
        aria-label={t("floor.found")}
        hidden={found.length === 0}
      >
        {found.map((thing, i) => (
          <li
            key={`${thing.kind} ${thing.id}`}
            id={`${id}-${i}`}
            role="option"
            aria-selected={i === at}
            onClick={() => take(thing)}
          >
            {isSought(thing)
              ? t(`floor.sought.${thing.kind}`, { id: thing.id })
              : t(`floor.kind.${thing.kind}`, { id: thing.id })}
          </li>
        ))}
      </ul>
      {text && found.length === 0 && (
        <p class="empty" role="status">
          {t("floor.nothing_found")}
        </p>
      )}
    </div>
  );
}

function isSought(offer: Offer): offer is Sought {
  return offer.kind === "order" || offer.kind === "sku";
}

/** What is in one thing only is chosen at once. */
function chooseOnly(things: readonly Thing[]): void {
  const [only, other] = things;
  if (only && !other) choose(only);
}

function told(error: unknown): void {
  warn(problemWords(asProblem(error)));
}

/** Orders and SKUs of a name, asked for once nobody types for a moment. */
function useSuggested(text: string): readonly Sought[] {
  const [known, setKnown] = useState<{ text: string; sought: readonly Sought[] }>({
    text: "",
    sought: [],
  });
  useEffect(() => {
    let over = false;
    const timer = setTimeout(() => {
      suggested(text).then(
        (sought) => !over && setKnown({ text, sought }),
        // Names on the floor are found without; the next letter asks again.
        () => undefined,
      );
    }, ASK_AFTER_MS);
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [text]);
  return known.text === text ? known.sought : [];
}
