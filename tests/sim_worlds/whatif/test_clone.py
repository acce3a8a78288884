"""A run cut out of its log at several moments, and brought to its end in another floor."""

from dataclasses import replace
from pathlib import Path

import pytest

from planner.dispatch.state import Phase
from planner.warehouse.errors import InvalidStudy, ReplayMismatch
from planner.warehouse.ids import OrderId, StationId
from sim_worlds.eventlog import EventLogWriter, Header
from sim_worlds.faults import Faults, SilentRobot
from sim_worlds.run import ShiftRun, run_shift
from sim_worlds.shift import Shift, generated_shift
from sim_worlds.sites.catalogue import load_site
from sim_worlds.whatif.clone import read_moment
from sim_worlds.whatif.continued import ContinuedRun
from sim_worlds.whatif.futures import Future, Ground, run_future
from wms_bridge.records.work import OrderQuery, OrderStatus


@pytest.fixture(scope="module")
def shift() -> Shift:
    return generated_shift(load_site("small"), 8, seed=3)


@pytest.fixture(scope="module")
def log(shift: Shift, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A whole run, with some slots short of the books."""
    path = tmp_path_factory.mktemp("run") / "run.jsonl"
    with EventLogWriter(path, Header.of(shift.site, shift.dispatch)) as writer:
        outcome = run_shift(replace(shift, faults=Faults(short_slot_share=0.2)), writer)
    assert outcome.unfinished == ()
    return path


@pytest.fixture(scope="module")
def end_s(log: Path) -> float:
    return read_moment(log).now_ms / 1000


def finish(run: ShiftRun) -> None:
    while not run.done:
        run.tick()


@pytest.mark.parametrize("share", [0.0, 0.2, 0.6, 1.0])
def test_from_any_moment_every_order_is_completed(
    shift: Shift, log: Path, end_s: float, share: float
) -> None:
    moment = read_moment(log, max(500, round(share * end_s * 1000)))
    run = ContinuedRun(replace(shift, orders=moment.later), moment)
    finish(run)
    outcome = run.outcome()
    assert outcome.violations == ()
    assert outcome.unfinished == ()
    assert outcome.refused == ()
    assert outcome.ledger.sound
    ids = {timed.order.order for timed in shift.orders}
    assert set(run.state.finished) == ids
    records = run.bridge.orders(OrderQuery(limit=1000))
    assert {record.order for record in records} == ids
    assert OrderStatus.OPEN not in {record.status for record in records}
    # Every piece ordered was picked once, before the moment or after it, or shortened in the open.
    ordered = sum(line.quantity for timed in shift.orders for line in timed.order.lines)
    assert outcome.ledger.pieces_picked + sum(record.short for record in records) == ordered


def test_the_floor_is_that_of_the_moment(shift: Shift, log: Path, end_s: float) -> None:
    seen: set[Phase] = set()
    wanted = {Phase.FETCH, Phase.DELIVER, Phase.PICK, Phase.RETURN}
    for percent in range(5, 65, 3):
        if wanted <= seen:
            break
        moment = read_moment(log, round(percent * end_s * 10))
        run = ContinuedRun(replace(shift, orders=moment.later), moment)
        floor, state = run.world.floor, moment.state
        assert run.now_ms == floor.now_ms == moment.now_ms
        carried = {load for load in floor.loads if load is not None}
        assert len(carried) + len(floor.stored) == shift.site.pod_count
        assert not carried & set(floor.stored)
        for robot in state.robots.values():
            pose, point = floor.pose(robot.robot), run.dispatcher.floor.points[robot.node]
            assert (pose.x_m, pose.y_m) == point
            assert robot.report is not None
            assert floor.load(robot.robot) == robot.report.load
            assert floor.battery(robot.robot) == pytest.approx(robot.report.battery)
        seen |= {visit.phase for visit in state.visits.values()}
    assert wanted <= seen


def test_the_same_moment_gives_the_same_future(shift: Shift, log: Path, end_s: float) -> None:
    moment = read_moment(log, round(0.5 * end_s * 1000))
    ground = Ground(moment.header.site, moment.later, (), moment=moment)
    assert run_future(ground, Future((), 4)) == run_future(ground, Future((), 4))


@pytest.mark.parametrize("robots", [2, 9])
def test_fewer_and_more_robots_from_a_moment_on(
    shift: Shift, log: Path, end_s: float, robots: int
) -> None:
    moment = read_moment(log, round(0.4 * end_s * 1000))
    run = ContinuedRun(replace(shift, orders=moment.later), moment, robots)
    finish(run)
    good = run.outcome()
    assert (good.violations, good.unfinished, good.ledger.sound) == ((), (), True)
    working = [robot for robot in run.state.robots.values() if not robot.leaving]
    assert len(working) == robots
    assert len(run.state.finished) == len(shift.orders)


def test_a_robot_that_was_silent_stays_so(tmp_path: Path) -> None:
    shift = generated_shift(load_site("small"), 4, seed=5)
    silent = shift.site.robots[2].id
    shift = replace(shift, faults=Faults(silent=(SilentRobot(silent, 60_000),)))
    path = tmp_path / "run.jsonl"
    with EventLogWriter(path, Header.of(shift.site, shift.dispatch)) as writer:
        run_shift(shift, writer)
    moment = read_moment(path, 120_000)
    run = ContinuedRun(replace(shift, orders=moment.later, faults=Faults()), moment)
    finish(run)
    assert run.state.robots[silent].silent
    assert run.outcome().violations == ()
    assert set(run.state.finished) | set(run.state.orders) == {
        timed.order.order for timed in shift.orders
    }


def test_orders_known_already_do_not_come_again(log: Path, end_s: float, shift: Shift) -> None:
    moment = read_moment(log, round(0.3 * end_s * 1000))
    coming = moment.still_to_come(shift.orders)
    assert {t.order.order for t in coming} == {t.order.order for t in moment.later}
    assert all(timed.at_ms >= moment.now_ms for timed in coming)
    assert OrderId("nobody") not in moment.state.orders


def test_a_moment_that_the_log_does_not_have(log: Path, end_s: float, tmp_path: Path) -> None:
    with pytest.raises(InvalidStudy, match=f"at: .*last step was at {end_s:.1f} s"):
        read_moment(log, round(end_s * 1000) + 60_000)
    with pytest.raises(InvalidStudy, match="at: "):
        read_moment(log, 0)
    lines = log.read_text().splitlines()
    changed = [line.replace('"commands":"', '"commands":"0') for line in lines]
    wrong = tmp_path / "wrong.jsonl"
    wrong.write_text("\n".join(changed) + "\n")
    with pytest.raises(ReplayMismatch, match="tick 0"):
        read_moment(wrong)


def test_stations_are_closed_and_opened_at_the_moment(shift: Shift, log: Path) -> None:
    moment = read_moment(log, 60_000)
    later = replace(shift, orders=moment.later)
    run = ContinuedRun(later, moment, closed=frozenset({StationId("S01")}))
    finish(run)
    assert run.outcome().unfinished == ()
    assert set(run.state.closed) == {"S01"}
    anew = ContinuedRun(later, moment, closed=frozenset())
    anew.tick()
    assert anew.state.closed == {}
    assert moment.state.closed == {}
