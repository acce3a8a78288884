/** New rules of the floor. What the bridge refuses is said at the field that it names. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { number } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Choice } from "../../../parts/Choice";
import { Field } from "../../../parts/Field";
import { tell } from "../../../parts/Toast";
import { worded } from "../access/AccountDialog";
import { ActDialog, why } from "../ActDialog";
import { type Box, cornersOf, freeName, nodeOf, type Section } from "./cells";

type Rule = Schema["RuleRecord"];
type Wanted = Schema["FloorRuleIn"];

interface Props {
  rules: readonly Rule[];
  onDone: () => void;
  onClose: () => void;
}

async function put(name: string, rule: object, reason: string): Promise<void> {
  const params = { path: { rule: name } };
  const body = rule as Wanted;
  await ask(api.PUT("/v1/rules/{rule}", { params, body, headers: why(reason) }));
  tell(t("setup.rule.made", { name }));
}

function namesOf(rules: readonly Rule[]): string[] {
  return rules.map((one) => one.rule.rule);
}

export function CloseDialog({ section, rules, onDone, onClose }: Props & { section: Section }) {
  const act = async (reason: string) => {
    const nodes = [...section.cells, ...section.spots].map(nodeOf);
    const name = freeName(`closed_${section.aisle}`, namesOf(rules));
    await put(name, { kind: "blocked", nodes }, reason);
    onDone();
  };
  const follows = t("setup.rule.close_follows", {
    cells: number(section.cells.length),
    spots: number(section.spots.length),
  });
  return (
    <ActDialog
      title={t("setup.rule.close_of", { aisle: section.aisle })}
      follows={follows}
      act={t("setup.rule.close_act")}
      danger
      onAct={act}
      onClose={onClose}
    />
  );
}

const KINDS = ["blocked", "speed_limit", "one_way"] as const;
type Kind = (typeof KINDS)[number];
const HEADINGS = { east: 0, north: Math.PI / 2, west: Math.PI, south: -Math.PI / 2 };
type Heading = keyof typeof HEADINGS;
const WAYS = Object.keys(HEADINGS) as Heading[];

interface AreaProps extends Props {
  box: Box;
  onBox: (box: Box) => void;
}

export function AreaDialog({ box, rules, onBox, onDone, onClose }: AreaProps) {
  const [kind, setKind] = useState<Kind>("blocked");
  const [name, setName] = useState(freeName("area", namesOf(rules)));
  const [speed, setSpeed] = useState("0.5");
  const [heading, setHeading] = useState<Heading>("east");
  const taken = namesOf(rules).includes(name.trim());
  const act = async (reason: string) => {
    const more = {
      blocked: {},
      speed_limit: { max_speed_mps: Number(speed.replace(",", ".")) },
      one_way: { heading_rad: HEADINGS[heading] },
    }[kind];
    await put(name.trim(), { kind, area_m: cornersOf(box), ...more }, reason);
    onDone();
  };
  return (
    <ActDialog
      title={t("setup.rule.area_make")}
      follows={t(`setup.rule.follows.${kind}`)}
      act={t("setup.rule.area_act")}
      danger={kind === "blocked"}
      incomplete={!name.trim() || taken}
      onAct={act}
      onClose={onClose}
    >
      {(wrong) => (
        <>
          <Choice
            label={t("setup.rule.kinds")}
            value={kind}
            options={KINDS.map((one) => ({ value: one, text: t(`setup.rule.kind.${one}`) }))}
            onValue={setKind}
          />
          <Field
            label={t("setup.rule.name")}
            value={name}
            onValue={setName}
            maxLength={100}
            {...worded(taken ? t("setup.rule.name_taken") : wrong("rule"))}
          />
          {kind === "speed_limit" && (
            <Field
              label={t("setup.rule.speed")}
              value={speed}
              onValue={setSpeed}
              inputMode="decimal"
              {...worded(wrong("max_speed_mps"))}
            />
          )}
          {kind === "one_way" && (
            <>
              <Choice
                label={t("setup.rule.heading")}
                value={heading}
                options={WAYS.map((one) => ({ value: one, text: t(`setup.rule.way.${one}`) }))}
                onValue={setHeading}
              />
              <Wrong text={wrong("heading_rad")} />
            </>
          )}
          <BoxFields box={box} onBox={onBox} wrong={wrong("area_m")} />
        </>
      )}
    </ActDialog>
  );
}

function Wrong({ text }: { text: string | undefined }) {
  if (!text) return null;
  return (
    <p class="field-wrong" role="alert">
      {text}
    </p>
  );
}

interface BoxProps {
  box: Box | null;
  onBox: (box: Box) => void;
  wrong?: string | undefined;
}

/** A rectangle by its sides (m), for those who do not draw it. */
export function BoxFields({ box, onBox, wrong }: BoxProps) {
  const start = { west: 0, south: 0, east: 0, north: 0 };
  return (
    <div class="setup-sides" role="group" aria-label={t("setup.rule.sides")}>
      {(["west", "south", "east", "north"] as const).map((side) => (
        <SideField
          key={side}
          side={side}
          value={box ? box[side] : null}
          onValue={(value) => onBox({ ...start, ...box, [side]: value })}
        />
      ))}
      <Wrong text={wrong} />
    </div>
  );
}

interface SideProps {
  side: keyof Box;
  value: number | null;
  onValue: (value: number) => void;
}

function SideField({ side, value, onValue }: SideProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null || typed.trim() === "" ? NaN : Number(typed.replace(",", "."));
  const own = typed !== null && (!Number.isFinite(read) || read === value);
  return (
    <Field
      label={t(`setup.rule.side.${side}`)}
      value={own ? typed : value === null ? "" : String(value)}
      inputMode="decimal"
      onValue={(text) => {
        setTyped(text);
        const next = Number(text.replace(",", "."));
        if (text.trim() !== "" && Number.isFinite(next)) onValue(next);
      }}
      {...(own && typed && !Number.isFinite(read) ? { wrong: t("setup.not_a_number") } : {})}
    />
  );
}

const OF = ["orders", "sku", "trips"] as const;
type Of = (typeof OF)[number];
const TRIPS = ["fetch", "deliver", "return", "charge", "park"] as const;
type Trip = (typeof TRIPS)[number];

export function PriorityDialog({ rules, onDone, onClose }: Props) {
  const [name, setName] = useState(freeName("first", namesOf(rules)));
  const [of, setOf] = useState<Of>("orders");
  const [text, setText] = useState("");
  const [trip, setTrip] = useState<Trip>("deliver");
  const [priority, setPriority] = useState("10");
  const taken = namesOf(rules).includes(name.trim());
  const act = async (reason: string) => {
    const what = { [of]: of === "trips" ? trip : text.trim() };
    await put(name.trim(), { kind: "priority", priority: Number(priority), ...what }, reason);
    onDone();
  };
  return (
    <ActDialog
      title={t("setup.rule.priority_make")}
      follows={t("setup.rule.follows.priority")}
      act={t("setup.rule.area_act")}
      incomplete={!name.trim() || taken || (of !== "trips" && !text.trim())}
      onAct={act}
      onClose={onClose}
    >
      {(wrong) => (
        <>
          <Field
            label={t("setup.rule.name")}
            value={name}
            onValue={setName}
            maxLength={100}
            {...worded(taken ? t("setup.rule.name_taken") : wrong("rule"))}
          />
          <Choice
            label={t("setup.rule.priority_of")}
            value={of}
            options={OF.map((one) => ({ value: one, text: t(`setup.rule.of.${one}`) }))}
            onValue={setOf}
          />
          {of === "trips" ? (
            <Choice
              label={t("setup.rule.trip")}
              value={trip}
              options={TRIPS.map((one) => ({ value: one, text: t(`setup.rule.trips.${one}`) }))}
              onValue={setTrip}
            />
          ) : (
            <Field
              label={t(`setup.rule.of.${of}`)}
              value={text}
              onValue={setText}
              maxLength={100}
              {...worded(wrong(of))}
            />
          )}
          <Field
            label={t("setup.rule.priority")}
            value={priority}
            onValue={setPriority}
            inputMode="numeric"
            {...worded(wrong("priority"))}
          />
        </>
      )}
    </ActDialog>
  );
}
