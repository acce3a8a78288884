/** Finds robots, pods and stations by a part of their name. */
import { useId, useRef, useState } from "preact/hooks";

import { useShortcuts } from "../../app/shortcuts";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { choose } from "./choosing";
import { site } from "./site";
import { find, type Thing } from "./things";

const MOST = 12;

export function Search() {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState("");
  const [at, setAt] = useState(0);
  useShortcuts([{ keys: "/", words: "floor.search", run: () => box.current?.focus() }]);
  const found = find(floor.known(), site.value, text, MOST);
  const take = (thing: Thing | undefined) => {
    if (!thing) return;
    choose(thing);
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
            {t(`floor.kind.${thing.kind}`, { id: thing.id })}
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
