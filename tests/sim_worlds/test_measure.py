"""A window measures what happened in it, and nothing else."""

from dataclasses import replace

import pytest

from planner.assign.release import ReleaseParams, ReleaseRule
from planner.dispatch.params import DispatchParams
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.stock import Balance, slot_id
from sim_worlds.measure import Horizon, InvalidHorizon, WindowKpis, late_share, measure, quantile
from sim_worlds.params import EXACT
from sim_worlds.picker import PickerParams
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift
from sim_worlds.sites.catalogue import load_site
from sim_worlds.sources import Backlog
from sim_worlds.stocking import pod_ids

MINUTE_MS = 60_000
SKUS = 4
PICKER = PickerParams(line_s=3.0, sigma=0.0, piece_s=3.0, pieces_max_s=99.0, pod_s=0.0, put_s=7.0)


def filled(orders: int = 400, size: int = 10, due_ms: int | None = None) -> Shift:
    """Orders of one line of two pieces on the tiny site, each of the first pods with a SKU of its
    own, asked for in turn."""
    site = load_site("tiny")
    pods = pod_ids(site)[:SKUS]
    wanted = tuple(
        PickOrder(name, (OrderLine(line_id(name, 1), Sku(f"S{number % SKUS}"), 2),), due_ms)
        for number in range(orders)
        for name in (OrderId(f"O{number:03}"),)
    )
    stock = tuple(
        Balance(slot_id(pod, "A", 1, 1), Sku(f"S{number}"), 200) for number, pod in enumerate(pods)
    )
    at_once = DispatchParams(release=ReleaseParams(rule=ReleaseRule.FIRST_COME_PILE_ON))
    return Shift(
        site,
        (),
        stock,
        1,
        world=EXACT,
        dispatch=at_once,
        picker=PICKER,
        backlog=Backlog(size, wanted),
    )


def counted(kpis: WindowKpis) -> WindowKpis:
    """Without what depends on the machine."""
    return replace(kpis, decision_p50_ms=0, decision_p99_ms=0, cpu_s=0)


def test_the_backlog_stays_as_it_is() -> None:
    waiting: list[int] = []
    measure(
        filled(size=10),
        Horizon(0, 10 * MINUTE_MS),
        lambda run: waiting.append(len(run.state.waiting)),
    )
    # What is released in a tick is made up for in the next one.
    slots = sum(station.order_slots for station in load_site("tiny").stations)
    assert max(waiting) == 10
    assert min(waiting[20:]) >= 10 - slots
    assert sum(waiting[20:]) / len(waiting[20:]) > 9


def test_two_windows_come_to_as_much_as_one() -> None:
    shift = filled()
    both = measure(shift, Horizon(0, 10 * MINUTE_MS))
    first = measure(shift, Horizon(0, 4 * MINUTE_MS))
    second = measure(shift, Horizon(4 * MINUTE_MS, 6 * MINUTE_MS))
    assert first.lines > 0
    assert second.lines > 0
    assert first.lines + second.lines == both.lines
    assert first.items + second.items == both.items
    assert first.orders + second.orders == both.orders
    assert first.visits + second.visits == both.visits
    assert first.metres + second.metres == pytest.approx(both.metres)
    assert second.oldest_open_s == both.oldest_open_s


def test_rates_follow_from_what_was_counted() -> None:
    kpis = measure(filled(), Horizon(2 * MINUTE_MS, 6 * MINUTE_MS))
    assert kpis.window_ms == 6 * MINUTE_MS
    assert kpis.items == 2 * kpis.lines
    assert kpis.items_per_h == 10 * kpis.items
    assert kpis.lines_per_h == 10 * kpis.lines
    assert kpis.items_per_visit == kpis.items / kpis.visits
    assert kpis.metres_per_item == kpis.metres / kpis.items
    assert kpis.violations == 0
    # Every piece takes a person 10 s; what is in hand at the ends of the window is one pick each.
    stations = len(load_site("tiny").stations)
    worked_s = kpis.station_use * stations * kpis.window_ms / 1000
    assert worked_s == pytest.approx(10 * kpis.items, abs=2 * 20 * stations)


def test_orders_that_cannot_be_in_time_are_late_done_or_not() -> None:
    late = measure(filled(due_ms=1), Horizon(0, 5 * MINUTE_MS))
    assert late.orders > 0
    assert late.late_share == 1.0
    in_time = measure(filled(due_ms=10 * MINUTE_MS), Horizon(0, 5 * MINUTE_MS))
    assert in_time.late_share == 0.0


def test_late_share_by_hand() -> None:
    assert late_share(1, 8, ()) == 1 / 8
    assert late_share(1, 8, (OrderId("O1"), OrderId("O2"))) == 3 / 10
    assert late_share(0, 0, ()) == 0.0


def test_the_same_shift_gives_the_same_figures() -> None:
    horizon = Horizon(MINUTE_MS, 2 * MINUTE_MS)
    assert counted(measure(filled(), horizon)) == counted(measure(filled(), horizon))


def test_a_run_whose_orders_end_is_measured_to_its_end() -> None:
    kpis = measure(filled(orders=12), Horizon(0, 600 * MINUTE_MS))
    assert kpis.orders == kpis.lines == 12
    assert kpis.window_ms < 600 * MINUTE_MS
    assert kpis.oldest_open_s == 0


def test_a_filled_run_loses_nothing() -> None:
    run = ShiftRun(filled(orders=30))
    while not run.done:
        run.tick()
    outcome = run.outcome()
    assert not outcome.unfinished
    assert not outcome.refused
    assert not outcome.violations
    assert outcome.ledger.sound
    assert outcome.kpis.orders_completed == 30


def test_quantiles_are_nearest_rank() -> None:
    assert quantile([], 0.5) == 0
    assert quantile([1, 2, 3], 0.5) == 2
    assert quantile([1, 2, 3], 1.0) == 3


@pytest.mark.parametrize(("warm_up_ms", "window_ms"), [(-1, 1), (0, 0)])
def test_there_must_be_something_to_measure(warm_up_ms: int, window_ms: int) -> None:
    with pytest.raises(InvalidHorizon, match="window_ms"):
        Horizon(warm_up_ms, window_ms)
