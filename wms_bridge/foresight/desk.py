"""Forecasts of a site's open orders as the web offers them: made anew every few seconds, kept, held
against what came, and alarmed about."""

import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field, replace

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import NotFound
from planner.warehouse.ids import OrderId, Sku, StationId
from planner.warehouse.view import FloorView
from wms_bridge.access.acting import Act, acting
from wms_bridge.alarms.raising import keep_alarms
from wms_bridge.foresight.alarming import Standing, alarms_for
from wms_bridge.foresight.forecasting import (
    Foreseen,
    foresee,
    wanting_causes,
    with_causes,
)
from wms_bridge.foresight.gathering import (
    Pace,
    carried_pods,
    pace_of,
    situation_of,
    skus_in,
    stations_now,
)
from wms_bridge.foresight.history import OrderEvent, entries_about, history_of
from wms_bridge.foresight.keeping import Ended, Keeper
from wms_bridge.foresight.lateness import Lateness, lateness_of
from wms_bridge.foresight.learning import Learner
from wms_bridge.foresight.lines import LineSeen, lines_seen
from wms_bridge.foresight.listing import Counted, ForecastPage, ForecastQuery, counted, page_of
from wms_bridge.foresight.mirror import OrderMirror
from wms_bridge.foresight.scoring import Scores, scores_of
from wms_bridge.foresight.situation import Situation
from wms_bridge.kpis.desk import KpiDesk
from wms_bridge.kpis.site_clock import site_time
from wms_bridge.phases import OrderPhase, phase_of
from wms_bridge.ports.store import Reading, Store
from wms_bridge.records.access import AuditQuery
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.records.foresight import Forecast, Prediction
from wms_bridge.records.kpis import KpiMeter, SiteClock
from wms_bridge.records.work import OrderRecord, OrderStatus, OutboxMessage

BY = "podherd"
CAUSES_TOLD = 200
"""So many orders at risk are told why, the riskiest first."""
SKUS_LOOKED_UP = 2000
RELEARNED = 5000
"""Predictions and outcomes that a bridge learns from again when it starts."""
MOST_SCORED = 50_000
"""Predictions and outcomes of a window that figures are made of; of more the latest."""
KEPT_MS = 30 * 24 * 3_600_000
"""What is older is forgotten."""
FORGET_EVERY_MS = 3_600_000
_ALL_TIME = 2**62
_DONE = (OrderStatus.COMPLETE, OrderStatus.COMPLETE_SHORT)


@dataclass(frozen=True, slots=True)
class OrderSeen:
    """An order as its page shows it: ``forecast`` is there while it is open and was looked at."""

    order: OrderRecord
    phase: OrderPhase
    lines: tuple[LineSeen, ...]
    forecast: Forecast | None
    history: tuple[OrderEvent, ...]
    messages: tuple[OutboxMessage, ...]


@dataclass(frozen=True, slots=True)
class Looked:
    """What the latest look found, at ``at_ms`` of the site's clock; ``None`` before the first."""

    at_ms: int | None = None
    forecasts: tuple[Forecast, ...] = ()
    counted: Counted = field(default_factory=Counted)


class ForesightDesk:
    """Keeps forecasts in ``store``; alarms go through ``audited``, and ``alarmed`` is called after
    changes of them. Safe to call from several threads. ``stations`` are those picked at."""

    def __init__(
        self,
        store: Store,
        audited: Store,
        kpis: KpiDesk,
        stations: Collection[StationId],
        alarmed: Callable[[], None],
    ):
        self._store = store
        self._audited = audited
        self._kpis = kpis
        self._stations = tuple(stations)
        self._alarmed = alarmed
        self._looking = threading.Lock()
        self._mirror = OrderMirror()
        self._keeper: Keeper | None = None
        self._learner = Learner()
        self._standing: dict[str, Standing] = {}
        self._forgot_ms: int | None = None
        self._looked = Looked()

    # --- looking ---

    def look(self, now_ms: int, view: FloorView | None = None) -> None:
        """Make all forecasts anew; ``view`` is the newest one of the floor, ``None`` if that is
        old. To be called every few seconds, with the time of the bridge's clock."""
        with self._looking:
            self._look(now_ms, view)

    def _look(self, now_ms: int, view: FloorView | None) -> None:
        site_ms = self._kpis.now(now_ms)
        pace = pace_of(self._kpis, site_ms)
        with self._store.reading() as tx:
            keeper = self._keeper or self._restored(tx)
            clock = _clock(tx)
            gone = self._mirror.renew(tx, lambda ms: site_time(clock, ms))
            ended = self._ended(tx, keeper, (*gone, *keeper.waiting), clock)
            situation = self._situation(tx, site_ms, view, pace, keeper.age_p50_ms)
            foreseen = self._foreseen(tx, situation)
        passed_ms = site_ms - (self._looked.at_ms or site_ms)
        keeper.note(foreseen, passed_ms)
        made = keeper.chosen(foreseen, site_ms)
        forecasts = tuple(one.forecast for one in foreseen)
        self._keep(made, ended, site_ms)
        self._alarm(forecasts, now_ms)
        self._looked = Looked(site_ms, forecasts, counted(forecasts, site_ms))

    def _restored(self, tx: Reading) -> Keeper:
        keeper = Keeper(self._learner)
        scored = tx.scored_predictions(0, _ALL_TIME, RELEARNED)
        keeper.restore(tx.open_predictions(), scored, tx.outcomes(0, _ALL_TIME, RELEARNED))
        late = tx.alarms(AlarmQuery(kinds=(AlarmKind.ORDERS_LATE,)))
        self._standing = {one.subject: Standing(0, one.changed_ms) for one in late if one.active}
        self._keeper = keeper
        return keeper

    def _ended(
        self, tx: Reading, keeper: Keeper, orders: Sequence[OrderId], clock: SiteClock
    ) -> list[Ended | OrderId]:
        """What is to be kept of orders that are over; of cancelled ones their names."""
        open_now = {one.order for one in self._mirror.orders()}
        ended: list[Ended | OrderId] = []
        for name in dict.fromkeys(orders):
            record = None if name in open_now else tx.order(name)
            if record is None or record.completed_ms is None:
                continue
            if record.status in _DONE:
                times = site_time(clock, record.received_ms), site_time(clock, record.completed_ms)
                ended.append(keeper.end(record, *times))
            else:
                keeper.drop(name)
                ended.append(name)
        return ended

    def _situation(
        self, tx: Reading, site_ms: int, view: FloorView | None, pace: Pace, age_p50_ms: int
    ) -> Situation:
        orders = self._mirror.orders()
        stations = stations_now(self._stations, tx.stations(), pace, view, orders)
        return situation_of(orders, stations, tx, site_ms, view, age_p50_ms)

    def _foreseen(self, tx: Reading, situation: Situation) -> list[Foreseen]:
        foreseen = foresee(situation, self._learner)
        chosen = wanting_causes(foreseen, CAUSES_TOLD)
        skus = dict.fromkeys(line.sku for one in chosen for line in one.order.lines)
        pods = tx.sku_pods(list(skus)[:SKUS_LOOKED_UP]) if skus else {}
        return with_causes(situation, foreseen, chosen, pods)

    def _keep(
        self, made: Sequence[Prediction], ended: Sequence[Ended | OrderId], at_ms: int
    ) -> None:
        forget = self._forgot_ms is None or at_ms - self._forgot_ms >= FORGET_EVERY_MS
        if not (made or ended or forget):
            return
        done = [one for one in ended if isinstance(one, Ended)]
        with self._store.writing() as tx:
            for name in (one for one in ended if isinstance(one, str)):
                tx.remove_predictions(name)
            tx.put_predictions([*made, *(one for end in done for one in end.scored)])
            tx.put_outcomes([one.outcome for one in done])
            if forget:
                tx.forget_foresight(at_ms - KEPT_MS)
        self._forgot_ms = at_ms if forget else self._forgot_ms

    def _alarm(self, forecasts: Sequence[Forecast], now_ms: int) -> None:
        told, standing = alarms_for(forecasts, self._standing, now_ms)
        if told:
            made = Act(BY, "orders that may be late", at_ms=now_ms)
            with acting(made), self._audited.writing() as tx:
                keep_alarms(tx, told, now_ms)
            self._alarmed()
        self._standing = standing

    # --- telling ---

    @property
    def looked(self) -> Looked:
        """The forecasts of the latest look."""
        return self._looked

    @property
    def learned(self) -> int:
        """By how many outcomes risk is calibrated."""
        return self._learner.observed

    def page(self, query: ForecastQuery) -> tuple[Looked, ForecastPage]:
        """Forecasts as asked for, and the look that they are of."""
        looked = self._looked
        if query.search:
            with self._store.reading() as tx:
                query = replace(query, named=tx.orders_with_sku(Sku(query.search)))
        return looked, page_of(looked.forecasts, query)

    def forecast(self, order: OrderId) -> Forecast | None:
        """The forecast of one order, of the latest look."""
        return next((one for one in self._looked.forecasts if one.order == order), None)

    def order(self, order: OrderId, view: FloorView | None = None) -> OrderSeen:
        """One order with all that is known of it; ``view`` is the newest one of the floor.
        :class:`NotFound` if there is none."""
        carried = carried_pods(view)
        with self._store.reading() as tx:
            record = tx.order(order)
            if record is None:
                raise NotFound(
                    "no such order",
                    field="order",
                    value=order,
                    remedy="Ask for orders listed by GET /v1/orders/{site}.",
                )
            picks, messages = tx.picks_of_order(order), tx.messages_of_order(order)
            asked = AuditQuery(what=f"external_id={order}", since_ms=record.received_ms)
            audit = entries_about(record, tx.audit(asked))
            lines = tx.lines(order)
            seen = lines_seen(lines, picks, carried, skus_in(tx, carried))
            phase = phase_of(tx, record, lines, carried.keys())
        history = history_of(record, picks, messages, audit)
        open_now = record.status is OrderStatus.OPEN
        forecast = self.forecast(order) if open_now else None
        return OrderSeen(record, phase, seen, forecast, history, messages)

    def calibration(self, from_ms: int, to_ms: int) -> Scores:
        """How good predictions of orders finished in a window (ms of the site's clock) were."""
        with self._store.reading() as tx:
            return scores_of(tx.scored_predictions(from_ms, to_ms, MOST_SCORED))

    def lateness(self, from_ms: int, to_ms: int) -> Lateness:
        """How orders finished in a window came out, and by what they were held up."""
        with self._store.reading() as tx:
            return lateness_of(tx.outcomes(from_ms, to_ms, MOST_SCORED))


def _clock(tx: Reading) -> SiteClock:
    return (tx.kpi_meter() or KpiMeter()).clock
