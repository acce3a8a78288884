/** The WMS's stock held against our books. Nothing is adjusted by it on either side. */
import { useState } from "preact/hooks";

import { api, ask, type Schema } from "../../../api/client";
import { asProblem, Problem, problemWords } from "../../../api/problem";
import { may } from "../../../api/session";
import { moment, number } from "../../../i18n/format";
import { t } from "../../../i18n/words";
import { Button } from "../../../parts/Button";
import { type Column, Table } from "../../../parts/Table";
import { useLoaded } from "../loading";
import { Waiting } from "../Waiting";

type Row = Schema["StockDifference"];

export function StockCompare({ reads }: { reads: boolean }) {
  const [busy, setBusy] = useState(false);
  const [wrong, setWrong] = useState("");
  const last = useLoaded(() => lastCheck(reads), String(reads));
  const check = () => {
    setBusy(true);
    setWrong("");
    ask(api.POST("/v1/links/stock"))
      .then(last.again)
      .catch((error: unknown) => setWrong(problemWords(asProblem(error))))
      .finally(() => setBusy(false));
  };
  return (
    <section class="setup-card" aria-labelledby="setup-stock">
      <header class="setup-head">
        <h2 id="setup-stock">{t("setup.stock.title")}</h2>
        {reads && may("operate") && (
          <Button disabled={busy} onClick={check}>
            {t("setup.stock.check")}
          </Button>
        )}
      </header>
      {wrong && (
        <p class="field-wrong" role="alert">
          {wrong}
        </p>
      )}
      {last.data === null ? <Waiting of={last} /> : <Result of={last.data} reads={reads} />}
    </section>
  );
}

/** The latest check; `none` before the first, and where no WMS is read. */
async function lastCheck(reads: boolean): Promise<Schema["StockState"] | "none"> {
  if (!reads) return "none";
  try {
    return await ask(api.GET("/v1/links/stock"));
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return "none";
    throw error;
  }
}

function Result({ of, reads }: { of: Schema["StockState"] | "none"; reads: boolean }) {
  if (of === "none") {
    return <p class="empty">{t(reads ? "setup.stock.never" : "setup.stock.no_link")}</p>;
  }
  return (
    <>
      <p class="setup-note">
        {t("setup.stock.compared", {
          time: moment(of.at_ms),
          places: number(of.places),
          ours: number(of.pieces_ours),
          theirs: number(of.pieces_theirs),
          elsewhere: number(of.elsewhere),
        })}
      </p>
      <Table
        caption={t("setup.stock.title")}
        columns={columns()}
        rows={of.differences}
        keyOf={(one) => `${one.location} ${one.sku}`}
        empty={t("setup.stock.agrees")}
      />
    </>
  );
}

function columns(): Column<Row>[] {
  const figure = (key: "ours" | "untold" | "theirs" | "difference"): Column<Row> => ({
    key,
    title: t(`setup.stock.${key}`),
    cell: (one) => number(one[key]),
    figure: true,
  });
  return [
    { key: "location", title: t("setup.stock.location"), cell: (one) => one.location },
    { key: "sku", title: t("setup.stock.sku"), cell: (one) => one.sku },
    figure("ours"),
    figure("untold"),
    figure("theirs"),
    figure("difference"),
    {
      key: "under_way",
      title: t("setup.stock.under_way"),
      cell: (one) => t(one.under_way ? "setup.yes" : "setup.no"),
    },
  ];
}
