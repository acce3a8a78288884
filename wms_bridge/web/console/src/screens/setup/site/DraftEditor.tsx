/** The draft of the site file: drawn, checked at once, saved for all, written as a file. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { api, ask } from "../../../api/client";
import { asProblem, problemWords } from "../../../api/problem";
import { may } from "../../../api/session";
import { moment } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { tell, warn } from "../../../parts/Toast";
import { ActDialog, why } from "../ActDialog";
import { saveText } from "../saving";
import { Waiting } from "../Waiting";
import { cellOf, cornersOf, type Pair, type Site } from "./cells";
import {
  faultPlace,
  moved,
  type Place,
  placeAt,
  withCharger,
  withStation,
  withZone,
} from "./draft";
import { type Drafting, type Fault, type Told, useDrafting } from "./drafting";
import { Drawing } from "./Drawing";
import { Preview } from "./Preview";
import { Properties } from "./Properties";

type Tool = "choose" | "stations" | "chargers" | "zones";
const TOOLS: readonly Tool[] = ["choose", "stations", "chargers", "zones"];
interface Props {
  modes: ComponentChildren;
  zoom: number;
}

export function DraftEditor({ modes, zoom }: Props) {
  const drafting = useDrafting();
  if (!("site" in drafting)) return <Waiting of={drafting} />;
  return <Editor drafting={drafting} modes={modes} zoom={zoom} />;
}

function Editor({ drafting, modes, zoom }: Props & { drafting: Drafting }) {
  const { site, faults } = drafting;
  const [tool, setTool] = useState<Tool>("choose");
  const [chosen, setChosen] = useState<Place | null>(null);
  const decides = may("decide");
  const add = ([next, place]: [Site, Place]) => {
    drafting.edit(next);
    setChosen(place);
    setTool("choose");
  };
  const putAt = (cell: Pair) => {
    if (tool === "stations") add(withStation(site, cell));
    else if (tool === "chargers") add(withCharger(site, cell));
    else setChosen(placeAt(site, cell));
  };
  const drag = decides && tool === "choose" && chosen !== null;
  return (
    <div class="setup-site">
      <div class="setup-map">
        {modes}
        <Drawing
          site={site}
          rules={[]}
          cells={[]}
          box={null}
          chosen={chosen}
          faults={faults
            .map((one) => faultPlace(site, one.field).at)
            .filter((at): at is Pair => at !== null)}
          draws={tool === "zones"}
          zoom={zoom}
          onClick={(at) => putAt(cellOf(site, at))}
          onBox={(box) => add(withZone(site, cornersOf(box)))}
          {...(drag
            ? { onMove: (c: number, r: number) => drafting.edit(moved(site, chosen, c, r)) }
            : {})}
        />
      </div>
      <aside class="setup-side" aria-label={t("setup.site.side")}>
        <Head drafting={drafting} decides={decides} />
        {decides && (
          <section class="setup-part" aria-labelledby="setup-tools">
            <h2 id="setup-tools">{t("setup.draft.tools")}</h2>
            <div class="setup-row-acts">
              {TOOLS.map((one) => (
                <Button key={one} pressed={tool === one} onClick={() => setTool(one)}>
                  {t(`setup.draft.tool.${one}`)}
                </Button>
              ))}
              <Button disabled={!drafting.canUndo} onClick={drafting.undo}>
                {t("setup.draft.undo")}
              </Button>
            </div>
            {(tool === "stations" || tool === "chargers") && (
              <Button onClick={() => putAt(middleOf(site))}>{t("setup.draft.middle")}</Button>
            )}
            <p class="setup-note">{t(`setup.draft.hint.${tool}`)}</p>
          </section>
        )}
        <Properties
          site={site}
          chosen={chosen}
          faults={faults}
          decides={decides}
          onChoose={setChosen}
          onEdit={drafting.edit}
        />
        <Faults drafting={drafting} onChoose={setChosen} />
      </aside>
    </div>
  );
}

function middleOf(site: Site): Pair {
  const xs = site.floor_m.map(([x = 0]) => x);
  const ys = site.floor_m.map(([, y = 0]) => y);
  const mean = (values: number[]) => (Math.min(...values) + Math.max(...values)) / 2;
  return cellOf(site, [mean(xs), mean(ys)]);
}

type Open = "save" | "discard" | "preview" | null;

/** How the draft is, and what can be done with it. */
function Head({ drafting, decides }: { drafting: Drafting; decides: boolean }) {
  const { base, changed, faults, stale, loaded, adopt, site } = drafting;
  const [open, setOpen] = useState<Open>(null);
  const save = async (reason: string) => {
    const body = { site: site as unknown as Record<string, never>, version: base.version, reason };
    const told = await ask(api.PUT("/v1/site/draft", { body, headers: why(reason) }));
    adopt(told as unknown as Told);
    loaded.again();
    tell(t("setup.draft.saved"));
  };
  const discard = async (reason: string) => {
    const params = { query: { version: base.version } };
    const told = await ask(api.DELETE("/v1/site/draft", { params, headers: why(reason) }));
    adopt(told as unknown as Told);
    loaded.again();
    tell(t("setup.draft.discarded"));
  };
  const ready = base.drafted && !changed && faults.length === 0;
  return (
    <section class="setup-part" aria-labelledby="setup-draft">
      <h2 id="setup-draft">{t("setup.draft.title")}</h2>
      <p class="setup-notice">{t("setup.draft.next_start")}</p>
      <p class="setup-note" data-version={base.version}>
        {base.drafted
          ? t("setup.draft.is", { version: base.version, who: base.who, time: moment(base.at_ms) })
          : t("setup.draft.none")}
        {changed && ` ${t("setup.draft.unsaved")}`}
      </p>
      {base.drafted && base.base_hash !== base.running_hash && (
        <p class="setup-notice setup-notice-warn">{t("setup.draft.other_base")}</p>
      )}
      {stale && loaded.data && <Stale told={loaded.data} onAdopt={adopt} />}
      <div class="setup-row-acts">
        {decides && (
          <>
            <Button kind="main" disabled={!changed} onClick={() => setOpen("save")}>
              {t("setup.draft.save")}
            </Button>
            <Button disabled={!changed} onClick={() => adopt(base)}>
              {t("setup.draft.revert")}
            </Button>
            <Button disabled={!base.drafted} onClick={() => setOpen("discard")}>
              {t("setup.draft.discard")}
            </Button>
          </>
        )}
        <Button disabled={!ready} onClick={() => void download()}>
          {t("setup.draft.file")}
        </Button>
        {decides && (
          <Button disabled={faults.length > 0} onClick={() => setOpen("preview")}>
            {t("setup.draft.preview")}
          </Button>
        )}
      </div>
      {open === "save" && (
        <ActDialog
          title={t("setup.draft.save")}
          follows={t("setup.draft.save_follows", { count: faults.length })}
          act={t("setup.draft.save")}
          onAct={save}
          onClose={() => {
            loaded.again();
            setOpen(null);
          }}
        />
      )}
      {open === "discard" && (
        <ActDialog
          title={t("setup.draft.discard")}
          follows={t("setup.draft.discard_follows")}
          act={t("setup.draft.discard")}
          danger
          onAct={discard}
          onClose={() => {
            loaded.again();
            setOpen(null);
          }}
        />
      )}
      {open === "preview" && <Preview site={site} onClose={() => setOpen(null)} />}
    </section>
  );
}

async function download(): Promise<void> {
  try {
    const file = await ask(api.GET("/v1/site/draft/file", { parseAs: "text" }));
    saveText(file as unknown as string, "site.json", "application/json");
  } catch (error) {
    warn(problemWords(asProblem(error)));
  }
}

/** Somebody else has saved: what is in hand is kept until its owner lets go of it. */
function Stale({ told, onAdopt }: { told: Told; onAdopt: (told: Told) => void }) {
  return (
    <div class="setup-notice setup-notice-warn" role="alert">
      <p>
        {t("setup.draft.stale", {
          who: told.who,
          version: told.version,
          time: moment(told.at_ms),
          reason: told.why,
        })}
      </p>
      <Button onClick={() => onAdopt(told)}>{t("setup.draft.take_theirs")}</Button>
    </div>
  );
}

interface FaultsProps {
  drafting: Drafting;
  onChoose: (place: Place | null) => void;
}

function Faults({ drafting, onChoose }: FaultsProps) {
  const { faults, checking, problem, site } = drafting;
  return (
    <section class="setup-part" aria-labelledby="setup-faults">
      <h2 id="setup-faults">{t("setup.draft.faults")}</h2>
      <div role="status">
        {checking && <p>{t("setup.draft.checking")}</p>}
        {problem && <p class="field-wrong">{problemWords(problem)}</p>}
        {!checking && !problem && faults.length === 0 && <p>{t("setup.draft.sound")}</p>}
      </div>
      <ul class="setup-rules">
        {faults.map((one: Fault, i) => (
          <li key={i}>
            <button
              type="button"
              class="setup-fault-line"
              onClick={() => onChoose(faultPlace(site, one.field).place)}
            >
              <code>{one.field}</code>
              <span>{[one.problem, one.value].filter(Boolean).join(": ")}</span>
              <span class="setup-note">{one.remedy}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
