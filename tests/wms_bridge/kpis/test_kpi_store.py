"""What is kept of key figures: alike in every store, over restarts of the bridge, without end to
nothing."""

from collections.abc import Callable
from contextlib import contextmanager
from datetime import date
from typing import Any

import pytest

from planner.warehouse.commands import ShowPicks
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import Unavailable
from planner.warehouse.ids import OrderId, PickId
from planner.warehouse.orders import PickOrder
from planner.warehouse.picks import ShortReason
from planner.warehouse.site import Site
from tests.wms_bridge.kpis.floors import S1, STATIONS, Fleet, picking
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.kpis import thinning
from wms_bridge.kpis.booking import SETTLES_MS
from wms_bridge.kpis.desk import KEEP_EVERY_MS, KpiDesk
from wms_bridge.kpis.errors import InvalidShifts
from wms_bridge.kpis.figures import figures_of
from wms_bridge.kpis.shift_times import THREE_SHIFTS
from wms_bridge.ports.store import Store
from wms_bridge.records.kpis import (
    HOUR_MS,
    MINUTE_MS,
    BooksReading,
    FloorReading,
    KpiMeter,
    KpiSample,
    Measured,
    Shift,
    ShiftPlan,
    SiteClock,
    StationSeen,
    StationTotals,
    Totals,
)
from wms_bridge.service import Bridge

BEGIN = 1_750_000_000_000 // HOUR_MS * HOUR_MS


def desk_of(store: Store) -> KpiDesk:
    return KpiDesk(store, AuditedStore(store, lambda: BEGIN), STATIONS)


def sample(start_ms: int, lines: float, length_ms: int = MINUTE_MS) -> KpiSample:
    stations = {S1: StationTotals(lines_picked=lines)}
    return KpiSample(start_ms, length_ms, Measured(Totals(lines_picked=lines), stations, {7: 2.0}))


def lines_in(desk: KpiDesk, from_ms: int, to_ms: int) -> float:
    return desk.measured(from_ms, to_ms).totals.lines_picked


def test_samples_are_kept_replaced_found_and_forgotten(store: Store) -> None:
    minutes = [sample(BEGIN + n * MINUTE_MS, n) for n in (3, 1, 2)]
    with store.writing() as tx:
        tx.put_kpi_samples([*minutes, sample(BEGIN, 9, HOUR_MS)])
        tx.put_kpi_samples([sample(BEGIN + MINUTE_MS, 100)])
    with store.reading() as tx:
        found = tx.kpi_samples(MINUTE_MS, BEGIN + MINUTE_MS, BEGIN + 3 * MINUTE_MS)
        assert found == (sample(BEGIN + MINUTE_MS, 100), minutes[2])
        assert tx.kpi_samples(HOUR_MS, BEGIN, BEGIN + 1) == (sample(BEGIN, 9, HOUR_MS),)
        assert (tx.kpi_sample_count(MINUTE_MS), tx.kpi_sample_count(HOUR_MS)) == (3, 1)
        assert tx.oldest_kpi_samples(MINUTE_MS, 2) == found
    with store.writing() as tx:
        tx.remove_kpi_samples(MINUTE_MS, BEGIN + 3 * MINUTE_MS)
    with store.reading() as tx:
        assert tx.oldest_kpi_samples(MINUTE_MS, 9) == (minutes[0],)
        assert tx.kpi_sample_count(HOUR_MS) == 1


def test_the_meter_and_the_shifts_come_back_as_they_were(store: Store) -> None:
    floor = FloorReading(
        5, 6, 7, Totals(metres=0.1), {S1: StationSeen(3.0, True, picking=True, starved=False)}
    )
    books = BooksReading(1, 2, 3, Totals(picks_booked=4), 5, 6)
    meter = KpiMeter(floor, books, SiteClock(((1, 2), (3, 4))))
    plan = ShiftPlan("Asia/Shanghai", (Shift("早班", "08:00", "20:00"),), 17)
    with store.reading() as tx:
        assert (tx.kpi_meter(), tx.shift_plan()) == (None, None)
    for kept in (KpiMeter(), meter):
        with store.writing() as tx:
            tx.put_kpi_meter(kept)
            tx.put_shift_plan(THREE_SHIFTS)
            tx.put_shift_plan(plan)
        with store.reading() as tx:
            assert (tx.kpi_meter(), tx.shift_plan()) == (kept, plan)


def test_a_transaction_that_fails_keeps_nothing(store: Store) -> None:
    with store.writing() as tx:
        tx.put_kpi_samples([sample(BEGIN, 1)])
    with pytest.raises(ZeroDivisionError):
        change_in_vain(store)
    with store.reading() as tx:
        assert tx.oldest_kpi_samples(MINUTE_MS, 9) == (sample(BEGIN, 1),)
        assert (tx.kpi_meter(), tx.shift_plan()) == (None, None)


def change_in_vain(store: Store) -> None:
    with store.writing() as tx:
        tx.put_kpi_samples([sample(BEGIN, 2), sample(BEGIN + MINUTE_MS, 3)])
        tx.remove_kpi_samples(MINUTE_MS, BEGIN + 1)
        tx.put_kpi_meter(KpiMeter())
        tx.put_shift_plan(THREE_SHIFTS)
        raise ZeroDivisionError


def test_orders_completed_are_found_by_when_they_were(
    bridge: Bridge, order: Callable[..., PickOrder], show: Callable[..., ShowPicks]
) -> None:
    bridge.receive_orders([order("A", RED=1), order("B", RED=2), order("C", RED=1)], 1_000)
    bridge.apply([show("p1", "A#1", "RED", 1), show("p2", "B#1", "RED", 2)], 2_000)
    bridge.confirm_pick(PickId("p1"), 1, 5_000)
    bridge.confirm_pick(PickId("p2"), 1, 6_000, ShortReason.SLOT_SHORT)
    bridge.cancel_order(OrderId("C"), 7_000)
    with bridge.store.reading() as tx:
        both = tx.completed_orders(0, 10_000)
        # B is complete, or complete short once no other slot has any.
        assert both[0] == (1_000, 5_000)
        assert 7_000 not in {completed for _, completed in both}
        assert tx.completed_orders(5_000, 10_000) == both[1:]
        assert tx.completed_orders(0, 4_999) == ()


def test_open_cases_are_counted(bridge: Bridge, seen: Callable[..., SlotCount]) -> None:
    with bridge.store.reading() as tx:
        assert tx.open_case_count() == 0
    bridge.counts.take([seen(7, 0.9)], 61_000)
    with bridge.store.reading() as tx:
        assert tx.open_case_count() == 1


def test_a_bridge_that_starts_again_goes_on_where_it_was(store: Store) -> None:
    fleet, first = Fleet(BEGIN), desk_of(store)
    first.look(BEGIN)
    for second in range(200):
        first.take(fleet.works(second).view(BEGIN + second * 1_000, picking(S1)), BEGIN + second)
    first.keep()
    first.take(fleet.works(220).view(BEGIN + 220_000, picking(S1)), BEGIN + 220)
    assert lines_in(first, BEGIN, BEGIN + HOUR_MS) == 220
    # It dies before it has kept the last view. The next one tells it all.
    second_desk = desk_of(store)
    assert lines_in(second_desk, BEGIN, BEGIN + HOUR_MS) == 199
    second_desk.take(fleet.works(230).view(BEGIN + 400_000, picking(S1)), BEGIN + 400)
    assert lines_in(second_desk, BEGIN, BEGIN + HOUR_MS) == 230
    assert second_desk.since_start().totals.lines_picked == 31
    second_desk.keep()
    assert lines_in(desk_of(store), BEGIN, BEGIN + HOUR_MS) == 230
    assert second_desk.measured(BEGIN, BEGIN + HOUR_MS) == desk_of(store).measured(
        BEGIN, BEGIN + HOUR_MS
    )


def test_what_is_not_kept_yet_is_told_with_what_is(store: Store) -> None:
    desk, fleet = desk_of(store), Fleet(BEGIN)
    desk.take(fleet.view(BEGIN), BEGIN)
    desk.take(fleet.works(5).view(BEGIN + 10_000), BEGIN + 10_000)
    desk.keep()
    desk.take(fleet.works(8).view(BEGIN + 20_000), BEGIN + 20_000)
    assert lines_in(desk, BEGIN, BEGIN + MINUTE_MS) == 8
    [alone] = list(desk.samples(BEGIN, BEGIN + MINUTE_MS))
    assert alone.measured.totals.watched_ms == 20_000
    assert desk.now(BEGIN + 21_000) == BEGIN + 21_000


def test_it_is_kept_now_and_then_and_once_more_when_that_failed(store: Store) -> None:
    failing = Failing(store)
    desk, fleet = desk_of(failing), Fleet(BEGIN)
    desk.look(BEGIN)
    desk.take(fleet.works(5).view(BEGIN + 1_000), BEGIN + 1_000)
    desk.look(BEGIN + KEEP_EVERY_MS - 1)
    assert lines_in(desk_of(store), BEGIN, BEGIN + HOUR_MS) == 0
    failing.broken = True
    with pytest.raises(Unavailable):
        desk.look(BEGIN + KEEP_EVERY_MS)
    assert lines_in(desk, BEGIN, BEGIN + HOUR_MS) == 5
    failing.broken = False
    desk.look(BEGIN + KEEP_EVERY_MS + 1)
    assert lines_in(desk_of(store), BEGIN, BEGIN + HOUR_MS) == 5
    assert lines_in(desk, BEGIN, BEGIN + HOUR_MS) == 5


class Failing:
    """A store whose disk is full now and then."""

    def __init__(self, store: Store):
        self._store = store
        self.broken = False
        self.reading = store.reading
        self.close = store.close

    @contextmanager
    def writing(self) -> Any:
        with self._store.writing() as tx:
            yield tx
            if self.broken:
                raise Unavailable("the disk is full")


def test_orders_and_counts_of_the_books_are_measured(
    bridge: Bridge,
    order: Callable[..., PickOrder],
    show: Callable[..., ShowPicks],
) -> None:
    kpis = bridge.kpis
    kpis.look(BEGIN)
    bridge.receive_order(order("A", RED=1), BEGIN + 1_000)
    bridge.apply([show("p1", "A#1", "RED", 1)], BEGIN + 2_000)
    bridge.confirm_pick(PickId("p1"), 1, BEGIN + 121_000)
    kpis.look(BEGIN + 122_000)
    assert kpis.measured(BEGIN, BEGIN + HOUR_MS).ages == {}
    kpis.look(BEGIN + 121_000 + SETTLES_MS)
    kpis.look(BEGIN + 125_000 + SETTLES_MS)
    told = figures_of(kpis.measured(BEGIN, BEGIN + HOUR_MS), HOUR_MS)
    assert told.order_age_mean_s == 120
    assert told.pick_accuracy == 1
    assert told.pieces_picked == 1
    assert told.outbox_backlog is not None
    # Measuring is nobody's decision: the audit log has none of it.
    with bridge.store.reading() as tx:
        heads = tx.audit_head()
    kpis.keep()
    with bridge.store.reading() as tx:
        assert tx.audit_head() == heads


def test_old_minutes_become_hours_and_nothing_grows_without_end(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wms_bridge.kpis.desk.MINUTES_KEPT", 150)
    monkeypatch.setattr("wms_bridge.kpis.desk.HOURS_KEPT", 5)
    monkeypatch.setattr("wms_bridge.kpis.desk.READ_AT_ONCE", 7)
    desk, fleet = desk_of(store), Fleet(BEGIN)
    desk.take(fleet.view(BEGIN), BEGIN)
    for minute in range(1, 12 * 60 + 1):
        at_ms = BEGIN + minute * MINUTE_MS
        desk.take(fleet.works(minute).view(at_ms), at_ms)
        if minute % 7 == 0:
            desk.keep()
    desk.keep()
    with store.reading() as tx:
        minutes, hours = tx.kpi_sample_count(MINUTE_MS), tx.kpi_sample_count(HOUR_MS)
        assert 150 <= minutes < 150 + 60
        assert hours == 5
        oldest = tx.oldest_kpi_samples(HOUR_MS, 1)[0].start_ms
    assert lines_in(desk, oldest, BEGIN + 12 * HOUR_MS) == 12 * 60 - (oldest - BEGIN) / MINUTE_MS
    assert lines_in(desk, oldest, oldest + HOUR_MS) == 60
    assert lines_in(desk, oldest, oldest + HOUR_MS // 2) == 30
    assert lines_in(desk, BEGIN, oldest) == 0


def test_the_limits_are_some_weeks_and_some_years() -> None:
    assert thinning.MINUTES_KEPT * MINUTE_MS == 28 * 24 * HOUR_MS
    assert thinning.HOURS_KEPT * HOUR_MS >= 3 * 365 * 24 * HOUR_MS


def test_figures_by_shift_are_those_of_their_hours(store: Store) -> None:
    with store.writing() as tx:
        # One line a minute over two days, from midnight UTC on.
        day = BEGIN // (24 * HOUR_MS) * 24 * HOUR_MS
        tx.put_kpi_samples([sample(day + n * MINUTE_MS, 1) for n in range(48 * 60)])
    desk = desk_of(store)
    first = date.fromtimestamp(day / 1000 + 43_200)
    told = {one.name: part.totals.lines_picked for one, part in desk.shifts(first, first)}
    assert told == {"early": 480, "late": 480, "night": 480}
    desk.set_plan(ShiftPlan("Asia/Kolkata", (Shift("day", "06:00", "06:30"),)), BEGIN)
    [(shift, part)] = desk.shifts(first, first)
    assert (shift.from_ms, part.totals.lines_picked) == (day + HOUR_MS // 2, 30)
    assert part.stations[S1].lines_picked == 30


def test_a_plan_that_is_refused_changes_nothing(store: Store, site: Site) -> None:
    desk = desk_of(store)
    plan = desk.set_plan(ShiftPlan("UTC", (Shift("day", "00:00", "00:00"),)), 5)
    assert plan.set_ms == 5
    with pytest.raises(InvalidShifts):
        desk.set_plan(ShiftPlan("Nowhere", plan.shifts), 6)
    assert desk.plan() == plan


def test_setting_shifts_is_in_the_audit_log(site: Site) -> None:
    store = MemoryStore()
    bridge = Bridge(site, AuditedStore(store, lambda: BEGIN))
    before = number_of_audits(store)
    bridge.kpis.set_plan(THREE_SHIFTS, BEGIN)
    assert number_of_audits(store) == before + 1


def number_of_audits(store: Store) -> int:
    with store.reading() as tx:
        return len(list(tx.audit_entries()))
