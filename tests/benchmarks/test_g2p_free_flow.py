"""Robots that drive through each other still do all the work."""

import numpy as np
import pytest

from benchmarks.macro.g2p_free_flow import FreeDispatcher, _moves
from sim_worlds.run import ShiftRun
from sim_worlds.shift import generated_shift, with_robots
from sim_worlds.sites.catalogue import load_site


def test_bases_are_filled_up_as_far_as_the_way_goes() -> None:
    alone = np.array([[5, 6, 7], [5, -1, -1], [-1, -1, -1]], dtype=np.int32)
    assert _moves(alone, [0, 0, 0], 2).tolist() == [2, 1, 0]
    assert _moves(alone, [1, 4, 0], 2).tolist() == [1, 0, 0]


@pytest.mark.parametrize("robots", [1, 8])
def test_every_order_is_done_and_nobody_waits_for_anybody(robots: int) -> None:
    shift = generated_shift(with_robots(load_site("tiny"), robots), 4, seed=1)
    run = ShiftRun(shift, dispatcher=FreeDispatcher(shift.site))
    while not run.done:
        run.tick()
        assert all(robot.waits_for is None for robot in run.state.robots.values())
    assert run.outcome().unfinished == ()
    assert run.outcome().kpis.orders_completed == 4
