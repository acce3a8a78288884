/** What waits for somebody: messages that the WMS refused, documents that we could not take. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { may } from "../../../api/session";
import { duration, moment } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { Choice } from "../../../parts/Choice";
import { Dialog } from "../../../parts/Dialog";
import { type Column, Table } from "../../../parts/Table";
import { tell, warn } from "../../../parts/Toast";
import { ActDialog, why } from "../ActDialog";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";

type Message = Schema["OutboxEntry"];
type Document = Schema["InboxDocument"];

interface DeadProps {
  status: Schema["BridgeStatus"];
  onDone: () => void;
}

export function DeadLetters({ status, onDone }: DeadProps) {
  const [trying, setTrying] = useState<Message | null>(null);
  const retry = async (reason: string) => {
    if (!trying) return;
    const params = { path: { number: trying.number } };
    await ask(api.POST("/v1/outbox/{number}/retry", { params, headers: why(reason) }));
    tell(t("setup.dead.retried", { message: trying.message }));
    onDone();
  };
  const columns: Column<Message>[] = [
    { key: "message", title: t("setup.dead.message"), cell: (one) => one.message },
    {
      key: "since",
      title: t("setup.dead.since"),
      cell: (one) =>
        t("setup.link.ago", { age: duration(status.now_ms - (one.dead_ms ?? one.created_ms)) }),
    },
    { key: "tries", title: t("setup.dead.tries"), cell: (one) => one.attempts, figure: true },
    { key: "error", title: t("setup.dead.error"), cell: (one) => one.error },
    {
      key: "acts",
      title: t("setup.acts"),
      cell: (one) =>
        may("operate") && (
          <Button
            kind="quiet"
            label={t("setup.dead.retry_of", { name: one.message })}
            onClick={() => setTrying(one)}
          >
            {t("setup.dead.retry")}
          </Button>
        ),
    },
  ];
  return (
    <section class="setup-card" aria-labelledby="setup-dead">
      <h2 id="setup-dead">{t("setup.dead.title", { count: status.wms.dead })}</h2>
      <Table
        caption={t("setup.dead.title", { count: status.wms.dead })}
        columns={columns}
        rows={status.wms.dead_messages}
        keyOf={(one) => String(one.number)}
        empty={t("setup.dead.none")}
      />
      {trying && (
        <ActDialog
          title={t("setup.dead.retry_of", { name: trying.message })}
          follows={t("setup.dead.retry_follows")}
          act={t("setup.dead.retry")}
          onAct={retry}
          onClose={() => setTrying(null)}
        />
      )}
    </section>
  );
}

const STATES = ["rejected", "late", "taken", "superseded", "all"] as const;
type State = (typeof STATES)[number];

export function Inbox() {
  const [state, setState] = useState<State>("rejected");
  const [shown, setShown] = useState<number | null>(null);
  const [trying, setTrying] = useState<Document | null>(null);
  const query = { limit: 50, ...(state === "all" ? {} : { state }) };
  const inbox = useLoaded(() => ask(api.GET("/v1/inbox", { params: { query } })), state, 10_000);
  const retry = async (reason: string) => {
    if (!trying) return;
    const params = { path: { number: trying.number } };
    const after = await ask(api.POST("/v1/inbox/{number}/retry", { params, headers: why(reason) }));
    inbox.again();
    if (after.state === "rejected") warn(t("setup.inbox.again_rejected", { error: after.error }));
    else tell(t("setup.inbox.retried", { key: after.key }));
  };
  return (
    <section class="setup-card" aria-labelledby="setup-inbox">
      <header class="setup-head">
        <h2 id="setup-inbox">{t("setup.inbox.title")}</h2>
        <Choice
          label={t("setup.inbox.state")}
          value={state}
          options={STATES.map((one) => ({ value: one, text: t(`setup.inbox.states.${one}`) }))}
          onValue={setState}
        />
      </header>
      {inbox.data ? (
        <Table
          caption={t("setup.inbox.title")}
          columns={inboxColumns(setShown, setTrying)}
          rows={inbox.data.documents}
          keyOf={(one) => String(one.number)}
          empty={t("setup.inbox.none")}
        />
      ) : (
        <Waiting of={inbox} />
      )}
      {shown !== null && <Body number={shown} onClose={() => setShown(null)} />}
      {trying && (
        <ActDialog
          title={t("setup.dead.retry_of", { name: trying.key })}
          follows={t("setup.inbox.retry_follows")}
          act={t("setup.dead.retry")}
          onAct={retry}
          onClose={() => setTrying(null)}
        />
      )}
    </section>
  );
}

function inboxColumns(
  show: (number: number) => void,
  retry: (document: Document) => void,
): Column<Document>[] {
  return [
    {
      key: "kind",
      title: t("setup.inbox.kind"),
      cell: (one) => t(`setup.inbox.kinds.${one.kind}`),
    },
    { key: "key", title: t("setup.inbox.key"), cell: (one) => one.key },
    { key: "source", title: t("setup.inbox.source"), cell: (one) => one.source },
    { key: "at", title: t("setup.inbox.received"), cell: (one) => moment(one.received_ms) },
    {
      key: "state",
      title: t("setup.inbox.state"),
      cell: (one) => (
        <>
          {t(`setup.inbox.states.${one.state}`)}
          {one.error && <p class="setup-note">{one.error}</p>}
        </>
      ),
    },
    {
      key: "acts",
      title: t("setup.acts"),
      cell: (one) => (
        <div class="setup-row-acts">
          <Button
            kind="quiet"
            label={t("setup.inbox.show_of", { name: one.key })}
            onClick={() => show(one.number)}
          >
            {t("setup.inbox.show")}
          </Button>
          {one.state === "rejected" && may("operate") && (
            <Button
              kind="quiet"
              label={t("setup.dead.retry_of", { name: one.key })}
              onClick={() => retry(one)}
            >
              {t("setup.dead.retry")}
            </Button>
          )}
        </div>
      ),
    },
  ];
}

function Body({ number, onClose }: { number: number; onClose: () => void }) {
  const params = { path: { number } };
  const found = useLoaded(() => ask(api.GET("/v1/inbox/{number}", { params })));
  return (
    <Dialog title={t("setup.inbox.document", { number })} onClose={onClose}>
      {found.data ? (
        <pre class="setup-body" tabIndex={0}>
          {readable(found.data.body)}
        </pre>
      ) : (
        <Waiting of={found} />
      )}
    </Dialog>
  );
}

/** JSON with line breaks; anything else as it is. */
export function readable(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}
