/** What is in force, and what became of the latest wishes. */
import type { ComponentChildren } from "preact";

import { may } from "../../api/session";
import { duration } from "../../i18n/format";
import { t } from "../../i18n/words";
import { floor } from "../../live/floor";
import { Button } from "../../parts/Button";
import { freshness } from "../../app/freshness";
import { Card, Chip, Who } from "./Card";
import { linkState, loaded, now_ms, records, rules, stations } from "./desk";
import { EntryCard } from "./EntryCard";
import { inForce, type Item, latest } from "./force";
import { open } from "./opening";
import { ruleWords } from "./Rules";
import { shown } from "./shown";

export function Board() {
  const state = floor.known();
  if (!loaded.value) return <p class="empty">{t("shell.loading")}</p>;
  const items = inForce(records.value, shown(state), now_ms.value);
  const closedRules = rules.value.filter((one) => one.rule.kind === "blocked");
  const closedStations = stations.value.filter((one) => one.closed);
  const of = (standing: Item["standing"]) => items.filter((one) => one.standing === standing);
  return (
    <div class="intervene-board">
      <Freshness />
      <Section name="stops" count={of("stop").length}>
        {of("stop").map((one) => (
          <StopCard key={one.key} item={one} />
        ))}
      </Section>
      <Section name="entries" count={of("entry").length}>
        {of("entry").map((one) => (
          <EntryCard key={one.key} item={one} />
        ))}
      </Section>
      <Section name="robots" count={of("sent").length + of("out").length}>
        {[...of("sent"), ...of("out")].map((one) => (
          <RobotCard key={one.key} item={one} />
        ))}
      </Section>
      <Section name="closed" count={closedRules.length + closedStations.length}>
        {closedStations.map((one) => (
          <Card key={`s/${one.station}`} title={t("intervene.station_closed", { id: one.station })}>
            <p class="intervene-who">
              {one.changed_ms ? ago(now_ms.value - one.changed_ms) : ""}
              {one.at_once ? ` · ${t("intervene.closed_at_once")}` : ""}
            </p>
            <div class="intervene-side">
              <Button onClick={() => open("open_station", { station: one.station })}>
                {t("intervene.deed.open_station")}
              </Button>
            </div>
          </Card>
        ))}
        {closedRules.map((one) => (
          <Card key={`r/${one.rule.rule}`} title={one.rule.rule}>
            <p class="intervene-who">
              {ruleWords(one)} · {ago(now_ms.value - one.set_ms)}
            </p>
            {may("decide") && (
              <div class="intervene-side">
                <Button onClick={() => open("clear_rule", { name: one.rule.rule })}>
                  {t("intervene.deed.clear_rule")}
                </Button>
              </div>
            )}
          </Card>
        ))}
      </Section>
      <Section name="latest" count={latest(records.value, now_ms.value).length}>
        {latest(records.value, now_ms.value)
          .slice(0, 12)
          .map((one) => (
            <Card key={one.number} title={`${t(`intervene.kind.${one.kind}`)} ${aboutOf(one)}`}>
              <Chip one={one} />
              <Who one={one} />
            </Card>
          ))}
      </Section>
    </div>
  );
}

/** The link to the bridge, where it is not live: what stands here may be over. */
function Freshness() {
  const how = freshness(linkState.value, 0);
  if (how === "live") return null;
  return (
    <p class="intervene-stale" role="status">
      {t(how === "lost" ? "intervene.stale" : "shell.link.connecting")}
    </p>
  );
}

function Section(props: { name: string; count: number; children: ComponentChildren }) {
  const { name, count, children } = props;
  return (
    <section class="intervene-section" data-section={name}>
      <h2>
        {t(`intervene.section.${name}`)} <span class="intervene-count">{count}</span>
      </h2>
      {count === 0 ? <p class="intervene-none">{t(`intervene.none.${name}`)}</p> : children}
    </section>
  );
}

function StopCard({ item }: { item: Item }) {
  const what = item.robots.length > 0 ? "robots" : item.area_m.length > 0 ? "area" : "site";
  const names = item.robots.join(", ");
  return (
    <Card title={item.name} bad>
      <p>{t(`intervene.stops.${what}`, { names })}</p>
      {item.asked && <Chip one={item.asked} />}
      <Who one={item.asked} gone={item.gone} />
      <div class="intervene-side">
        <Button onClick={() => open("resume", { name: item.name })}>
          {t("intervene.deed.resume")}
        </Button>
      </div>
    </Card>
  );
}

function RobotCard({ item }: { item: Item }) {
  const sent = item.standing === "sent";
  const deed = sent ? "free" : "take_in";
  const allowed = sent || may("decide");
  const words = sent ? "intervene.is_sent" : "intervene.is_out";
  return (
    <Card title={t(words, { names: item.robots.join(", "), node: item.node ?? "" })}>
      {item.asked && <Chip one={item.asked} />}
      <Who one={item.asked} gone={item.gone} />
      <div class="intervene-side">
        {allowed &&
          item.robots.map((robot) => (
            <Button key={robot} onClick={() => open(deed, { robot })}>
              {t("intervene.deed_robot", { deed: t(`intervene.deed.${deed}`), robot })}
            </Button>
          ))}
      </div>
    </Card>
  );
}

function aboutOf(one: { name: string; robots: readonly string[] }): string {
  return one.name || one.robots.join(", ");
}

function ago(ms: number): string {
  return t("intervene.since", { time: duration(ms) });
}
