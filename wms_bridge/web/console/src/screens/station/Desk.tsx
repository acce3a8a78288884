/** The screen of one station: its head, what is in hand, and what stands beside it. */
import { useEffect, useState } from "preact/hooks";

import { useShortcuts } from "../../app/shortcuts";
import { duration, number } from "../../i18n/format";
import { t } from "../../i18n/words";
import { may } from "../../api/session";
import { Button } from "../../parts/Button";
import { hrefOf } from "../../routes/router";
import { Bands } from "./Bands";
import { Hand } from "./Hand";
import { setVoice, voice } from "./hearing";
import { ownKept } from "./keeping";
import { Opening } from "./Opening";
import { OtherQuantity } from "./OtherQuantity";
import { Beside } from "./Beside";
import type { Working } from "./working";

export function Desk({ working }: { working: Working }) {
  const [opening, setOpening] = useState(false);
  useShortcuts([
    { keys: "u", words: "station.other", run: () => working.askOther() },
    { keys: "v", words: "station.voice", run: () => setVoice(!voice.peek()) },
    { keys: "e", words: "station.each", run: () => working.setEach(!working.each.peek()) },
  ]);
  const panel = working.live.panel.value;
  if (!panel) return <Waiting working={working} />;
  const hand = working.hand.value;
  return (
    <div class="station" data-state={working.live.link.state.value}>
      <header class="station-head">
        <h1>{t("station.heading", { station: panel.station })}</h1>
        <span class={panel.closed ? "station-state station-shut" : "station-state"}>
          {t(panel.closed ? "station.closed" : "station.open")}
        </span>
        <Figures working={working} />
        <div class="station-tools">
          <Button
            pressed={working.each.value}
            onClick={() => working.setEach(!working.each.peek())}
          >
            {t("station.each")}
          </Button>
          <Button pressed={voice.value} onClick={() => setVoice(!voice.peek())}>
            {t("station.voice")}
          </Button>
          {may("operate") && (
            <Button onClick={() => setOpening(true)}>
              {t(panel.closed ? "station.reopen" : "station.close")}
            </Button>
          )}
          <a class="button button-plain" href={hrefOf("station", [], { choose: "1" })}>
            {t("station.change")}
          </a>
        </div>
      </header>
      <Bands working={working} />
      <Link working={working} />
      <div class="station-work">
        <Hand key={hand ? `${hand.work}/${hand.id}` : ""} working={working} hand={hand} />
        <Beside working={working} panel={panel} />
      </div>
      {working.other.value && hand && <OtherQuantity working={working} hand={hand} />}
      {opening && <Opening panel={panel} onClose={() => setOpening(false)} />}
    </div>
  );
}

function Figures({ working }: { working: Working }) {
  const done = working.live.panel.value?.last_hour;
  if (!done) return null;
  return (
    <dl class="station-figures" aria-label={t("station.last_hour")}>
      <div>
        <dt>{t("station.picks_per_h")}</dt>
        <dd>{number(done.picks)}</dd>
      </div>
      <div>
        <dt>{t("station.lines_per_h")}</dt>
        <dd>{number(done.lines)}</dd>
      </div>
      <div>
        <dt>{t("station.pieces_per_h")}</dt>
        <dd>{number(done.pieces)}</dd>
      </div>
    </dl>
  );
}

/** How the link is, how old what is shown is, and what waits to be sent. */
function Link({ working }: { working: Working }) {
  const now_ms = useNow();
  const state = working.live.link.state.value;
  const count = ownKept.value.length;
  const lost = state === "lost";
  return (
    <div class="station-link" role="status" hidden={!lost && count === 0}>
      {lost && <p>{t("station.lost", { age: duration(working.live.age_ms(now_ms)) })}</p>}
      {count > 0 && <p class="station-kept">{t("station.kept", { count })}</p>}
    </div>
  );
}

function Waiting({ working }: { working: Working }) {
  const lost = working.live.link.state.value === "lost";
  return (
    <div class="empty">
      <p role="status">
        {t(lost ? "station.cannot" : "shell.loading", { station: working.station })}
      </p>
      {lost && (
        <p>
          <a href={hrefOf("station", [], { choose: "1" })}>{t("station.change")}</a>
        </p>
      )}
    </div>
  );
}

function useNow(): number {
  const [now_ms, setNow] = useState(() => performance.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(performance.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now_ms;
}
