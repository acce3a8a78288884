/** What is shown of all alarms: by how far they are dealt with, severity, kind and subject. */
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { useShortcuts } from "../../app/shortcuts";
import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { SEVERITIES, type Severity } from "../../live/severity";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { setQuery } from "../../routes/router";
import { catalogue, told } from "./catalogue";
import { type Filter, type Show, SHOWS, SORTS, toggled } from "./filter";
import { SeveritySign } from "./Severity";

const TYPED_MS = 250;

export function FilterBar({ filter, children }: { filter: Filter; children: ComponentChildren }) {
  const kinds = [...catalogue.value.keys()].map((one) => ({
    value: one,
    text: told(one, "title"),
  }));
  return (
    <div class="alarms-filter">
      <div class="alarms-severities" role="group" aria-label={t("alarms.severity_filter")}>
        {SEVERITIES.map((one) => (
          <Button
            key={one}
            pressed={filter.severities.includes(one)}
            onClick={() => setQuery({ severity: toggled(filter, one) })}
          >
            <SeveritySign severity={one} />
            <strong class="alarms-count" data-count={one}>
              {number(countOf(filter.show, one))}
            </strong>
          </Button>
        ))}
      </div>
      <Choice
        label={t("alarms.show_label")}
        value={filter.show}
        options={SHOWS.map((one) => ({ value: one, text: t(`alarms.show.${one}`) }))}
        onValue={(show) => setQuery({ show })}
      />
      <Choice
        label={t("alarms.kind_label")}
        value={filter.kind}
        options={[{ value: "", text: t("alarms.any_kind") }, ...kinds]}
        onValue={(kind) => setQuery({ kind })}
      />
      <Choice
        label={t("alarms.sort_label")}
        value={filter.sort}
        options={SORTS.map((one) => ({ value: one, text: t(`alarms.sort.${one}`) }))}
        onValue={(sort) => setQuery({ sort })}
      />
      <SubjectField known={filter.search} />
      {children}
    </div>
  );
}

/** How many there are of a severity in the list that is shown, whatever else narrows it. */
function countOf(show: Show, severity: Severity): number {
  const belongs = (one: (typeof alarms.counts.value)[number]) => {
    if (show === "all") return true;
    if (show === "shelved") return one.shelved;
    const wanting = ["unacknowledged", "returned"].includes(one.state);
    return !one.shelved && (show === "wanting" ? wanting : one.state === "acknowledged");
  };
  return alarms.counts.value
    .filter((one) => one.severity === severity && belongs(one))
    .reduce((sum, one) => sum + one.count, 0);
}

function SubjectField({ known }: { known: string }) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(known);
  useShortcuts([{ keys: "/", words: "alarms.shortcut.search", run: () => box.current?.focus() }]);
  useEffect(() => {
    if (text === known) return;
    const timer = setTimeout(() => setQuery({ search: text }), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="field alarms-subject">
      <label for={id}>{t("alarms.search")}</label>
      <input
        ref={box}
        id={id}
        type="text"
        autocomplete="off"
        maxLength={200}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}
