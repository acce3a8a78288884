/** The map of the floor with its buttons. Everything it shows stands as text in the list of robots. */
import { effect } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

import { useShortcuts } from "../../app/shortcuts";
import { siteClock } from "../../i18n/format";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { Button } from "../../parts/Button";
import { theme } from "../../theme/theme";
import { choose, chosen } from "./choosing";
import { showForTests } from "./debug";
import type { Layers } from "./drawing/renderer";
import { found } from "./finding";
import { Pointing } from "./pointing";
import { rules, type Site } from "./site";
import { Stage } from "./stage";

export function FloorMap({ site }: { site: Site }) {
  const box = useRef<HTMLDivElement>(null);
  const [stage, setStage] = useState<Stage | null>(null);
  const [pointing, setPointing] = useState<Pointing | null>(null);
  const [layers, setLayers] = useState<Layers>({ ways: true, heat: false });
  const [following, setFollowing] = useState(false);

  useEffect(() => {
    if (!box.current) return;
    const made = new Stage(box.current, site);
    const hand = new Pointing(box.current, made, { choose, step: stepRobot });
    made.start();
    hand.start();
    setStage(made);
    setPointing(hand);
    const ends = [
      floor.onChanges(() => made.changed()),
      effect(() => made.choose(chosen.value)),
      effect(() => made.pointOut(found.value?.things ?? [])),
      effect(() => made.setRules(rules.value)),
      effect(() => {
        void theme.value;
        queueMicrotask(() => made.recolour());
      }),
      showForTests(made),
    ];
    return () => {
      for (const end of ends) end();
      made.stop();
    };
  }, [site]);

  const show = (wanted: Partial<Layers>) => {
    const next = { ...layers, ...wanted };
    setLayers(next);
    stage?.setLayers(next);
  };
  const follow = (wanted: boolean) => {
    if (stage) stage.following = wanted;
    setFollowing(wanted);
  };
  const robot = chosen.value?.kind === "robot" ? chosen.value.id : null;
  useEffect(() => follow(false), [robot]);
  useShortcuts([
    { keys: "h", words: "floor.heat", run: () => press("heat") },
    { keys: "w", words: "floor.ways", run: () => press("ways") },
    { keys: "m", words: "floor.to_map", run: () => box.current?.focus() },
  ]);
  const known = floor.known();
  return (
    <section class="floor-map" aria-label={t("floor.map")}>
      <div
        ref={box}
        class="floor-canvas"
        tabIndex={0}
        role="application"
        aria-label={t("floor.map")}
        aria-describedby="floor-map-keys"
      />
      <p id="floor-map-keys" class="only-heard">
        {t("floor.map_keys")}
      </p>
      <div class="floor-buttons" role="group" aria-label={t("floor.view")}>
        <Button label={t("floor.closer")} onClick={() => pointing?.zoom(1.3)}>
          {"+"}
        </Button>
        <Button label={t("floor.farther")} onClick={() => pointing?.zoom(1 / 1.3)}>
          {"−"}
        </Button>
        <Button onClick={() => pointing?.fit()}>{t("floor.fit")}</Button>
        <Button pressed={following} disabled={!robot} onClick={() => follow(!following)}>
          {t("floor.follow")}
        </Button>
        <Button pressed={layers.ways} id="layer-ways" onClick={() => show({ ways: !layers.ways })}>
          {t("floor.ways")}
        </Button>
        <Button pressed={layers.heat} id="layer-heat" onClick={() => show({ heat: !layers.heat })}>
          {t("floor.heat")}
        </Button>
      </div>
      <p class="floor-clock">
        {known.number === null ? t("floor.no_picture") : siteClock(known.at_ms)}
      </p>
    </section>
  );
}

/** A shortcut presses the button that a pointer would. */
function press(layer: string): void {
  document.getElementById(`layer-${layer}`)?.click();
}

function stepRobot(by: number): void {
  const { order } = floor.state;
  const at = chosen.value?.kind === "robot" ? order.indexOf(chosen.value.id) : by > 0 ? -1 : 0;
  const id = order[(at + by + order.length) % order.length];
  if (id !== undefined) choose({ kind: "robot", id });
}
