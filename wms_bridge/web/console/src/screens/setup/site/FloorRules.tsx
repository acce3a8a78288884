/** Rules of the floor that runs: aisles closed, areas closed, slow or one-way, priorities. */
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { may } from "../../../api/session";
import { moment, number } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { Choice } from "../../../parts/Choice";
import { tell } from "../../../parts/Toast";
import { ActDialog, why } from "../ActDialog";
import type { Loaded } from "../loading";
import {
  type Box,
  cellOf,
  cellsAlong,
  nodeOf,
  type Pair,
  type Section,
  sectionOf,
  type Site,
} from "./cells";
import { Drawing } from "./Drawing";
import { AreaDialog, BoxFields, CloseDialog, PriorityDialog } from "./RuleDialogs";

type Rule = Schema["RuleRecord"];
type Open = "close" | "area" | "priority" | null;

interface Props {
  site: Site;
  rules: Loaded<readonly Rule[]>;
  modes: ComponentChildren;
  zoom: number;
}

export function FloorRules({ site, rules, modes, zoom }: Props) {
  const [aisle, setAisle] = useState<{ id: string; at: Pair | null } | null>(null);
  const [draws, setDraws] = useState(false);
  const [box, setBox] = useState<Box | null>(null);
  const [open, setOpen] = useState<Open>(null);
  const [ending, setEnding] = useState<Rule | null>(null);
  const decides = may("decide");
  const section = aisle ? sectionOf(site, aisle.id, aisle.at) : null;
  const known = rules.data ?? [];
  const click = (at: Pair) => {
    const name = nodeOf(cellOf(site, at));
    const found = site.aisles.find((one) =>
      cellsAlong(site, one.points_m).map(nodeOf).includes(name),
    );
    setAisle(found ? { id: found.id, at: cellOf(site, at) } : null);
  };
  const end = async (reason: string) => {
    if (!ending) return;
    const params = { path: { rule: ending.rule.rule } };
    await ask(api.DELETE("/v1/rules/{rule}", { params, headers: why(reason) }));
    tell(t("setup.rule.ended", { name: ending.rule.rule }));
    rules.again();
  };
  return (
    <div class="setup-site">
      <div class="setup-map">
        {modes}
        <Drawing
          site={site}
          rules={known}
          cells={section ? [...section.cells, ...section.spots] : []}
          box={box}
          chosen={null}
          faults={[]}
          draws={draws}
          zoom={zoom}
          onClick={click}
          onBox={setBox}
        />
      </div>
      <aside class="setup-side" aria-label={t("setup.site.side")}>
        <p class="setup-note">{t(decides ? "setup.rule.at_once" : "setup.rule.only_look")}</p>
        {decides && (
          <>
            <AislePart
              site={site}
              aisle={aisle}
              section={section}
              onAisle={setAisle}
              onClose={() => setOpen("close")}
            />
            <section class="setup-part" aria-labelledby="setup-area">
              <h2 id="setup-area">{t("setup.rule.area")}</h2>
              <div class="setup-row-acts">
                <Button pressed={draws} onClick={() => setDraws(!draws)}>
                  {t("setup.rule.draw")}
                </Button>
                <Button kind="main" disabled={!box} onClick={() => setOpen("area")}>
                  {t("setup.rule.area_make")}
                </Button>
              </div>
              <BoxFields box={box} onBox={setBox} />
            </section>
          </>
        )}
        <RuleList rules={known} decides={decides} onEnd={setEnding}>
          {decides && (
            <Button onClick={() => setOpen("priority")}>{t("setup.rule.priority_make")}</Button>
          )}
        </RuleList>
      </aside>
      {open === "close" && section && (
        <CloseDialog
          section={section}
          rules={known}
          onDone={() => {
            setAisle(null);
            rules.again();
          }}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "area" && box && (
        <AreaDialog
          box={box}
          rules={known}
          onBox={setBox}
          onDone={() => {
            setBox(null);
            setDraws(false);
            rules.again();
          }}
          onClose={() => setOpen(null)}
        />
      )}
      {open === "priority" && (
        <PriorityDialog rules={known} onDone={rules.again} onClose={() => setOpen(null)} />
      )}
      {ending && (
        <ActDialog
          title={t("setup.rule.end_of", { name: ending.rule.rule })}
          follows={t("setup.rule.end_follows")}
          act={t("setup.rule.end")}
          onAct={end}
          onClose={() => setEnding(null)}
        />
      )}
    </div>
  );
}

interface AisleProps {
  site: Site;
  aisle: { id: string; at: Pair | null } | null;
  section: Section | null;
  onAisle: (aisle: { id: string; at: Pair | null } | null) => void;
  onClose: () => void;
}

function AislePart({ site, aisle, section, onAisle, onClose }: AisleProps) {
  const options = [
    { value: "", text: t("setup.rule.no_aisle") },
    ...site.aisles.map((one) => ({ value: one.id, text: one.id })),
  ];
  return (
    <section class="setup-part" aria-labelledby="setup-aisle">
      <h2 id="setup-aisle">{t("setup.rule.aisle")}</h2>
      <Choice
        label={t("setup.rule.aisle_choose")}
        value={aisle?.id ?? ""}
        options={options}
        onValue={(id) => onAisle(id ? { id, at: null } : null)}
      />
      {section && (
        <p>
          {t(aisle?.at ? "setup.rule.section" : "setup.rule.whole", {
            cells: number(section.cells.length),
            spots: number(section.spots.length),
          })}
        </p>
      )}
      <div class="setup-row-acts">
        <Button kind="danger" disabled={!section || section.cells.length === 0} onClick={onClose}>
          {t("setup.rule.close")}
        </Button>
        {aisle?.at && (
          <Button onClick={() => onAisle({ id: aisle.id, at: null })}>
            {t("setup.rule.choose_whole")}
          </Button>
        )}
      </div>
    </section>
  );
}

interface ListProps {
  rules: readonly Rule[];
  decides: boolean;
  onEnd: (rule: Rule) => void;
  children: ComponentChildren;
}

function RuleList({ rules, decides, onEnd, children }: ListProps) {
  return (
    <section class="setup-part" aria-labelledby="setup-rules">
      <header class="setup-head">
        <h2 id="setup-rules">{t("setup.rule.in_force", { count: rules.length })}</h2>
        {children}
      </header>
      {rules.length === 0 && <p class="empty">{t("setup.rule.none")}</p>}
      <ul class="setup-rules">
        {rules.map((one) => (
          <li key={one.rule.rule}>
            <div>
              <strong>{one.rule.rule}</strong>
              <p class="setup-note">{ruleWords(one)}</p>
            </div>
            {decides && (
              <Button
                kind="quiet"
                label={t("setup.rule.end_of", { name: one.rule.rule })}
                onClick={() => onEnd(one)}
              >
                {t("setup.rule.end")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A rule in a few words. */
function ruleWords({ rule, set_ms }: Rule): string {
  const kind = t(`setup.rule.kind.${rule.kind}`);
  const heading = rule.heading_rad ?? 0;
  const more: Record<string, string> = {
    speed_limit: t("setup.rule.at_most", { speed: number(rule.max_speed_mps ?? 0, 2) }),
    one_way: t("setup.rule.towards", { degrees: number((heading * 180) / Math.PI) }),
    priority: t("setup.rule.goes_first", {
      what: rule.sku ?? rule.orders ?? rule.trips ?? "",
      priority: rule.priority ?? 0,
    }),
  };
  return [kind, more[rule.kind], moment(set_ms)].filter(Boolean).join(" · ");
}
