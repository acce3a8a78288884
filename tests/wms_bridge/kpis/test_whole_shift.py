"""A whole shift of the fast world: what is told of its windows is what the fleet says of it all."""

from dataclasses import dataclass

import pytest

from planner.warehouse.view import Kpis
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift
from sim_worlds.sites.catalogue import load_site
from wms_bridge.kpis.booking import SETTLES_MS
from wms_bridge.kpis.desk import KpiDesk
from wms_bridge.kpis.figures import Figures, figures_of, station_figures_of
from wms_bridge.kpis.measuring import total
from wms_bridge.kpis.windows import steps
from wms_bridge.records.kpis import MINUTE_MS

VIEW_MS, LOOK_MS = 1_000, 5_000


@dataclass(frozen=True)
class Told:
    """Of the whole shift: the fleet's own figures, and ours."""

    kpis: Kpis
    desk: KpiDesk
    first_ms: int
    last_ms: int
    end_ms: int

    @property
    def figures(self) -> Figures:
        return figures_of(self.desk.measured(0, self.end_ms), self.end_ms)

    @property
    def at_work(self) -> Figures:
        """From the first order to the completion of the last, as the fleet tells."""
        measured = self.desk.measured(self.first_ms, self.last_ms)
        return figures_of(measured, self.last_ms - self.first_ms)


@pytest.fixture(scope="module")
def told() -> Told:
    run = ShiftRun(generated_shift(load_site("tiny"), 12, seed=7))
    desk = run.bridge.kpis
    while not run.done:
        run.tick()
        if run.now_ms % VIEW_MS == 0:
            desk.take(run.dispatcher.view(run.state), run.now_ms)
        if run.now_ms % LOOK_MS == 0:
            desk.look(run.now_ms)
    desk.take(run.dispatcher.view(run.state), run.now_ms)
    desk.look(run.now_ms + SETTLES_MS)
    end_ms = run.now_ms // MINUTE_MS * MINUTE_MS + MINUTE_MS
    tally = run.state.tally
    return Told(run.outcome().kpis, desk, tally.first_order_ms or 0, tally.last_done_ms, end_ms)


def test_counts_are_those_of_the_fleet(told: Told) -> None:
    ours, theirs = told.figures, told.kpis
    assert ours.orders_received == theirs.orders_received
    assert ours.orders_completed == theirs.orders_completed == 12
    assert ours.lines_picked == theirs.lines_picked
    assert ours.picks_confirmed == theirs.picks_confirmed
    assert ours.pod_visits == theirs.pod_visits
    assert ours.pile_on == pytest.approx(theirs.pile_on, rel=1e-5)
    assert ours.metres_per_line == pytest.approx(theirs.metres_per_line, rel=1e-5)


def test_rates_and_shares_are_those_of_the_fleet(told: Told) -> None:
    ours, theirs = told.at_work, told.kpis
    # The ends of the shift are not the ends of minutes.
    assert ours.lines_per_h == pytest.approx(theirs.lines_per_h, rel=0.03)
    assert ours.robot_utilisation == pytest.approx(theirs.robot_utilisation, abs=0.03)
    assert ours.station_idle == pytest.approx(theirs.station_idle, abs=0.03)


def test_ages_are_those_of_the_fleet(told: Told) -> None:
    ours, theirs = told.figures, told.kpis
    # The fleet hears of an order, and of its last pick, a tick or two later than the bridge.
    assert ours.order_age_p50_s == pytest.approx(theirs.order_age_p50_s, rel=0.05)
    assert ours.order_age_p95_s == pytest.approx(theirs.order_age_p95_s, rel=0.05)


def test_lines_of_the_stations_are_all_lines(told: Told) -> None:
    measured = told.desk.measured(0, told.end_ms)
    stations = station_figures_of(measured, told.end_ms)
    assert sum(one.lines_picked for one in stations.values()) == told.kpis.lines_picked
    hours = told.kpis.elapsed_s / 3600
    for name, rate in told.kpis.station_lines_per_h:
        assert stations[name].lines_picked == pytest.approx(rate * hours)
    for one in stations.values():
        assert one.station_idle is not None
        assert 0 <= (one.station_starvation or 0.0) <= one.station_idle <= 1


def test_minutes_add_up_to_the_shift(told: Told) -> None:
    minutes = told.desk.measured_in_each(list(steps(0, told.end_ms, MINUTE_MS)))
    whole = figures_of(total(minutes), told.end_ms)
    assert whole == told.figures
    assert whole.watched_share == pytest.approx(1, abs=0.1)
