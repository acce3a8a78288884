"""What ways cost."""

import pytest

from planner.flight.airspace import Position
from planner.flight.drone import DroneType
from planner.warehouse.errors import InvalidSite

KIND = DroneType(speed_mps=2.0, climb_mps=1.0, acceleration_mps2=1.0)
GROUND = Position(0.0, 0.0, 0.0)


def test_a_long_leg_by_hand() -> None:
    # 2 s and 2 m to top speed, the same to stop, 6 m in between at 2 m/s.
    assert KIND.leg_s(GROUND, Position(10.0, 0.0, 0.0)) == pytest.approx(2 + 3 + 2)


def test_a_short_leg_never_reaches_top_speed() -> None:
    assert KIND.leg_s(GROUND, Position(0.0, 1.0, 0.0)) == pytest.approx(2.0)


def test_up_is_limited_by_climbing() -> None:
    assert KIND.top_mps(GROUND, Position(0.0, 0.0, 5.0)) == pytest.approx(1.0)
    # 4 m across and 3 m up: 3 s of climbing against 2 s across, so 5 m in 3 s.
    assert KIND.top_mps(GROUND, Position(4.0, 0.0, 3.0)) == pytest.approx(5 / 3)


def test_energy_by_hand() -> None:
    kind = DroneType(
        hover_w=180.0,
        gust_w=20.0,
        move_j_per_m=10.0,
        slowest_pace=0.5,
        speed_mps=2.0,
        acceleration_mps2=1.0,
    )
    way = (GROUND, Position(10.0, 0.0, 0.0))
    assert kind.way_wh(way) == pytest.approx((7 / 0.5 * 200 + 10 * 10) / 3600)
    assert kind.way_wh((GROUND,)) == 0
    assert kind.look_wh() == pytest.approx(3.0 * 200 / 3600)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("speed_mps", 0.0),
        ("climb_mps", -1.0),
        ("battery_wh", float("nan")),
        ("hover_w", 0.0),
        ("drift_m", -0.1),
        ("slowest_pace", 0.0),
        ("slowest_pace", 1.1),
        ("reserve", -0.1),
        ("reserve", 1.5),
    ],
)
def test_drones_that_cannot_be(name: str, value: float) -> None:
    with pytest.raises(InvalidSite) as caught:
        DroneType(**{name: value})  # type: ignore[arg-type]
    assert caught.value.field == f"counting-drone.{name}"
    assert caught.value.remedy
