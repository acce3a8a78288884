/** Orders: the list to the left, the order that is chosen beside it. */
import "./orders.css";

import { useEffect, useState } from "preact/hooks";

import { asProblem, problemWords } from "../../api/problem";
import { t } from "../../i18n/words";
import { address } from "../../routes/router";
import { askingOf } from "./asking";
import { loadPage, loadStations, type Page } from "./desk";
import { Filters } from "./Filters";
import { OrderDetails } from "./OrderDetails";
import { OrderList } from "./OrderList";

/** How often what is shown is asked for anew (ms). */
const RENEW_MS = 2500;

export default function OrdersScreen() {
  const { rest, query } = address.value;
  const chosen = rest[0] ?? "";
  const asking = askingOf(query);
  const [page, setPage] = useState<Page | null>(null);
  const [starts, setStarts] = useState<readonly number[]>([]);
  const [wrong, setWrong] = useState("");
  const [stations, setStations] = useState<readonly string[]>([]);
  const [round, setRound] = useState(0);
  const wanted = JSON.stringify(asking);
  const before = asking.page > 0 ? (starts[asking.page - 1] ?? null) : null;
  useEffect(() => {
    loadStations().then(setStations, () => undefined);
  }, []);
  useEffect(() => {
    let current = true;
    const load = () =>
      loadPage(asking, before).then(
        (found) => {
          if (!current) return;
          setPage(found);
          setWrong("");
        },
        (error: unknown) => {
          if (current) setWrong(problemWords(asProblem(error)));
        },
      );
    const timer = setInterval(() => void load(), RENEW_MS);
    void load();
    return () => {
      current = false;
      clearInterval(timer);
    };
  }, [wanted, before, round]);
  useEffect(() => setStarts([]), [asking.kind, asking.search]);
  const last = page?.rows.at(-1)?.progress.number ?? null;
  const keepStart = () => {
    if (last !== null) setStarts([...starts.slice(0, asking.page), last]);
  };
  return (
    <div class={chosen ? "orders orders-with-one" : "orders"}>
      <section class="orders-main" aria-label={t("orders.list")}>
        <h1 class="only-heard">{t("orders.title")}</h1>
        <Filters asking={asking} page={page} stations={stations} />
        {wrong && (
          <p class="field-wrong orders-wrong" role="alert">
            {wrong}
          </p>
        )}
        {page ? (
          <OrderList page={page} asking={asking} chosen={chosen} onNext={keepStart} />
        ) : (
          !wrong && <p class="empty">{t("shell.loading")}</p>
        )}
      </section>
      {chosen && (
        <OrderDetails
          key={chosen}
          order={chosen}
          renew_ms={RENEW_MS}
          onChange={() => setRound(round + 1)}
        />
      )}
    </div>
  );
}
