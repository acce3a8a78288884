"""Which faces to look at in one flight, and in which order."""

from itertools import permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.flight.airspace import AirCell
from planner.flight.drone import DroneType
from planner.flight.enclosure import airspace_of
from planner.flight.tour import RUN_STEP, is_one_run, seconds_between, tour
from planner.flight.views import View
from planner.flight.ways import RUN_LOOKS, runs_of
from planner.warehouse.ids import PodId
from sim_worlds.sites.catalogue import load_site

SPACE = airspace_of(load_site("small"), [])
KIND = DroneType()
START = (1, 5, -1)


def view(number: int, cell: AirCell, weight: float = 1.0) -> View:
    return View(PodId(f"P{number}"), (0.0, 0.0), cell, 0.0, 0.5, weight)


def spent_s(views: tuple[View, ...]) -> float:
    cells = [START, *(view.cell for view in views)]
    seconds = seconds_between(SPACE, KIND, 1, cells)
    return float(np.trace(np.roll(seconds, -1, axis=1))) + len(views) * KIND.scanner.dwell_s


cells = st.tuples(st.integers(1, 23), st.integers(1, 10), st.just(0))


@settings(max_examples=50)
@given(st.lists(cells, max_size=12, unique=True), st.floats(0, 300), st.data())
def test_a_tour_stays_within_its_budget_and_repeats_nothing(
    places: list[AirCell], budget_s: float, data: st.DataObject
) -> None:
    weights = data.draw(st.lists(st.floats(0, 10), min_size=12, max_size=12))
    views = [view(i, cell, weights[i]) for i, cell in enumerate(places)]
    found = tour(SPACE, KIND, 1, START, views, budget_s)
    assert len(set(found)) == len(found)
    assert set(found) <= {one for one in views if one.weight > 0}
    assert not found or spent_s(found) <= budget_s + 1e-6
    # What was left out does not fit at the end either.
    for one in set(views) - set(found):
        if one.weight > 0:
            assert spent_s((*found, one)) > budget_s - 1e-6


@settings(max_examples=25)
@given(st.lists(cells, min_size=2, max_size=6, unique=True))
def test_an_unlimited_tour_takes_all_and_is_near_the_shortest(places: list[AirCell]) -> None:
    views = [view(i, cell) for i, cell in enumerate(places)]
    found = tour(SPACE, KIND, 1, START, views, 1e6)
    assert set(found) == set(views)
    best = min(spent_s(order) for order in permutations(views))
    assert spent_s(found) <= 1.15 * best


def test_worth_more_goes_first_when_only_one_fits() -> None:
    east, west = view(1, (8, 5, 0), 1.0), view(2, (8, 4, 0), 5.0)
    budget_s = spent_s((west,)) + 0.5
    assert tour(SPACE, KIND, 1, START, [east, west], budget_s) == (west,)


def test_nothing_to_look_at() -> None:
    assert tour(SPACE, KIND, 1, START, [], 100.0) == ()
    assert tour(SPACE, KIND, 1, START, [view(1, (3, 3, 0), 0.0)], 100.0) == ()


def test_staying_low_is_dearer_between_rows_than_along_one() -> None:
    seconds = seconds_between(SPACE, KIND, 1, [(3, 3, 0), (5, 3, 0), (5, 5, 0), (4, 4, 0)])
    # 2.4 m at 2 m/s, and 2 s to get going and to stop.
    assert seconds[0, 1] == pytest.approx(1.2 + 2.0)
    # Up 1.5 m at 1 m/s and down again, with as many starts and stops.
    assert seconds[0, 3] == pytest.approx(1.2 * 2**0.5 / 2 + 2.0 + 2 * (1.5 + 2.0))
    assert seconds[0, 0] == 0.0


def test_runs_end_at_corners_and_after_so_many_looks() -> None:
    row = [view(i, (2 + i, 3, 0)) for i in range(RUN_LOOKS + 2)]
    corner = view(90, (2 + RUN_LOOKS, 6, 0))
    runs = runs_of([*row, corner])
    assert [len(run) for run in runs] == [RUN_LOOKS, 2, 1]
    assert is_one_run((0, 0, 0), (RUN_STEP, 0, 0))
    assert not is_one_run((0, 0, 0), (RUN_STEP + 1, 0, 0))
    assert not is_one_run((0, 0, 0), (1, 1, 0))
