/** What the list shows: counts that choose, search, and how it is narrowed and sorted. */
import { useEffect, useId, useRef, useState } from "preact/hooks";

import { useShortcuts } from "../../app/shortcuts";
import { duration, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { Button } from "../../parts/Button";
import { Choice } from "../../parts/Choice";
import { setQuery } from "../../routes/router";
import { type Asking, KINDS, queryOf, SORTS, STAGES } from "./asking";
import type { Page } from "./desk";

/** After so long without a key the search begins. */
const TYPED_MS = 250;

interface Props {
  asking: Asking;
  page: Page | null;
  stations: readonly string[];
}

/** Narrows the list; it begins at its first page again. */
function narrow(asking: Asking, more: Partial<Asking>): void {
  setQuery(queryOf({ ...asking, page: 0, ...more }));
}

export function Filters({ asking, page, stations }: Props) {
  const open = asking.kind === "open";
  return (
    <div class="orders-filters">
      <Summary asking={asking} page={page} />
      <div class="orders-row">
        <Search asking={asking} />
        <Choice
          label={t("orders.kind")}
          value={asking.kind}
          options={KINDS.map((one) => ({ value: one, text: t(`orders.kinds.${one}`) }))}
          onValue={(kind) => narrow(asking, { kind, risky: false, stage: "", station: "" })}
        />
        {open && (
          <>
            <Choice
              label={t("orders.stage")}
              value={asking.stage}
              options={[
                { value: "", text: t("orders.any") },
                ...STAGES.map((one) => ({ value: one, text: t(`orders.phase.${one}`) })),
              ]}
              onValue={(stage) => narrow(asking, { stage })}
            />
            <Choice
              label={t("orders.station")}
              value={asking.station}
              options={[
                { value: "", text: t("orders.any") },
                ...stations.map((one) => ({ value: one, text: one })),
              ]}
              onValue={(station) => narrow(asking, { station })}
            />
            <Choice
              label={t("orders.sort")}
              value={asking.sort}
              options={SORTS.map((one) => ({ value: one, text: t(`orders.sorts.${one}`) }))}
              onValue={(sort) => narrow(asking, { sort })}
            />
          </>
        )}
      </div>
    </div>
  );
}

/** How many orders are open and may be late, and how old that is. */
function Summary({ asking, page }: { asking: Asking; page: Page | null }) {
  const counts = page?.counts;
  if (!counts) return null;
  const age_ms = page.at_ms === null ? null : Math.max(0, page.now_ms - page.at_ms);
  return (
    <div class="orders-row orders-summary">
      <span class="orders-count">
        {t("orders.open_now", { count: counts.open, orders: number(counts.open) })}
      </span>
      <Button
        pressed={asking.risky}
        onClick={() => narrow(asking, { risky: !asking.risky })}
        data-level={counts.at_risk > 0 ? "some" : "low"}
      >
        {t("orders.at_risk", { orders: number(counts.at_risk) })}
      </Button>
      <span class={counts.overdue > 0 ? "orders-count orders-bad" : "orders-count"}>
        {t("orders.overdue", { orders: number(counts.overdue) })}
      </span>
      <span class="orders-age">
        {age_ms === null ? t("orders.no_forecast") : t("shell.age", { age: duration(age_ms) })}
      </span>
    </div>
  );
}

function Search({ asking }: { asking: Asking }) {
  const id = useId();
  const box = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(asking.search);
  useShortcuts([{ keys: "/", words: "orders.search", run: () => box.current?.focus() }]);
  useEffect(() => setText(asking.search), [asking.search]);
  useEffect(() => {
    if (text.trim() === asking.search) return;
    const timer = setTimeout(() => narrow(asking, { search: text.trim() }), TYPED_MS);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div class="field orders-search">
      <label for={id}>{t("orders.search")}</label>
      <input
        ref={box}
        id={id}
        type="search"
        autocomplete="off"
        maxLength={200}
        value={text}
        onInput={(event) => setText(event.currentTarget.value)}
      />
    </div>
  );
}
