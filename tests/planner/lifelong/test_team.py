"""A team on any floor: no rule is ever broken, tasks get done, late answers do no harm."""

from collections.abc import Sequence

import numpy as np
import pytest
from fakes.league_floors import drawn, instances
from fakes.one_by_one import OneByOne
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.lifelong.tasks import Decision, Observation, Task
from planner.lifelong.team import Team, TeamParams
from planner.mapf.guidance import STEP
from planner.mapf.planner import PlannerParams
from planner.roadmap.access import Int32Array
from planner.warehouse.errors import InvalidInstance
from sim_worlds.league.instance import Instance
from sim_worlds.league.output import Transcript
from sim_worlds.league.referee import judge
from sim_worlds.league.world import LeagueWorld


def team_on(
    instance: Instance,
    *,
    depth: int = 4,
    trials: int = 5,
    seed: int = 1,
    drive: Int32Array | None = None,
    xy: Int32Array | None = None,
) -> Team:
    neighbours = instance.map.neighbours()
    costs = np.full((len(neighbours), 4), STEP, dtype=np.int32)
    params = TeamParams(PlannerParams(depth), trials=trials)
    agents = instance.team_size
    return Team(neighbours, agents, params, costs if drive is None else drive, seed=seed, xy=xy)


class Shift:
    """A team in the League's world, everything taken down for the referee."""

    def __init__(self, instance: Instance, team: Team, *, wrap: bool = True):
        self.instance, self.team, self.wrap = instance, team, wrap
        self.world = LeagueWorld(instance, wrap=wrap)
        # Another world is asked: what is told once is not told again.
        self.transcript = Transcript(instance, LeagueWorld(instance, wrap=wrap).observe().revealed)
        self.decisions: list[Decision | None] = []

    def decide(self) -> Decision:
        self.team.observe(self.world.observe())
        return self.team.decision()

    def step(self, decision: Decision | None) -> None:
        report = self.world.apply(decision)
        assert report.action_faults == ()
        assert report.schedule_fault is None
        self.transcript.add(report, 0.0)
        self.decisions.append(decision)

    def run(self, steps: int) -> int:
        """Tasks finished; the referee must find nothing."""
        for _ in range(steps):
            self.step(self.decide())
        return self.judged()

    def judged(self) -> int:
        verdict = judge(self.instance, self.transcript.output(), wrap=self.wrap)
        assert verdict.violations == ()
        assert verdict.tasks_finished == self.world.tasks_finished
        return verdict.tasks_finished


def leads_anywhere(instance: Instance) -> bool:
    """Whether every agent and every errand is on a cell from which there is a way."""
    cells = np.concatenate([instance.starts, instance.errands])
    return bool((instance.map.neighbours()[cells] >= 0).any(axis=1).all())


floors = instances().filter(leads_anywhere)


@settings(max_examples=60)
@given(floors, st.integers(2, 5), st.booleans())
def test_no_rule_is_broken_on_any_floor(instance: Instance, depth: int, wrap: bool) -> None:
    Shift(instance, team_on(instance, depth=depth), wrap=wrap).run(40)


@settings(max_examples=60)
@given(floors, st.integers(0, 2**32 - 1))
def test_late_answers_and_repeated_observations(instance: Instance, seed: int) -> None:
    """Answers are thrown away or given after the same was observed again; steps pass unseen."""
    rng = np.random.default_rng(seed)
    shift = Shift(instance, team_on(instance), wrap=bool(rng.integers(2)))
    for _ in range(50):
        what = rng.random()
        if what < 0.15:
            shift.step(None)
            continue
        decision = shift.decide()
        if what < 0.3:
            decision = shift.decide()
        if what < 0.45:
            for _ in range(int(rng.integers(1, 4))):
                shift.step(None)
        else:
            shift.step(decision)
    shift.judged()


@settings(max_examples=40)
@given(floors, st.integers(0, 2**32 - 1))
def test_costs_of_any_kind(instance: Instance, seed: int) -> None:
    """Whatever the guidance says, and lengths of tasks estimated, not looked up."""
    rng = np.random.default_rng(seed)
    n = instance.map.blocked.size
    drive = rng.integers(1, 256, (n, 4)).astype(np.int32)
    rows, columns = np.divmod(np.arange(n, dtype=np.int32), instance.map.blocked.shape[1])
    xy = np.stack([columns, rows], axis=1).astype(np.int32)
    Shift(instance, team_on(instance, drive=drive, xy=xy)).run(25)


@settings(max_examples=30)
@given(floors, st.integers(0, 200))
def test_improved_as_long_as_there_is_time(instance: Instance, trials: int) -> None:
    shift = Shift(instance, team_on(instance))
    for _ in range(10):
        shift.team.observe(shift.world.observe())
        for _ in range(3):
            loss = shift.team.loss
            gained = shift.team.improve(trials)
            assert gained >= 0.0
            assert shift.team.loss == pytest.approx(loss - gained)
        shift.step(shift.team.decision())
    shift.judged()


ROOM = ["......", "......", "......", "......"]


@pytest.mark.parametrize(
    ("tasks", "most"),
    [
        ([[7], [7], [7]], 3),
        ([[14, 14, 14], [3], [3, 3]], 3),
        ([[0], [5], [18], [23]], 4),
        ([[9, 1, 9, 1, 9]], 1),
    ],
    ids=["all at one cell", "one cell again and again", "corners", "to and fro"],
)
def test_every_task_gets_done_and_then_there_is_none(tasks: list[list[int]], most: int) -> None:
    """More agents than tasks, some standing where tasks are."""
    instance = drawn(ROOM, [7, 14, 3, 20, 9], tasks)
    shift = Shift(instance, team_on(instance), wrap=False)
    assert shift.run(80) == most
    seen = shift.world.observe()
    assert seen.task.tolist() == [-1] * 5
    shift.run(5)


def test_the_smallest_floor() -> None:
    shift = Shift(drawn([".."], [0], [[0], [1, 0]]), team_on(drawn([".."], [0], [[0]])))
    assert shift.run(20) >= 6


def test_where_nobody_can_drive() -> None:
    """Cells that lead nowhere are no part of the floor."""
    instance = drawn(["..@."], [0], [[1], [3]])
    team = team_on(instance)
    with pytest.raises(
        InvalidInstance, match=r"task 1: no way leads from or to this cell .found 3"
    ):
        team.observe(seen_at(0, [0], [Task(0, 0, (1,)), Task(1, 0, (3,))]))
    with pytest.raises(InvalidInstance, match=r"cell: no way leads from or to this cell .found 3"):
        team.observe(seen_at(0, [3], []))


def test_alone_it_takes_the_shortest_way() -> None:
    """Six cells on, a turn, three down, and back again."""
    instance = drawn(["......."] * 4, [0], [[27], [0]], reveal=2.0)
    shift = Shift(instance, team_on(instance, depth=5), wrap=False)
    # The nearer first: it stands on the second task's cell. Then 6 + 1 + 3 steps.
    assert shift.run(11) == 2
    assert shift.run(1) == 2


def test_one_that_has_nothing_to_do_makes_way() -> None:
    """In a corridor, by the first pass alone; the other has been without a task for longer."""
    instance = drawn(["......"], [3, 0], [[1, 4]], reveal=1.0)
    shift = Shift(instance, team_on(instance, trials=0), wrap=False)
    assert shift.run(12) == 1
    assert {tuple(decision.task.tolist()) for decision in shift.decisions if decision} == {
        (-1, 0),
        (-1, -1),
    }


def test_much_more_gets_done_than_one_by_one() -> None:
    rng = np.random.default_rng(5)
    cells = rng.permutation(24)
    tasks = [rng.integers(0, 24, 3).tolist() for _ in range(40)]
    instance = drawn(ROOM, cells[:8].tolist(), tasks)
    world, slow = LeagueWorld(instance), OneByOne(instance.map.neighbours())
    for _ in range(150):
        world.apply(slow.decide(world.observe()))
    assert Shift(instance, team_on(instance)).run(150) > 2 * world.tasks_finished


def test_full_floor() -> None:
    """An agent on every cell: all that can move are rings."""
    instance = drawn(["...", "..."], list(range(6)), [[5], [0], [3]])
    shift = Shift(instance, team_on(instance))
    assert shift.run(60) > 0


def test_the_same_seed_decides_the_same() -> None:
    rng = np.random.default_rng(2)
    tasks = [rng.integers(0, 24, 2).tolist() for _ in range(20)]
    instance = drawn(ROOM, rng.permutation(24)[:12].tolist(), tasks)

    def actions(seed: int) -> list[list[int]]:
        shift = Shift(instance, team_on(instance, seed=seed))
        shift.run(30)
        return [decision.action.tolist() for decision in shift.decisions if decision]

    assert actions(1) == actions(1)
    assert actions(1) != actions(2)


def seen_at(step: int, cells: Sequence[int], revealed: Sequence[Task]) -> Observation:
    m = len(cells)
    none, zero = np.full(m, -1, dtype=np.int32), np.zeros(m, dtype=np.int32)
    return Observation(
        step, np.array(cells, dtype=np.int32), zero.copy(), none, zero, tuple(revealed), ()
    )


def test_a_task_told_twice_is_one_task() -> None:
    instance = drawn(["......"], [0, 3], [[5]])
    team = team_on(instance)
    for _ in range(3):
        team.observe(seen_at(0, [0, 3], [Task(0, 0, (5,))]))
        assert team.decision().task.tolist() == [-1, 0]


def test_a_task_lost_to_a_late_answer_is_handed_out_again() -> None:
    """Its agent has opened the one of before meanwhile; another agent gets it."""
    instance = drawn(["......"], [0, 5], [[2], [3]])
    team = team_on(instance)
    tasks = [Task(0, 0, (2, 0)), Task(1, 0, (3,))]
    team.observe(seen_at(0, [0, 5], tasks))
    assert team.decision().task.tolist() == [0, 1]
    opened = Observation(
        1, np.array([3, 0], np.int32), np.zeros(2, np.int32), np.array([0, -1], np.int32),
        np.array([1, 0], np.int32), (), (),
    )  # fmt: skip
    team.observe(opened)
    assert team.decision().task.tolist() == [0, 1]
    swapped = Observation(
        2, np.array([3, 0], np.int32), np.zeros(2, np.int32), np.array([-1, 1], np.int32),
        np.array([0, 0], np.int32), (), (0,),
    )  # fmt: skip
    team.observe(swapped)
    assert sorted(team.decision().task.tolist()) == [-1, 1]
