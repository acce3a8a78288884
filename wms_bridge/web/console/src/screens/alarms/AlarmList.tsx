/** The list of alarms, page by page, with what may be done to one, to several and to all alike. */
import { useEffect, useRef, useState } from "preact/hooks";

import { may } from "../../api/session";
import { useShortcuts } from "../../app/shortcuts";
import { duration, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { alarms } from "../../live/alarms";
import { Button } from "../../parts/Button";
import { type Column, Table } from "../../parts/Table";
import { address, setQuery } from "../../routes/router";
import { AlikeDialog } from "./AlikeDialog";
import { AlarmDetails } from "./AlarmDetails";
import { nameOf, told } from "./catalogue";
import { acknowledge, acknowledgeListed } from "./deeds";
import { type Alarm, alikeOf, type Filter, filterOf, isNarrowed, isWanting } from "./filter";
import { FilterBar } from "./FilterBar";
import { type Pages, useAlarms } from "./page";
import { SeveritySign } from "./Severity";

/** Chooses the alarm that is shown beside the list; null for none. */
export function choose(alarm: number | null): void {
  setQuery({ alarm: alarm === null ? "" : String(alarm) });
}

export function AlarmList() {
  const { query } = address.value;
  const filter = filterOf(query);
  const pages = useAlarms(filter);
  const chosen = Number(query.alarm ?? 0);
  const listed = pages.shown?.alarms ?? [];
  const [picked, setPicked] = useState<ReadonlySet<number>>(new Set());
  const box = useRef<HTMLDivElement>(null);
  useKeys(listed, chosen);
  const done = () => {
    setPicked(new Set());
    pages.reload();
    // What was acknowledged may have left the list, and the focus with it.
    setTimeout(() => document.activeElement === document.body && box.current?.focus(), 50);
  };
  return (
    <div class="alarms-panes">
      <section class="alarms-main" aria-label={t("alarms.list")}>
        <FilterBar filter={filter}>
          {may("operate") && (
            <Together filter={filter} pages={pages} picked={picked} onDone={done} />
          )}
        </FilterBar>
        {pages.wrong && (
          <p class="field-wrong alarms-wrong" role="alert">
            {pages.wrong}
          </p>
        )}
        {pages.shown ? (
          <div class="alarms-table" ref={box} tabIndex={-1}>
            <Table
              caption={t("alarms.list")}
              columns={columnsOf(picked, setPicked, done)}
              rows={listed}
              keyOf={(one) => String(one.number)}
              most={listed.length}
              empty={t(`alarms.none.${isNarrowed(filter) ? "narrowed" : filter.show}`)}
              marked={(one) => one.number === chosen}
            />
          </div>
        ) : (
          <p class="empty">{t("shell.loading")}</p>
        )}
        <Pager pages={pages} />
      </section>
      <AlarmDetails alarm={chosen} onChange={pages.reload} />
    </div>
  );
}

/** What is done to several alarms at once. */
function Together(props: {
  filter: Filter;
  pages: Pages;
  picked: ReadonlySet<number>;
  onDone: () => void;
}) {
  const { filter, pages, picked, onDone } = props;
  const [asking, setAsking] = useState<{ change: number; count: number } | null>(null);
  const listed = pages.shown?.alarms ?? [];
  const several = listed.filter((one) => picked.has(one.number) && isWanting(one));
  const { change = 0, wanting = 0 } = pages.shown ?? {};
  return (
    <div class="alarms-together">
      <Button
        disabled={several.length === 0}
        onClick={() => void acknowledgeListed(several).then(onDone)}
      >
        {t("alarms.acknowledge_selected", { count: several.length })}
      </Button>
      <Button
        disabled={wanting === 0 || filter.show === "shelved"}
        onClick={() => setAsking({ change, count: wanting })}
      >
        {t("alarms.acknowledge_alike", { count: wanting })}
      </Button>
      {asking && (
        <AlikeDialog
          alike={alikeOf(filter)}
          change={asking.change}
          count={asking.count}
          onClose={() => setAsking(null)}
          onDone={onDone}
        />
      )}
    </div>
  );
}

function columnsOf(
  picked: ReadonlySet<number>,
  setPicked: (picked: ReadonlySet<number>) => void,
  done: () => void,
): readonly Column<Alarm>[] {
  const pick = (one: Alarm, on: boolean) => {
    const others = [...picked].filter((number) => number !== one.number);
    setPicked(new Set(on ? [...others, one.number] : others));
  };
  const box: Column<Alarm> = {
    key: "pick",
    title: "",
    cell: (one) => (
      <label class="alarms-pick">
        <span class="only-heard">{t("alarms.select", { what: nameOf(one) })}</span>
        <input
          type="checkbox"
          disabled={!isWanting(one)}
          checked={picked.has(one.number)}
          onChange={(event) => pick(one, event.currentTarget.checked)}
        />
      </label>
    ),
  };
  const deed: Column<Alarm> = {
    key: "deed",
    title: t("alarms.column.deed"),
    cell: (one) => <Deed alarm={one} onDone={done} />,
  };
  return may("operate") ? [box, ...KNOWN(), deed] : KNOWN();
}

function KNOWN(): readonly Column<Alarm>[] {
  return [
    {
      key: "severity",
      title: t("alarms.column.severity"),
      cell: (one) => <SeveritySign severity={one.severity} />,
    },
    { key: "what", title: t("alarms.column.what"), cell: (one) => <What alarm={one} /> },
    { key: "state", title: t("alarms.column.state"), cell: (one) => <State alarm={one} /> },
    {
      key: "since",
      title: t("alarms.column.since"),
      figure: true,
      cell: (one) => <Since at_ms={one.changed_ms} />,
    },
    {
      key: "times",
      title: t("alarms.column.times"),
      figure: true,
      cell: (one) => number(one.occurrences),
    },
  ];
}

function What({ alarm }: { alarm: Alarm }) {
  return (
    <div class="alarms-what">
      <button type="button" class="alarms-name" onClick={() => choose(alarm.number)}>
        <strong>{told(alarm.kind, "title")}</strong>
        <span class="alarms-subject-name">{alarm.subject}</span>
      </button>
      <p>{alarm.text}</p>
    </div>
  );
}

function State({ alarm }: { alarm: Alarm }) {
  const shelved = typeof alarm.shelved_until_ms === "number";
  return (
    <span class="alarms-state" data-state={shelved ? "shelved" : alarm.state}>
      {shelved ? t("alarms.show.shelved") : t(`alarms.state.${alarm.state}`)}
    </span>
  );
}

function Since({ at_ms }: { at_ms: number }) {
  return <>{duration(alarms.now_ms() - at_ms)}</>;
}

function Deed({ alarm, onDone }: { alarm: Alarm; onDone: () => void }) {
  if (!isWanting(alarm)) return null;
  return (
    <Button
      label={t("alarms.acknowledge_what", { what: nameOf(alarm) })}
      onClick={(event) => {
        // This row goes and the next one comes under the hand: a double click is for one alarm.
        if (event.detail < 2) void acknowledge(alarm).then(onDone);
      }}
    >
      {t("alarms.acknowledge")}
    </Button>
  );
}

function Pager({ pages }: { pages: Pages }) {
  const { shown, first, last, next, previous } = pages;
  const total = shown?.total ?? 0;
  if (total === 0) return null;
  const places = { from: number(first), to: number(last), total: number(total) };
  return (
    <nav class="alarms-pager" aria-label={t("alarms.list")}>
      <span role="status">{t("alarms.shown", places)}</span>
      <Button disabled={!previous} onClick={() => previous?.()}>
        {t("alarms.previous")}
      </Button>
      <Button disabled={!next} onClick={() => next?.()}>
        {t("alarms.next")}
      </Button>
    </nav>
  );
}

/** j and k move through the list; deeds stay buttons, which `e` leads to. */
function useKeys(listed: readonly Alarm[], chosen: number): void {
  const now = useRef({ listed, chosen });
  useEffect(() => {
    now.current = { listed, chosen };
  });
  const move = (step: number) => {
    const at = now.current.listed.findIndex((one) => one.number === now.current.chosen);
    const to = at < 0 ? 0 : at + step;
    const next = now.current.listed[to];
    if (!next) return;
    choose(next.number);
    document.querySelectorAll<HTMLElement>(".alarms-name")[to]?.focus();
  };
  const press = (deed: string) =>
    document.querySelector<HTMLElement>(`.alarms-details [data-deed="${deed}"]`);
  useShortcuts([
    { keys: "j", words: "alarms.shortcut.next", run: () => move(1) },
    { keys: "k", words: "alarms.shortcut.previous", run: () => move(-1) },
    {
      keys: "e",
      words: "alarms.shortcut.acknowledge",
      run: () => press("acknowledge")?.focus(),
    },
    { keys: "s", words: "alarms.shortcut.shelve", run: () => press("shelve")?.click() },
  ]);
}
