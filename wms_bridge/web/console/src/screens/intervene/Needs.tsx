/** What a deed needs to know, each to be pointed at, chosen or typed. */
import { useMemo } from "preact/hooks";

import { number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import type { Point } from "../../live/floorstate";
import { Choice } from "../../parts/Choice";
import { Field } from "../../parts/Field";
import { point } from "../floor/point";
import type { Site } from "../floor/site";
import type { Filled } from "./ActionDialog";
import { cellAt, nodeOf, placeOf, sizeOf, stretchAt, stretchesOf, writeArea } from "./area";
import type { Deed } from "./deeds";
import { now_ms, records, stations } from "./desk";
import { inForce } from "./force";
import { closedBy } from "./ordering";
import { PlaceMap } from "./PlaceMap";
import { RobotPick } from "./RobotPick";
import { shown } from "./shown";

interface Props {
  deed: Deed;
  site: Site;
  filled: Filled;
  area: readonly Point[] | null;
  onFilled: (filled: Filled) => void;
}

export function Needs({ deed, site, filled, area, onFilled }: Props) {
  const needs = new Set(deed.needs);
  const fill = (more: Partial<Filled>) => onFilled({ ...filled, ...more });
  return (
    <>
      {(needs.has("robot") || needs.has("robots")) && (
        <RobotPick
          chosen={filled.robots}
          one={needs.has("robot")}
          onChosen={(robots) => fill({ robots })}
        />
      )}
      {needs.has("area") && <AreaOf {...{ site, filled, area, fill }} />}
      {needs.has("node") && <NodeOf {...{ site, filled, fill }} />}
      {needs.has("stretch") && <StretchOf {...{ site, filled, fill }} />}
      {needs.has("name") && (
        <Field
          label={t(`intervene.name_of.${deed.key}`)}
          value={filled.name}
          maxLength={100}
          onValue={(name) => fill({ name })}
        />
      )}
      {needs.has("stop") && <StopOf {...{ filled, fill }} />}
      {needs.has("station") && <StationOf {...{ deed, filled, fill }} />}
    </>
  );
}

interface Part {
  site: Site;
  filled: Filled;
  fill: (more: Partial<Filled>) => void;
}

function AreaOf({ site, filled, area, fill }: Part & { area: readonly Point[] | null }) {
  const size = area ? sizeOf(area) : 0;
  const wrong = filled.corners !== "" && area === null;
  return (
    <>
      <PlaceMap
        site={site}
        label={t("intervene.draw_area")}
        mode="area"
        area={area}
        marks={[]}
        onArea={(corners) => fill({ corners: writeArea(corners) })}
      />
      <Field
        label={t("intervene.corners")}
        value={filled.corners}
        onValue={(corners) => fill({ corners })}
        {...(wrong ? { wrong: t("intervene.no_area") } : {})}
      />
      {area && <p class="intervene-more">{t("intervene.size", { size: number(size, 1) })}</p>}
    </>
  );
}

function NodeOf({ site, filled, fill }: Part) {
  const at = placeOf(filled.node, site.pitch_m);
  return (
    <>
      <PlaceMap
        site={site}
        label={t("intervene.point_node")}
        mode="place"
        area={null}
        marks={at ? [at] : []}
        onPlace={(place) => fill({ node: nodeOf(cellAt(place, site.pitch_m)) })}
      />
      <Field
        label={t("intervene.node")}
        value={filled.node}
        onValue={(node) => fill({ node: node.trim() })}
      />
    </>
  );
}

function StretchOf({ site, filled, fill }: Part) {
  const all = useMemo(() => {
    const aisles = site.aisles.map((one) => ({ id: one.id, points_m: one.points_m.map(point) }));
    return stretchesOf(aisles, site.pitch_m);
  }, [site]);
  const cells = filled.stretch ? closedBy(filled.stretch, filled.withSpots, site) : [];
  const marks = cells.map(([c, r]): Point => [c * site.pitch_m, r * site.pitch_m]);
  const none = { value: "", text: t("intervene.choose") };
  return (
    <>
      <PlaceMap
        site={site}
        label={t("intervene.point_stretch")}
        mode="place"
        area={null}
        marks={marks}
        onPlace={(at) => fill({ stretch: stretchAt(all, at, site.pitch_m) })}
      />
      <Choice
        label={t("intervene.stretch")}
        value={filled.stretch?.name ?? ""}
        options={[none, ...all.map((one) => ({ value: one.name, text: one.name }))]}
        onValue={(name) => fill({ stretch: all.find((one) => one.name === name) ?? null })}
      />
      <label class="intervene-check">
        <input
          type="checkbox"
          checked={filled.withSpots}
          onChange={() => fill({ withSpots: !filled.withSpots })}
        />
        <span>{t("intervene.with_spots")}</span>
      </label>
    </>
  );
}

function StopOf({ filled, fill }: Omit<Part, "site">) {
  const items = inForce(records.value, shown(floor.known()), now_ms.value);
  const robot = filled.robots[0];
  const stops = items.filter(
    (one) =>
      one.standing === "stop" && (!robot || one.robots.length === 0 || one.robots.includes(robot)),
  );
  const options = stops.map((one) => ({ value: one.name, text: one.name }));
  if (filled.name && !options.some((one) => one.value === filled.name)) {
    options.push({ value: filled.name, text: filled.name });
  }
  if (options.length === 0) return <p class="intervene-more">{t("intervene.no_stop")}</p>;
  return (
    <Choice
      label={t("intervene.which_stop")}
      value={filled.name}
      options={[{ value: "", text: t("intervene.choose") }, ...options]}
      onValue={(name) => fill({ name })}
    />
  );
}

function StationOf({ deed, filled, fill }: Omit<Part, "site"> & { deed: Deed }) {
  const closing = deed.key === "close_station";
  const open = stations.value.filter((one) => Boolean(one.closed) !== closing);
  return (
    <>
      <Choice
        label={t("intervene.station")}
        value={filled.station}
        options={[
          { value: "", text: t("intervene.choose") },
          ...open.map((one) => ({ value: one.station, text: one.station })),
        ]}
        onValue={(station) => fill({ station })}
      />
      {closing && (
        <label class="intervene-check">
          <input
            type="checkbox"
            checked={filled.atOnce}
            onChange={() => fill({ atOnce: !filled.atOnce })}
          />
          <span>{t("intervene.at_once")}</span>
        </label>
      )}
    </>
  );
}
