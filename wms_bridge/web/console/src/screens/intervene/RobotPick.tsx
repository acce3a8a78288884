/** Robots to choose from: a list that can be searched; one of them, or several. */
import { useState } from "preact/hooks";

import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { Field } from "../../parts/Field";

const MOST = 60;

interface Props {
  chosen: readonly string[];
  one: boolean;
  onChosen: (robots: readonly string[]) => void;
}

export function RobotPick({ chosen, one, onChosen }: Props) {
  const [text, setText] = useState("");
  const state = floor.known();
  const wanted = text.trim().toLowerCase();
  const found = state.order.filter((name) => name.toLowerCase().includes(wanted));
  const gone = chosen.filter((name) => !state.robots.has(name));
  const toggle = (name: string) => {
    if (chosen.includes(name)) onChosen(chosen.filter((other) => other !== name));
    else onChosen(one ? [name] : [...chosen, name]);
  };
  return (
    <fieldset class="intervene-robots">
      <legend>{t(one ? "intervene.which_robot" : "intervene.which_robots")}</legend>
      {(state.order.length > 12 || text) && (
        <Field label={t("intervene.find_robot")} value={text} onValue={setText} />
      )}
      <div class="intervene-chips">
        {[...gone, ...found.slice(0, MOST)].map((name) => (
          <label key={name} class="intervene-chip">
            <input
              type={one ? "radio" : "checkbox"}
              name="robot"
              checked={chosen.includes(name)}
              onChange={() => toggle(name)}
            />
            <span>{name}</span>
          </label>
        ))}
      </div>
      {found.length > MOST && (
        <p class="intervene-more">{t("shell.more_rows", { count: found.length - MOST })}</p>
      )}
      {found.length + gone.length === 0 && <p class="intervene-more">{t("intervene.no_robots")}</p>}
    </fieldset>
  );
}
