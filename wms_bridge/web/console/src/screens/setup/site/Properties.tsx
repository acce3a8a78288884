/** The records of the site as fields: chosen from a list, moved by cells, set, removed. */
import { useState } from "preact/hooks";

import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { Choice } from "../../../parts/Choice";
import { Field } from "../../../parts/Field";
import type { Site } from "./cells";
import { LISTS, moved, nameOf, type Place, pointsText, removed, set, textPoints } from "./draft";
import type { Fault } from "./drafting";

interface Props {
  site: Site;
  chosen: Place | null;
  faults: readonly Fault[];
  decides: boolean;
  onChoose: (place: Place | null) => void;
  onEdit: (site: Site) => void;
}

const STEPS = { west: [-1, 0], east: [1, 0], north: [0, 1], south: [0, -1] } as const;
const SIGNS = { west: "←", east: "→", north: "↑", south: "↓" };
type Step = keyof typeof STEPS;

export function Properties(props: Props) {
  const { site, chosen, decides, onChoose, onEdit } = props;
  const places = LISTS.flatMap((list) =>
    (site[list] ?? []).map((_, index): Place => ({ list, index })),
  );
  const key = (place: Place) => `${place.list} ${place.index}`;
  const options = places.map((place) => ({
    value: key(place),
    text: t(`setup.draft.record.${place.list}`, { id: nameOf(site, place) }),
  }));
  return (
    <section class="setup-part" aria-labelledby="setup-record">
      <h2 id="setup-record">{t("setup.draft.records")}</h2>
      <Choice
        label={t("setup.draft.choose")}
        value={chosen ? key(chosen) : ""}
        options={[{ value: "", text: t("setup.draft.nothing") }, ...options]}
        onValue={(value) => onChoose(places.find((one) => key(one) === value) ?? null)}
      />
      {chosen && decides && (
        <>
          <div class="setup-row-acts" role="group" aria-label={t("setup.draft.move")}>
            {(Object.keys(STEPS) as Step[]).map((one) => (
              <Button
                key={one}
                label={t(`setup.draft.to.${one}`)}
                onClick={() => onEdit(moved(site, chosen, STEPS[one][0], STEPS[one][1]))}
              >
                {SIGNS[one]}
              </Button>
            ))}
            <Button
              onClick={() => {
                onEdit(removed(site, chosen));
                onChoose(null);
              }}
            >
              {t("setup.draft.remove")}
            </Button>
          </div>
          <div class="setup-fields">
            <Fields key={key(chosen)} {...props} place={chosen} />
          </div>
        </>
      )}
    </section>
  );
}

type Kind = "text" | "whole" | "number" | "point" | "points";
const FIELDS: Record<Place["list"], readonly [string, Kind][]> = {
  stations: [
    ["id", "text"],
    ["order_slots", "whole"],
    ["position_m", "point"],
    ["queue_m", "points"],
    ["exit_m", "points"],
  ],
  chargers: [
    ["id", "text"],
    ["position_m", "point"],
  ],
  storage_blocks: [
    ["id", "text"],
    ["origin_m", "point"],
    ["columns", "whole"],
    ["rows", "whole"],
  ],
  zones: [
    ["id", "text"],
    ["polygon_m", "points"],
  ],
};

function Fields({ site, place, faults, onEdit }: Props & { place: Place }) {
  const record = (site[place.list]?.[place.index] ?? {}) as Record<string, unknown>;
  const here = `${place.list}[${place.index}].`;
  const edit = (fields: Record<string, unknown>) => onEdit(set(site, place, fields));
  const wrong = (field: string) => {
    const found = faults.find((one) => one.field.startsWith(here + field));
    return found && `${found.problem}. ${found.remedy}`;
  };
  return (
    <>
      {FIELDS[place.list].map(([name, kind]) => (
        <Property
          key={name}
          name={name}
          kind={kind}
          value={record[name]}
          wrong={wrong(name)}
          onValue={(value) => edit({ [name]: value })}
        />
      ))}
      {place.list === "stations" && <StationChoices record={record} edit={edit} />}
      {place.list === "zones" && <ZoneChoices record={record} edit={edit} wrong={wrong} />}
    </>
  );
}

interface PropertyProps {
  name: string;
  kind: Kind;
  value: unknown;
  wrong: string | undefined;
  onValue: (value: unknown) => void;
}

/** A field whose text is kept as it is typed, as long as it means what the record says. */
function Property({ name, kind, value, wrong, onValue }: PropertyProps) {
  const [typed, setTyped] = useState<string | null>(null);
  const read = typed === null ? undefined : readAs(kind, typed);
  const own = typed !== null && (read === null || JSON.stringify(read) === JSON.stringify(value));
  const told = own && read === null ? t(`setup.draft.wrong.${kind}`) : wrong;
  return (
    <Field
      label={t(`setup.draft.field.${name}`)}
      value={own ? typed : written(kind, value)}
      onValue={(text) => {
        setTyped(text);
        const next = readAs(kind, text);
        if (next !== null) onValue(next);
      }}
      maxLength={5_000}
      {...(told ? { wrong: told } : {})}
    />
  );
}

function written(kind: Kind, value: unknown): string {
  if (kind === "point") return pointsText([value as number[]]);
  if (kind === "points") return pointsText(value as number[][]);
  return String(value ?? "");
}

/** What a text means; null if it means nothing of this kind. */
function readAs(kind: Kind, text: string): unknown {
  if (kind === "text") return text.trim() === "" ? null : text.trim();
  if (kind === "points") return textPoints(text);
  if (kind === "point") {
    const points = textPoints(text);
    return points?.length === 1 ? points[0] : null;
  }
  const number = Number(text.replace(",", "."));
  if (text.trim() === "" || !Number.isFinite(number)) return null;
  return kind === "whole" && !Number.isInteger(number) ? null : number;
}

interface ChoicesProps {
  record: Record<string, unknown>;
  edit: (fields: Record<string, unknown>) => void;
}

const ROLES = { pick: ["pick"], replenish: ["replenish"], both: ["pick", "replenish"] };
type Roles = keyof typeof ROLES;

function StationChoices({ record, edit }: ChoicesProps) {
  const roles = (record.roles as string[] | undefined) ?? ["pick"];
  const both = roles.includes("pick") && roles.includes("replenish");
  const role: Roles = both ? "both" : roles.includes("replenish") ? "replenish" : "pick";
  const picker = record.picker === "arm" ? "arm" : "person";
  return (
    <>
      <Choice<Roles>
        label={t("setup.draft.field.roles")}
        value={role}
        options={(Object.keys(ROLES) as Roles[]).map((value) => ({
          value,
          text: t(`setup.draft.role.${value}`),
        }))}
        onValue={(value) => edit({ roles: ROLES[value] })}
      />
      <Choice<"person" | "arm">
        label={t("setup.draft.field.picker")}
        value={picker}
        options={[
          { value: "person", text: t("setup.draft.picker.person") },
          { value: "arm", text: t("setup.draft.picker.arm") },
        ]}
        onValue={(value) => edit({ picker: value })}
      />
    </>
  );
}

const KINDS = ["no_go", "slow", "one_way"] as const;
type ZoneKind = (typeof KINDS)[number];

interface ZoneProps extends ChoicesProps {
  wrong: (field: string) => string | undefined;
}

function ZoneChoices({ record, edit, wrong }: ZoneProps) {
  const kind = KINDS.find((one) => one === record.kind) ?? "no_go";
  const become = (value: ZoneKind) =>
    edit({
      kind: value,
      max_speed_mps: value === "slow" ? 0.5 : null,
      heading_rad: value === "one_way" ? 0 : null,
    });
  const more = { no_go: null, slow: "max_speed_mps", one_way: "heading_rad" }[kind];
  return (
    <>
      <Choice<ZoneKind>
        label={t("setup.draft.field.kind")}
        value={kind}
        options={KINDS.map((value) => ({ value, text: t(`setup.draft.zone.${value}`) }))}
        onValue={become}
      />
      {more && (
        <Property
          key={more}
          name={more}
          kind="number"
          value={record[more]}
          wrong={wrong(more)}
          onValue={(value) => edit({ [more]: value })}
        />
      )}
    </>
  );
}
