"""The League's rules, one by one, and that the world and the referee read them alike."""

from collections.abc import Sequence

import numpy as np
import pytest
from fakes.league_floors import drawn, instances
from fakes.one_by_one import OneByOne
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.lifelong.tasks import Action, Decision
from sim_worlds.league.instance import Instance
from sim_worlds.league.output import Transcript
from sim_worlds.league.referee import judge
from sim_worlds.league.violations import ViolationKind
from sim_worlds.league.world import (
    NO_ANSWER,
    ActionFault,
    ActionFaultKind,
    LeagueWorld,
    ScheduleFault,
    ScheduleFaultKind,
    StepReport,
)

F, R, C, W = Action.FORWARD, Action.TURN_UP, Action.TURN_DOWN, Action.WAIT
ROOM = ["....", "....", "...."]


def decision(actions: Sequence[int], tasks: Sequence[int]) -> Decision:
    return Decision(np.array(actions, dtype=np.int32), np.array(tasks, dtype=np.int32))


def moved(rows: Sequence[str], starts: Sequence[int], *steps: Sequence[int]) -> LeagueWorld:
    """A world after ``steps`` joint actions, nobody with a task."""
    world = LeagueWorld(drawn(rows, starts, [[starts[0]]]))
    for actions in steps:
        world.apply(decision(actions, [-1] * len(starts)))
    return world


def test_all_face_east_and_turn_clockwise() -> None:
    assert moved(ROOM, [5]).observe().heading.tolist() == [0]
    cells = [moved(ROOM, [5], *[[R]] * turns, [F]).observe().cell[0] for turns in range(4)]
    assert cells == [6, 9, 4, 1], "east, south, west, north"
    assert moved(ROOM, [5], [C], [F]).observe().cell.tolist() == [1], "anti-clockwise is north"


def test_following_and_rings_are_allowed() -> None:
    after = moved(ROOM, [4, 5, 6], [F, F, F]).observe()
    assert after.cell.tolist() == [5, 6, 7]
    ring = moved(ROOM, [0, 1, 5, 4], [W, R, R, C], [W, W, R, W], [F, F, F, F]).observe()
    assert ring.cell.tolist() == [1, 5, 4, 0]


@pytest.mark.parametrize(
    ("rows", "starts", "steps", "fault"),
    [
        (ROOM, [3, 0], [[F, F]], (ActionFaultKind.UNALLOWED_MOVE, 0, -1)),
        (ROOM, [0, 5], [[C, W], [F, F]], (ActionFaultKind.UNALLOWED_MOVE, 0, -1)),
        (["..@", "..."], [1, 3], [[F, F]], (ActionFaultKind.UNALLOWED_MOVE, 0, -1)),
        (ROOM, [5, 4], [[W, F]], (ActionFaultKind.VERTEX_CONFLICT, 0, 1)),
        (ROOM, [0, 2], [[W, R], [W, R], [F, F]], (ActionFaultKind.VERTEX_CONFLICT, 0, 1)),
        (ROOM, [0, 1], [[W, R], [W, R], [F, F]], (ActionFaultKind.EDGE_CONFLICT, 0, 1)),
    ],
    ids=["row end", "top", "wall", "onto one who waits", "onto one cell", "swap"],
)
def test_one_bad_move_makes_everyone_wait(
    rows: Sequence[str],
    starts: Sequence[int],
    steps: Sequence[Sequence[int]],
    fault: tuple[ActionFaultKind, int, int],
) -> None:
    world = moved(rows, starts, *steps[:-1])
    before = world.observe()
    report = world.apply(decision(steps[-1], [-1] * len(starts)))
    assert report.action_faults == (ActionFault(*fault),)
    after = world.observe()
    assert after.cell.tolist() == before.cell.tolist()
    assert after.heading.tolist() == before.heading.tolist()
    assert set(report.done.tolist()) == {W}
    assert report.planned.tolist() == list(steps[-1])


def corridor() -> Instance:
    """Two agents, 0 and 4; three tasks known at any time."""
    return drawn(["........"], [0, 4], [[1, 2], [5], [3], [6]])


def test_a_task_is_done_errand_by_errand() -> None:
    world = LeagueWorld(corridor())
    assert [task.id for task in world.observe().revealed] == [0, 1, 2]
    first = world.apply(decision([F, W], [0, -1]))
    assert first.events.tolist() == [[0, 0, 1]]
    assert (first.finished, first.revealed) == (0, ())
    assert world.observe().errands_done.tolist() == [1, 0]
    second = world.apply(decision([F, F], [0, 1]))
    assert second.events.tolist() == [[0, 0, 2], [1, 1, 1]]
    assert second.finished == world.tasks_finished == 2
    assert world.observe().task.tolist() == [-1, -1]
    assert world.observe().errands_done.tolist() == [0, 0]
    assert [(task.id, task.revealed_step) for task in second.revealed] == [(3, 2), (4, 2)]
    assert second.revealed[1].errands == (1, 2), "the file begins anew"


def test_one_errand_a_step_even_where_one_stands() -> None:
    world = LeagueWorld(drawn(["..."], [0], [[0, 0, 1]]))
    assert [world.apply(decision([W], [0])).events.tolist() for _ in range(3)] == [
        [[0, 0, 1]],
        [[0, 0, 2]],
        [],
    ]


def test_a_pool_runs_dry_without_wrapping() -> None:
    world = LeagueWorld(drawn(["..."], [0], [[1], [2]]), wrap=False)
    world.observe()
    assert [task.id for task in world.apply(decision([F], [0])).revealed] == [1]
    assert [task.id for task in world.observe().revealed] == [1]
    world.apply(decision([F], [1]))
    assert world.tasks_finished == 2
    for _ in range(3):
        assert world.observe().revealed == ()
        report = world.apply(decision([W], [-1]))
        assert report.schedule_fault is None
    assert world.tasks_revealed == 2


@pytest.mark.parametrize(
    ("tasks", "fault"),
    [
        ([0, 0], (ScheduleFaultKind.TAKEN_TWICE, 0, 1, 0)),
        ([-1, 3], (ScheduleFaultKind.NOT_IN_POOL, 3, 1, -1)),
        ([-1, 77], (ScheduleFaultKind.NOT_IN_POOL, 77, 1, -1)),
        ([-5, 1], (ScheduleFaultKind.NOT_IN_POOL, -5, 0, -1)),
    ],
    ids=["taken twice", "not revealed", "beyond all", "negative"],
)
def test_one_bad_entry_leaves_the_old_schedule(
    tasks: Sequence[int], fault: tuple[ScheduleFaultKind, int, int, int]
) -> None:
    world = LeagueWorld(corridor())
    world.apply(decision([W, W], [2, -1]))
    report = world.apply(decision([W, W], tasks))
    assert report.schedule_fault == ScheduleFault(*fault)
    assert report.schedule.tolist() == world.observe().task.tolist() == [2, -1]
    assert world.apply(decision([W, W], [-1, 2])).schedule_fault is None, "swapped while unopened"


@pytest.mark.parametrize("tasks", [[-1, -1], [1, -1], [-1, 0], [0, 0]])
def test_an_opened_task_stays_with_its_agent(tasks: Sequence[int]) -> None:
    world = LeagueWorld(corridor())
    world.apply(decision([F, W], [0, -1]))
    fault = world.apply(decision([W, W], tasks)).schedule_fault
    assert fault is not None
    assert world.observe().task.tolist() == [0, -1]


def test_a_finished_task_is_out_of_the_pool() -> None:
    world = LeagueWorld(corridor())
    world.apply(decision([W, F], [-1, 1]))
    fault = world.apply(decision([W, W], [-1, 1])).schedule_fault
    assert fault == ScheduleFault(ScheduleFaultKind.NOT_IN_POOL, 1, 1, -1)


def test_no_answer_makes_everyone_wait_and_is_counted() -> None:
    world = LeagueWorld(corridor())
    world.apply(decision([F, F], [0, -1]))
    told = world.observe().revealed
    report = world.apply(None)
    assert set(report.planned.tolist()) == {NO_ANSWER}
    assert set(report.done.tolist()) == {W}
    assert report.schedule.tolist() == [0, -1]
    assert world.time_outs == 1
    assert world.observe().cell.tolist() == [1, 5]
    assert told != (), "what was told once is not told again"
    assert world.observe().revealed == ()


def test_tasks_are_told_until_a_decision_follows() -> None:
    world = LeagueWorld(corridor())
    assert len(world.observe().revealed) == len(world.observe().revealed) == 3
    world.apply(decision([W, F], [-1, 1]))
    world.apply(None)
    assert [task.id for task in world.observe().revealed] == [3], "nobody looked in between"


@pytest.mark.parametrize(
    "bad",
    [decision([W], [-1, -1]), decision([W, W], [-1]), decision([W, 4], [-1, -1])],
    ids=["actions", "tasks", "unknown action"],
)
def test_a_decision_of_the_wrong_shape_changes_nothing(bad: Decision) -> None:
    world = LeagueWorld(corridor())
    with pytest.raises(ValueError, match="decision"):
        world.apply(bad)
    assert world.step == 0


OFF = {ActionFaultKind.UNALLOWED_MOVE}
OFF_FLOOR = {ViolationKind.OFF_MAP, ViolationKind.INTO_WALL}
MOVES = OFF_FLOOR | {ViolationKind.VERTEX_CONFLICT, ViolationKind.EDGE_CONFLICT}
ENTRIES = {
    ScheduleFaultKind.NOT_IN_POOL: ViolationKind.TASK_NOT_IN_POOL,
    ScheduleFaultKind.TAKEN_TWICE: ViolationKind.TASK_TAKEN_TWICE,
    ScheduleFaultKind.OPENED_DROPPED: ViolationKind.OPENED_TASK_DROPPED,
}
CLAIMS = set(ViolationKind) - MOVES - set(ENTRIES.values())


@settings(max_examples=200)
@given(instances(), st.integers(0, 2**32 - 1), st.integers(1, 25), st.booleans())
def test_the_referee_reads_the_rules_alike(
    instance: Instance, seed: int, steps: int, wrap: bool
) -> None:
    """Random joint actions and schedules, most of them invalid, and time-outs: every fault of the
    world's is found by the referee at the same step, and no claim of the output is disputed."""
    world = LeagueWorld(instance, wrap=wrap)
    transcript = Transcript(instance, world.observe().revealed)
    random = np.random.default_rng(seed)
    reports: list[StepReport] = []
    for _ in range(steps):
        reports.append(world.apply(wild(world, random)))
        transcript.add(reports[-1], 0.0)
    verdict = judge(instance, transcript.output(), wrap=wrap)
    assert verdict.tasks_finished == world.tasks_finished
    assert not [v for v in verdict.violations if v.kind in CLAIMS]
    for report in reports:
        seen = [v for v in verdict.violations if v.step == report.step]
        kinds = {v.kind for v in seen}
        assert bool(report.action_faults) == bool(kinds & MOVES)
        off = {fault.agent for fault in report.action_faults if fault.kind in OFF}
        assert off == {v.agents[0] for v in seen if v.kind in OFF_FLOOR}
        if not off:
            # Who would be off the floor stands still for the world, and is nowhere for the referee.
            pairs = {(fault.agent, fault.other) for fault in report.action_faults}
            assert pairs == {v.agents for v in seen if v.kind in MOVES}
        bad_entry = report.schedule_fault
        assert (bad_entry is not None) == bool(kinds & set(ENTRIES.values()))
        if bad_entry is not None:
            assert ENTRIES[bad_entry.kind] in kinds


def wild(world: LeagueWorld, random: np.random.Generator) -> Decision | None:
    """Anything: mostly what could be valid, so that runs get somewhere."""
    seen = world.observe()
    if random.random() < 0.1:
        return None
    agents = len(seen.cell)
    action = random.choice([F, F, R, C, W], size=agents)
    if random.random() < 0.6:
        action[random.random(agents) < 0.7] = W
    task = seen.task.copy()
    for agent in np.flatnonzero(random.random(agents) < 0.3).tolist():
        task[agent] = random.integers(-2, world.tasks_revealed + 2)
    return Decision(action.astype(np.int32), task)


@settings(max_examples=50)
@given(instances(), st.integers(1, 60))
def test_a_careful_team_never_errs(instance: Instance, steps: int) -> None:
    world = LeagueWorld(instance)
    team = OneByOne(instance.map.neighbours())
    transcript = Transcript(instance, world.observe().revealed)
    for _ in range(steps):
        transcript.add(world.apply(team.decide(world.observe())), 0.0)
    verdict = judge(instance, transcript.output())
    assert verdict.violations == ()
    assert verdict.tasks_finished == world.tasks_finished
