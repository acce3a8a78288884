"""What operators want of the fleet by way of the bridge: followed exactly once, and answered."""

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from fakes.paper_fleet import PaperFleet
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.dispatch.step import TICK_MS
from planner.warehouse.commands import AlarmKind, AnswerIntervention
from planner.warehouse.ids import InterventionId, NodeId, RobotId
from planner.warehouse.interventions import InterventionKind, InterventionOutcome
from podherd_ros.presence import Stop, StopScope

Kind, Outcome = InterventionKind, InterventionOutcome
AREA = ((3.0, 9.0), (11.0, 9.0), (11.0, 12.6), (3.0, 12.6))


@pytest.fixture
def paper(tmp_path: Path) -> PaperFleet:
    paper = PaperFleet(tmp_path, seed=3)
    paper.order(6)
    paper.ticks(30)
    return paper


def until(paper: PaperFleet, condition: Callable[[], bool], most: int = 600) -> None:
    for _ in range(most):
        if condition():
            return
        paper.ticks()
    raise AssertionError(f"never; {paper.answers[-3:]}")


def final(paper: PaperFleet, name: InterventionId, most: int = 600) -> AnswerIntervention:
    """What comes of it in the end."""

    def over() -> bool:
        answer = paper.answer(name)
        return answer is not None and answer.outcome.final

    until(paper, over, most)
    answer = paper.answer(name)
    assert answer is not None
    return answer


def outcomes(paper: PaperFleet, name: InterventionId) -> list[Outcome]:
    return [answer.outcome for answer in paper.answers if answer.intervention == name]


def empty_robot(paper: PaperFleet) -> RobotId:
    """A robot that could be sent somewhere now."""
    views = {view.robot: view for view in paper.fleet.view().robots}
    for _ in range(200):
        views = {view.robot: view for view in paper.fleet.view().robots}
        for name, view in views.items():
            if view.load is None and view.activity in ("idle", "park"):
                return name
        paper.ticks()
    raise AssertionError(f"all carry: {views}")


def aisle_node(paper: PaperFleet) -> NodeId:
    floor = paper.world.floor.roadmap
    return next(name for name in floor.nodes if floor.kind[floor.index[name]] == 0)


# --- each kind -----------------------------------------------------------------------------------


def test_a_stop_of_the_site_is_done_when_all_stand_and_lifted_again(paper: PaperFleet) -> None:
    name = paper.ask(Kind.STOP, name="fire")
    paper.ticks()
    assert paper.fleet.stops == (Stop("fire", StopScope.SITE),)
    assert final(paper, name, 5).outcome is Outcome.DONE
    assert outcomes(paper, name)[0] is Outcome.UNDER_WAY
    driven = [hopper.state.odometer_m for hopper in paper.world.robots.values()]
    paper.ticks(10)
    assert [hopper.state.odometer_m for hopper in paper.world.robots.values()] == driven
    assert [stop.stop for stop in paper.fleet.view().stops] == ["fire"]
    assert final(paper, paper.ask(Kind.LIFT_STOP, name="fire"), 2).outcome is Outcome.DONE
    assert paper.fleet.stops == ()
    paper.ticks(2_000)
    assert paper.fleet.view().kpis.orders_completed == 6


def test_a_stop_is_engaged_between_ticks(paper: PaperFleet) -> None:
    paper.ask(Kind.STOP, name="fire")
    paper.fleet.follow(paper.unheard())
    assert [stop.stop for stop in paper.fleet.stops] == ["fire"]


def test_a_silent_robot_does_not_hold_up_a_stop_but_is_named(paper: PaperFleet) -> None:
    robot = next(iter(paper.world.robots))
    paper.world.robots[robot].alive = False
    paper.ticks(15)
    answer = final(paper, paper.ask(Kind.STOP, name="look", robots=(robot,)))
    assert answer.outcome is Outcome.DONE
    assert robot in answer.text


def test_a_person_walks_in_and_out(paper: PaperFleet) -> None:
    wanted = paper.ask(Kind.REQUEST_ENTRY, name="E1", area_m=AREA)
    early = paper.ask(Kind.ENTER, name="E1")
    refusal = final(paper, early, 3)
    assert refusal.outcome is Outcome.REFUSED
    assert "Wait until it is frozen" in refusal.text
    assert [entry.entry for entry in paper.fleet.view().entries] == ["E1"]
    assert final(paper, wanted).outcome is Outcome.DONE
    assert final(paper, paper.ask(Kind.ENTER, name="E1"), 3).outcome is Outcome.DONE
    assert [entry.state for entry in paper.fleet.view().entries] == ["entered"]
    assert paper.fleet.view().closures == ()
    assert final(paper, paper.ask(Kind.LEAVE, name="E1"), 3).outcome is Outcome.DONE
    assert paper.fleet.view().entries == ()


def test_a_robot_is_sent_and_freed(paper: PaperFleet) -> None:
    robot, node = empty_robot(paper), aisle_node(paper)
    assert final(paper, paper.ask(Kind.SEND, robots=(robot,), node=node)).outcome is Outcome.DONE
    view = {one.robot: one for one in paper.fleet.view().robots}[robot]
    assert view.sent == node
    assert final(paper, paper.ask(Kind.FREE, robots=(robot,)), 3).outcome is Outcome.DONE
    view = {one.robot: one for one in paper.fleet.view().robots}[robot]
    assert view.sent is None


def test_one_that_is_freed_on_its_way_did_not_arrive(paper: PaperFleet) -> None:
    robot = empty_robot(paper)
    sent = paper.ask(Kind.SEND, robots=(robot,), node=aisle_node(paper))
    paper.ticks()
    paper.ask(Kind.FREE, robots=(robot,))
    answer = final(paper, sent, 3)
    assert answer.outcome is Outcome.REFUSED
    assert "freed" in answer.text


def test_a_robot_is_taken_out_and_in(paper: PaperFleet) -> None:
    robot = next(name for name, hopper in paper.world.robots.items() if hopper.state.load)
    out = paper.ask(Kind.TAKE_OUT, robots=(robot,))
    assert final(paper, out).outcome is Outcome.DONE
    assert outcomes(paper, out)[0] is Outcome.UNDER_WAY
    assert paper.world.robots[robot].state.load is None
    assert {one.robot: one.leaving for one in paper.fleet.view().robots}[robot]
    assert final(paper, paper.ask(Kind.TAKE_IN, robots=(robot,)), 3).outcome is Outcome.DONE
    assert not {one.robot: one.leaving for one in paper.fleet.view().robots}[robot]


def test_who_is_taken_in_again_is_not_out(paper: PaperFleet) -> None:
    robot = next(name for name, hopper in paper.world.robots.items() if hopper.state.load)
    out = paper.ask(Kind.TAKE_OUT, robots=(robot,))
    paper.ticks()
    paper.ask(Kind.TAKE_IN, robots=(robot,))
    assert final(paper, out, 3).outcome is Outcome.REFUSED


def test_a_cleared_robot_is_stopped_before_and_until_it_has_its_way_back(
    paper: PaperFleet,
) -> None:
    robot = next(r for r, hopper in paper.world.robots.items() if len(hopper.ahead) > 2)
    heard = paper.ask(Kind.CLEAR_RESERVATION, robots=(robot,))
    assert "heard of" in final(paper, heard, 3).text
    paper.world.robots[robot].alive = False
    paper.ticks(65)
    wanted = paper.ask(Kind.CLEAR_RESERVATION, robots=(robot,))
    paper.ticks()
    assert f"reservation/{robot}" in {stop.stop for stop in paper.fleet.stops}
    assert outcomes(paper, wanted) == [Outcome.UNDER_WAY]
    assert final(paper, wanted, 3).outcome is Outcome.DONE
    paper.ticks(100)
    paper.restart()
    assert f"reservation/{robot}" in {stop.stop for stop in paper.fleet.stops}
    paper.world.robots[robot].alive = True
    until(paper, lambda: not paper.fleet.stops)
    until(paper, lambda: paper.fleet.view().kpis.orders_completed == 6, 3_000)
    assert paper.world.collisions == []
    assert AlarmKind.STOP_ENGAGED not in {alarm.kind for alarm in paper.fleet.view().alarms}


@pytest.mark.parametrize(
    ("kind", "fields", "word"),
    [
        (Kind.STOP, {"name": "a", "robots": (RobotId("R99"),)}, "R99"),
        (Kind.STOP, {"name": "a", "area_m": ((90.0, 90.0), (95.0, 90.0), (95.0, 95.0))}, "beside"),
        (Kind.ENTER, {"name": "nobody"}, "no such entry"),
        (Kind.SEND, {"robots": (RobotId("R99"),), "node": NodeId("x")}, "not of the fleet"),
        (Kind.FREE, {"robots": (RobotId("R99"),)}, "not of the fleet"),
        (Kind.REROUTE, {"robots": (RobotId("R99"),)}, "not of the fleet"),
        (Kind.CLEAR_RESERVATION, {"robots": (RobotId("R99"),)}, "not of the fleet"),
        (Kind.TAKE_IN, {"robots": (RobotId("R99"),)}, "no such robot"),
    ],
)
def test_what_cannot_be_is_refused_with_the_reason(
    paper: PaperFleet, kind: Kind, fields: dict[str, object], word: str
) -> None:
    answer = final(paper, paper.ask(kind, **fields), 3)
    assert answer.outcome is Outcome.REFUSED
    assert word in answer.text
    assert paper.fleet.stops == ()


# --- crashes -------------------------------------------------------------------------------------


def test_the_bridge_is_told_again_after_a_restart(paper: PaperFleet) -> None:
    name = paper.ask(Kind.STOP, name="fire")
    answer = final(paper, name)
    paper.answers.clear()
    paper.restart()
    assert paper.answer(name) == answer


def test_it_is_remembered_before_the_log_has_it(paper: PaperFleet) -> None:
    """Killed after it was remembered, before the tick was written: the feed brings it again."""
    name = paper.ask(Kind.STOP, name="fire")
    paper.fleet.follow(paper.unheard())
    paper.restart()
    paper.ticks()
    assert outcomes(paper, name)
    assert [stop.stop for stop in paper.fleet.stops] == ["fire"]
    final(paper, name)


KINDS = st.sampled_from(
    [Kind.STOP, Kind.LIFT_STOP, Kind.SEND, Kind.FREE, Kind.TAKE_OUT, Kind.TAKE_IN, Kind.REROUTE]
)


def fields_of(paper: PaperFleet, kind: Kind, which: int) -> dict[str, object]:
    robots = list(paper.world.robots)
    robot = robots[which % len(robots)]
    if kind in (Kind.STOP, Kind.LIFT_STOP):
        robot_named = {"robots": (robot,)} if kind is Kind.STOP else {}
        return {"name": f"S{which % 2}", **robot_named}
    if kind is Kind.SEND:
        nodes = paper.world.floor.roadmap.nodes
        return {"robots": (robot,), "node": nodes[which * 7 % len(nodes)]}
    return {"robots": (robot,)}


@settings(max_examples=8)
@given(
    seed=st.integers(0, 10_000),
    asked=st.lists(st.tuples(KINDS, st.integers(0, 30), st.integers(0, 25)), max_size=8),
    kills=st.sets(st.integers(0, 7)),
)
def test_killed_at_any_tick_each_is_answered_nothing_collides_and_the_work_ends(
    seed: int, asked: list[tuple[Kind, int, int]], kills: set[int]
) -> None:
    with TemporaryDirectory() as folder:
        paper = PaperFleet(Path(folder), seed=seed)
        paper.order(4)
        paper.ticks(15)
        names = []
        for number, (kind, which, ticks) in enumerate(asked):
            names.append(paper.ask(kind, **fields_of(paper, kind, which)))
            if number in kills:
                paper.fleet.follow(paper.unheard())
                paper.restart()
            paper.ticks(ticks)
            if number in kills:
                tear(Path(folder) / "events.jsonl")
                paper.restart()
        robots = tuple(paper.world.robots)
        names += [paper.ask(Kind.LIFT_STOP, name=f"S{i}") for i in range(2)]
        names += [paper.ask(Kind.FREE, robots=(robot,)) for robot in robots]
        names += [paper.ask(Kind.TAKE_IN, robots=robots)]
        until(paper, lambda: paper.fleet.view().kpis.orders_completed == 4, 3_000)
        assert paper.world.collisions == []
        for name in names:
            assert final(paper, name, 60_000 // TICK_MS).outcome.final
            last = [o for o in outcomes(paper, name) if o.final]
            assert len(set(last)) == 1, "what was final has changed"


def tear(log: Path) -> None:
    """Killed before the answer of its last tick was written."""
    content = log.read_bytes()
    start = content[:-1].rfind(b"\n") + 1
    if b'"commands"' in content[start:]:
        log.write_bytes(content[:start])
