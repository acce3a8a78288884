/** The link to the WMS: how it is, what waits for somebody, whether the stock agrees; webhooks. */
import type { ComponentChildren } from "preact";

import { api, ask, type Schema } from "../../../api/client";
import { may } from "../../../api/session";
import { duration, moment, number } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { type Loaded, useLoaded } from "../loading";
import { Waiting } from "../Waiting";
import { DeadLetters, Inbox } from "./Letters";
import { StockCompare } from "./StockCompare";
import { Webhooks } from "./Webhooks";

type Link = Schema["LinkState"];
const EVERY_MS = 5_000;

export function ConnectorsTab() {
  const link = useLoaded(() => ask(api.GET("/v1/links")), "", EVERY_MS);
  const status = useLoaded(() => ask(api.GET("/v1/status")), "", EVERY_MS);
  return (
    <div class="setup-page">
      <section class="setup-card" aria-labelledby="setup-link">
        <header class="setup-head">
          <h2 id="setup-link">{t("setup.link.title")}</h2>
          <Freshness of={link} />
        </header>
        {link.data && status.data ? (
          <LinkFacts link={link.data} status={status.data} />
        ) : (
          <Waiting of={link.data ? status : link} />
        )}
      </section>
      {status.data && <DeadLetters status={status.data} onDone={status.again} />}
      <Inbox />
      {link.data && <StockCompare reads={link.data.reading !== null} />}
      {may("order") && <Webhooks />}
    </div>
  );
}

/** Says so when what is shown could not be asked for anew. */
function Freshness({ of }: { of: Loaded<unknown> }) {
  if (!of.problem || of.at_ms === 0) return null;
  const age = duration(Date.now() - of.at_ms);
  return (
    <span class="setup-chip setup-chip-warn" role="status">
      {t("shell.age", { age })}
    </span>
  );
}

function LinkFacts({ link, status }: { link: Link; status: Schema["BridgeStatus"] }) {
  const { reading } = link;
  const now_ms = status.now_ms;
  const fence = reading?.fence_ms;
  return (
    <>
      <dl class="setup-facts">
        <Fact name="reading">
          <Circuit state={reading?.circuit ?? null} none="setup.link.reads_nothing" />
          {reading && <span class="setup-digest">{reading.source}</span>}
        </Fact>
        <Fact name="telling">
          <Circuit state={link.telling} none="setup.link.tells_nobody" />
        </Fact>
        <Fact name="backlog">{number(link.backlog)}</Fact>
        <Fact name="under_way">{number(link.under_way)}</Fact>
        <Fact name="rejected">{number(link.rejected)}</Fact>
        <Fact name="late">{number(link.late)}</Fact>
        <Fact name="moves">{number(link.foreign_moves)}</Fact>
        {link.cursors.map((one) => (
          <div key={`${one.source} ${one.feed}`}>
            <dt>{t("setup.link.read", { feed: t(`setup.link.feed.${one.feed}`) })}</dt>
            <dd>{t("setup.link.ago", { age: duration(now_ms - one.read_ms) })}</dd>
          </div>
        ))}
      </dl>
      {reading?.last_error && reading.last_error_ms !== null && (
        <p class="setup-note">
          {t("setup.link.last_error", {
            time: moment(reading.last_error_ms ?? 0),
            error: reading.last_error,
          })}
        </p>
      )}
      <p class="setup-note">
        {fence === undefined || fence === null
          ? t("setup.link.fence")
          : t("setup.link.fence_of", { time: duration(fence) })}
      </p>
    </>
  );
}

function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div>
      <dt>{t(`setup.link.${name}`)}</dt>
      <dd>{children}</dd>
    </div>
  );
}

function Circuit({ state, none }: { state: string | null; none: string }) {
  if (state === null) return <>{t(none)}</>;
  const looks: Record<string, string> = { closed: "good", open: "bad", half_open: "warn" };
  return (
    <span class={`setup-chip setup-chip-${looks[state] ?? "off"}`}>
      {t(`setup.link.circuit.${state}`)}
    </span>
  );
}
