"""Air, links and faults of simulated drones."""

from itertools import pairwise
from math import hypot

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidSite
from planner.warehouse.ids import RobotId
from sim_worlds.drones.links import Link
from sim_worlds.drones.params import CellFailure, DroneFaults, DroneWorldParams, Gusts, LostLink

D1 = RobotId("D1")


@given(st.floats(0, 1), st.integers(0, 100))
def test_gusts_stay_within_what_drones_are_meant_for(gusts: float, seed: int) -> None:
    air = Gusts(DroneWorldParams(gusts=gusts, gust_s=1.0), str(seed))
    pushes = [air.push(at_ms) for at_ms in range(0, 20_000, 100)]
    assert max(hypot(*push) for push in pushes) <= gusts + 1e-9
    for before, after in pairwise(pushes):
        # From one end to the other in a second at most: no jumps.
        assert hypot(*(a - b for a, b in zip(before, after, strict=True))) <= 0.2 * gusts + 1e-9


def test_a_link_delays_reorders_and_loses() -> None:
    link: Link[int] = Link(1_000, 0.5, "seed")
    for number in range(200):
        link.send(number, number)
    assert len(link.due(0)) <= 1
    arrived = link.due(1_200)
    assert 60 < len(arrived) < 140
    assert arrived != sorted(arrived)
    assert link.due(99_999) == []


def test_a_link_without_delay_hands_over_at_once() -> None:
    link: Link[str] = Link(0, 0.0, "seed")
    link.send("one", 5)
    link.send("two", 5)
    assert link.due(4) == []
    assert link.due(5) == ["one", "two"]


def test_a_lost_link_is_silent_while_it_lasts() -> None:
    faults = DroneFaults((LostLink(D1, 100, 200),))
    silent = [faults.is_silent(D1, at_ms) for at_ms in (99, 100, 199, 200)]
    assert silent == [False, True, True, False]
    assert not faults.is_silent(RobotId("D2"), 150)


@pytest.mark.parametrize(
    "wrong",
    [
        {"control_ms": 250, "step_ms": 100},
        {"step_ms": 0},
        {"gusts": 1.1},
        {"loss": 1.0},
        {"gust_s": 0.0},
        {"latency_ms": -1},
        {"patience_s": -1.0},
    ],
)
def test_worlds_that_cannot_be(wrong: dict[str, float]) -> None:
    with pytest.raises(InvalidSite) as caught:
        DroneWorldParams(**wrong)  # type: ignore[arg-type]
    assert caught.value.field
    assert caught.value.remedy


def test_a_battery_cannot_gain_by_failing() -> None:
    with pytest.raises(InvalidSite, match=r"faults.left"):
        DroneFaults(cells=(CellFailure(D1, 0, 1.2),)).check((D1,))
