"""When the world may go on."""

import pytest

from planner.warehouse.errors import PodherdError
from podherd_world.pacer import Pacer, parse_speed


def test_nothing_moves_before_the_fleet_has_planned() -> None:
    pacer = Pacer(500)
    assert not pacer.may_go_to(500, 0, 1_000.0, picking=False)
    pacer.planned(0)
    assert pacer.may_go_to(500, 0, 1_000.0, picking=False)


def test_one_period_past_the_last_plan_and_no_further() -> None:
    pacer = Pacer(500)
    pacer.planned(1_000)
    assert pacer.may_go_to(1_500, 1_000, 0.0, picking=False)
    assert not pacer.may_go_to(1_600, 1_500, 0.0, picking=False)


def test_an_older_plan_of_a_fleet_that_restarts_takes_nothing_back() -> None:
    pacer = Pacer(500)
    pacer.planned(1_000)
    pacer.planned(200)
    assert pacer.may_go_to(1_500, 1_000, 0.0, picking=False)


def test_a_pick_being_confirmed_holds_the_world_up() -> None:
    pacer = Pacer(500)
    pacer.planned(1_000)
    assert not pacer.may_go_to(1_500, 1_000, 0.0, picking=True)
    assert pacer.may_go_to(1_500, 1_000, 0.1, picking=False)


@pytest.mark.parametrize("picking", [True, False])
def test_a_dead_partner_is_waited_for_a_second_and_then_real_time_goes_on(picking: bool) -> None:
    pacer = Pacer(500, patience_s=1.0)
    pacer.planned(1_500 if picking else 1_000)
    assert not pacer.may_go_to(2_000, 1_500, 10.0, picking=picking)
    assert not pacer.may_go_to(2_000, 1_500, 10.9, picking=picking)
    assert not pacer.may_go_to(2_000, 1_500, 11.0, picking=picking)
    assert not pacer.may_go_to(2_000, 1_500, 11.4, picking=picking)
    assert pacer.may_go_to(2_000, 1_500, 11.5, picking=picking)


def test_a_fleet_that_comes_back_is_followed_at_once() -> None:
    pacer = Pacer(500)
    pacer.planned(0)
    for wall_s in (0.0, 1.0, 1.5):
        pacer.may_go_to(1_000, 500, wall_s, picking=False)
    pacer.planned(1_000)
    assert pacer.may_go_to(1_500, 1_000, 1.5, picking=False)
    assert not pacer.may_go_to(2_000, 1_500, 1.6, picking=False), "patience starts anew"


def test_a_dead_bridge_does_not_slow_the_world_below_real_time_while_the_fleet_lives() -> None:
    pacer = Pacer(500)
    now_ms, wall_s = 0, 0.0
    while wall_s < 11.0:
        pacer.planned(now_ms)
        if pacer.may_go_to(now_ms + 500, now_ms, wall_s, picking=True):
            now_ms += 500
        wall_s += 0.01
    assert now_ms == pytest.approx(10_000, abs=500)


def test_a_speed_is_a_limit_and_lost_time_is_not_made_up_for() -> None:
    pacer = Pacer(500, speed=2.0)
    pacer.planned(0)
    assert not pacer.may_go_to(100, 0, 5.0, picking=False)
    assert not pacer.may_go_to(100, 0, 5.04, picking=False)
    assert pacer.may_go_to(100, 0, 5.06, picking=False)
    pacer.planned(100)
    assert pacer.may_go_to(200, 100, 9.0, picking=False), "late: one step at once"
    assert not pacer.may_go_to(300, 200, 9.0, picking=False), "but no burst"


@pytest.mark.parametrize(("speed", "step_ms"), [(1.0, 100), (4.0, 100), (10.0, 500), (50.0, 500)])
def test_looked_at_every_20_ms_the_world_keeps_its_speed(speed: float, step_ms: int) -> None:
    pacer = Pacer(500, speed=speed)
    now_ms, wall_s = 0, 0.0
    while wall_s < 20.0:
        pacer.planned(now_ms)
        if pacer.may_go_to(now_ms + step_ms, now_ms, wall_s, picking=False):
            now_ms += step_ms
        wall_s += 0.02
    fastest = step_ms / 20
    assert now_ms == pytest.approx(20_000 * min(speed, fastest), rel=0.03)


@pytest.mark.parametrize("text", ["fast", "0", "-1", "nan", "inf", ""])
def test_a_wrong_speed_names_the_remedy(text: str) -> None:
    with pytest.raises(PodherdError, match="Write max"):
        parse_speed(text)


def test_speeds() -> None:
    assert parse_speed("max") is None
    assert parse_speed("1") == 1.0
    assert parse_speed("2.5") == 2.5
