/** A map to point on: areas, nodes, stretches of aisles, robots. All of it can be typed as well. */
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import type { Point } from "../../live/floorstate";
import { Button } from "../../parts/Button";
import { theme } from "../../theme/theme";
import { rules, type Site, watchRules } from "../floor/site";
import { Stage } from "../floor/stage";
import { nearestRobot, Pen, type Tool } from "./pen";

interface Props {
  site: Site;
  label: string;
  /** What a pointer does: draws an area, or points at one place. */
  mode: "area" | "place";
  area: readonly Point[] | null;
  /** Places that are chosen, marked. */
  marks: readonly Point[];
  onArea?: (area: readonly Point[]) => void;
  onPlace?: (at: Point, robot: string | null) => void;
}

export function PlaceMap({ site, label, mode, area, marks, onArea, onPlace }: Props) {
  const box = useRef<HTMLDivElement>(null);
  const shape = useRef<SVGPathElement>(null);
  const [pen, setPen] = useState<Pen | null>(null);
  const [tool, setTool] = useState<Tool>(mode === "area" ? "rectangle" : "move");
  const ends = useRef({ onArea, onPlace });
  ends.current = { onArea, onPlace };
  useEffect(watchRules, []);
  useEffect(() => {
    if (!box.current || !shape.current) return;
    const stage = new Stage(box.current, site);
    stage.start();
    stage.setLayers({ ways: false, heat: false });
    const made = new Pen(box.current, stage, shape.current, {
      area: (corners) => ends.current.onArea?.(corners),
      place: (at) => {
        const { state, motion } = stage.scene;
        const robots = state.order.map((id) => ({ id, at: motion.poseAt(id, performance.now()) }));
        ends.current.onPlace?.(at, nearestRobot(robots, at, site.pitch_m));
      },
    });
    setPen(made);
    const over = [
      floor.onChanges(() => stage.changed()),
      effect(() => stage.setRules(rules.value)),
      effect(() => {
        void theme.value;
        queueMicrotask(() => stage.recolour());
      }),
    ];
    return () => {
      for (const end of over) end();
      made.stop();
      stage.stop();
    };
  }, [site]);
  useEffect(() => pen?.show(area, marks));
  useEffect(() => pen?.take(tool), [pen, tool]);
  return (
    <div class="intervene-map">
      <div ref={box} class="intervene-canvas" role="img" aria-label={label} data-tool={tool} />
      <svg class="intervene-layer" aria-hidden="true">
        <path ref={shape} />
      </svg>
      <div class="intervene-tools" role="group" aria-label={t("intervene.map_tools")}>
        {mode === "area" &&
          (["rectangle", "corners", "move"] as const).map((one) => (
            <Button key={one} pressed={tool === one} onClick={() => setTool(one)}>
              {t(`intervene.tool.${one}`)}
            </Button>
          ))}
        <Button label={t("intervene.closer")} onClick={() => pen?.zoom(1.4)}>
          {"+"}
        </Button>
        <Button label={t("intervene.farther")} onClick={() => pen?.zoom(1 / 1.4)}>
          {"−"}
        </Button>
        <Button onClick={() => pen?.fit()}>{t("intervene.fit")}</Button>
      </div>
    </div>
  );
}
