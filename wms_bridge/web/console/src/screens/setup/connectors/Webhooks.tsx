/** Who is told by webhook what the WMS is told, and who may tell us. Secrets are never shown. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { asProblem, problemWords } from "../../../api/problem";
import { moment, number } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { type Column, Table } from "../../../parts/Table";
import { tell, warn } from "../../../parts/Toast";
import { ActDialog, why } from "../ActDialog";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";

type Hook = Schema["SubscriptionOut"];
const DEEDS = ["pause", "resume", "skip", "remove"] as const;
type Deed = (typeof DEEDS)[number];

export function Webhooks() {
  const hooks = useLoaded(() => ask(api.GET("/v1/subscriptions")), "", 5_000);
  const sources = useLoaded(() => ask(api.GET("/v1/hooks")), "", 30_000);
  const [open, setOpen] = useState<{ hook: Hook; deed: Deed } | null>(null);
  const act = async (reason: string) => {
    if (!open) return;
    await done(open.hook.subscription, open.deed, reason);
    tell(t(`setup.hooks.${open.deed}_done`, { name: open.hook.subscription }));
    hooks.again();
  };
  return (
    <section class="setup-card" aria-labelledby="setup-hooks">
      <h2 id="setup-hooks">{t("setup.hooks.title")}</h2>
      {hooks.data ? (
        <Table
          caption={t("setup.hooks.title")}
          columns={columnsOf((hook, deed) => setOpen({ hook, deed }))}
          rows={hooks.data.subscriptions}
          keyOf={(one) => one.subscription}
          empty={t("setup.hooks.none")}
        />
      ) : (
        <Waiting of={hooks} />
      )}
      <h3>{t("setup.hooks.sources")}</h3>
      <p class="setup-note">
        {sources.data?.sources.length
          ? sources.data.sources
              .map((one) => `${one.source} (${moment(one.created_ms)})`)
              .join("; ")
          : t("setup.hooks.no_sources")}
      </p>
      {open && (
        <ActDialog
          title={t(`setup.hooks.${open.deed}_of`, { name: open.hook.subscription })}
          follows={t(`setup.hooks.${open.deed}_follows`)}
          act={t(`setup.hooks.${open.deed}`)}
          danger={open.deed === "remove"}
          onAct={act}
          onClose={() => setOpen(null)}
        />
      )}
    </section>
  );
}

async function done(subscription: string, deed: Deed, reason: string): Promise<void> {
  const params = { path: { subscription } };
  const headers = why(reason);
  if (deed === "pause") {
    await ask(api.POST("/v1/subscriptions/{subscription}/pause", { params, headers }));
  } else if (deed === "remove") {
    await ask(api.DELETE("/v1/subscriptions/{subscription}", { params, headers }));
  } else {
    const body = { skip: deed === "skip" };
    await ask(api.POST("/v1/subscriptions/{subscription}/resume", { params, headers, body }));
  }
}

/** Sends a test message and tells what became of it. */
async function test(name: string): Promise<void> {
  const params = { path: { subscription: name } };
  try {
    const told = await ask(api.POST("/v1/subscriptions/{subscription}/test", { params }));
    if (told.taken) tell(t("setup.hooks.test_taken", { name }));
    else warn(t("setup.hooks.test_failed", { name, error: told.error }));
  } catch (error) {
    warn(problemWords(asProblem(error)));
  }
}

function columnsOf(open: (hook: Hook, deed: Deed) => void): Column<Hook>[] {
  const button = (one: Hook, deed: Deed) => (
    <Button
      key={deed}
      kind="quiet"
      label={t(`setup.hooks.${deed}_of`, { name: one.subscription })}
      onClick={() => open(one, deed)}
    >
      {t(`setup.hooks.${deed}`)}
    </Button>
  );
  return [
    { key: "name", title: t("setup.hooks.name"), cell: (one) => one.subscription },
    { key: "url", title: t("setup.hooks.url"), cell: (one) => one.url },
    {
      key: "kinds",
      title: t("setup.hooks.kinds"),
      cell: (one) => (one.kinds.length ? one.kinds.join(", ") : t("setup.hooks.all_kinds")),
    },
    {
      key: "delivered",
      title: t("setup.hooks.delivered"),
      cell: (one) => number(one.delivered),
      figure: true,
    },
    { key: "state", title: t("setup.users.state"), cell: (one) => <State of={one} /> },
    {
      key: "acts",
      title: t("setup.acts"),
      cell: (one) => (
        <div class="setup-row-acts">
          <Button
            kind="quiet"
            label={t("setup.hooks.test_of", { name: one.subscription })}
            onClick={() => void test(one.subscription)}
          >
            {t("setup.hooks.test")}
          </Button>
          {one.paused ? button(one, "resume") : button(one, "pause")}
          {one.paused && one.refusals > 0 && button(one, "skip")}
          {button(one, "remove")}
        </div>
      ),
    },
  ];
}

function State({ of }: { of: Hook }) {
  const state = of.paused ? "paused" : of.failures > 0 ? "failing" : "well";
  const looks = { paused: "off", failing: "bad", well: "good" };
  return (
    <>
      <span class={`setup-chip setup-chip-${looks[state]}`}>
        {t(`setup.hooks.states.${state}`)}
      </span>
      {of.error && <p class="setup-note">{of.error}</p>}
    </>
  );
}
