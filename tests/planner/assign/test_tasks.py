"""Who has which task: consistent whatever happens, stable, and nobody waits for ever."""

from dataclasses import replace

import numpy as np
import pytest
from fakes.crowded_floors import floors, neighbours_of
from fakes.plain_dijkstra import NO_WAY, dijkstra
from hypothesis import given, settings
from hypothesis import strategies as st

from planner.assign.tasks import AssignmentParams, TaskAssignment
from planner.roadmap.access import Int32Array
from planner.roadmap.costtogo import FAR

WEIGHT = 5
UNHURRIED = AssignmentParams(WEIGHT, patience_cycles=1e9)
THOROUGH = replace(UNHURRIED, margin=0, rounds=1000, effort=10**9)


class Shift:
    """Agents on a floor, the tasks they know, and costs looked up in the plainest way."""

    def __init__(
        self,
        neighbours: Int32Array,
        nodes: list[int],
        params: AssignmentParams,
        rng: np.random.Generator | None = None,
    ):
        n, m = len(neighbours), len(nodes)
        self.params = params
        self.drive = np.full((n, 4), 8, dtype=np.int32)
        if rng is not None:
            self.drive = rng.integers(1, 30, (n, 4)).astype(np.int32)
        self.to_go = [dijkstra(neighbours, self.drive, 8, goal) for goal in range(n)]
        self.assignment = TaskAssignment(neighbours, self.drive, 8, m, params)
        self.node = np.array(nodes, dtype=np.int32)
        self.heading = np.zeros(m, dtype=np.int32)
        self.pickup: dict[int, int] = {}
        self.length: dict[int, int] = {}
        self.busy = np.zeros(m, dtype=np.bool_)
        self.task = np.full(m, -1, dtype=np.int32)
        self.step = 0

    def reveal(self, task: int, pickup: int, length: int = 0) -> None:
        self.pickup[task], self.length[task] = pickup, length
        self.assignment.reveal(task, pickup, length, self.step)

    def start(self, agent: int) -> int:
        """An agent opens its task."""
        task = int(self.task[agent])
        self.assignment.started(task)
        del self.pickup[task], self.length[task]
        self.busy[agent] = True
        return task

    def assign(self) -> list[int]:
        self.assignment.busy(self.busy)
        to_pickup = [
            min(self.cost(agent, task), FAR) if task in self.pickup else FAR
            for agent, task in enumerate(self.task.tolist())
        ]
        self.task = self.assignment.assign(
            self.step, self.node.copy(), self.heading.copy(), np.array(to_pickup, dtype=np.int32)
        )
        self.step += 1
        tasks: list[int] = self.task.tolist()
        return tasks

    def cost(self, agent: int, task: int) -> int:
        """To the first errand."""
        return self.to_go[self.pickup[task]][int(self.node[agent]) * 4 + int(self.heading[agent])]

    def price(self, agent: int, task: int) -> int:
        return WEIGHT * self.cost(agent, task) + self.length[task]

    def check(self) -> None:
        """Every task has one agent at most, and only free agents have one that is known."""
        taken = [task for task in self.task.tolist() if task >= 0]
        assert len(taken) == len(set(taken))
        assert set(taken) <= self.pickup.keys()
        assert all(self.task[self.busy] == -1)

    def blocking_pairs(self) -> list[tuple[int, int]]:
        """Agents and tasks that would both rather have each other, by more than the margin."""
        holder = {task: agent for agent, task in enumerate(self.task.tolist()) if task >= 0}
        found = []
        for agent in np.flatnonzero(~self.busy).tolist():
            own = int(self.task[agent])
            for task in self.pickup.keys() - {own}:
                if self.cost(agent, task) == NO_WAY:
                    continue
                price = self.price(agent, task) + self.params.margin
                rather = own < 0 or price < self.price(agent, own)
                if rather and (task not in holder or price < self.price(holder[task], task)):
                    found.append((agent, task))
        return found


@st.composite
def shifts(draw: st.DrawFn, params: AssignmentParams) -> tuple[Shift, np.random.Generator]:
    neighbours = draw(floors(5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    m = draw(st.integers(1, min(8, len(neighbours))))
    shift = Shift(neighbours, rng.permutation(len(neighbours))[:m].tolist(), params, rng)
    shift.heading[:] = rng.integers(0, 4, m)
    return shift, rng


def reveal_some(shift: Shift, rng: np.random.Generator, first: int, most: int = 8) -> int:
    for task in range(first, first + int(rng.integers(0, most))):
        shift.reveal(task, int(rng.integers(len(shift.to_go))), int(rng.integers(0, 300)))
        first = task + 1
    return first


@settings(max_examples=60)
@given(shifts(THOROUGH))
def test_at_first_no_pair_would_both_rather_have_each_other(
    case: tuple[Shift, np.random.Generator],
) -> None:
    shift, rng = case
    reveal_some(shift, rng, 0, most=14)
    shift.assign()
    shift.check()
    assert shift.blocking_pairs() == []


@settings(max_examples=60)
@given(st.sampled_from([0, 40]).flatmap(lambda margin: shifts(replace(THOROUGH, margin=margin))))
def test_it_comes_to_rest_and_then_no_pair_would(case: tuple[Shift, np.random.Generator]) -> None:
    """Everybody moves on, tasks come and are opened; then nothing more happens."""
    shift, rng = case
    m, known = len(shift.node), 0
    for _ in range(3):
        known = reveal_some(shift, rng, known)
        shift.assign()
        for agent in np.flatnonzero((shift.task >= 0) & (rng.random(m) < 0.2)).tolist():
            shift.start(agent)
        shift.busy &= rng.random(m) < 0.8
        shift.node = rng.permutation(len(shift.to_go))[:m].astype(np.int32)
        # An agent that cannot reach its task from where it is now is no fair case.
        shift.heading = rng.integers(0, 4, m, np.int32)
    before: list[int] = []
    for _ in range(30):
        before, after = shift.task.tolist(), shift.assign()
        shift.check()
        if before == after:
            break
    else:
        pytest.fail("still changing")
    reached = all(shift.cost(a, t) < NO_WAY for a, t in enumerate(after) if t >= 0)
    assert shift.blocking_pairs() == [] or not reached


@settings(max_examples=60)
@given(
    st.sampled_from(
        [AssignmentParams(), AssignmentParams(patience_cycles=0.0, overdue_share=1.0), UNHURRIED]
    ).flatmap(shifts)
)
def test_consistent_whatever_happens(case: tuple[Shift, np.random.Generator]) -> None:
    """Tasks are revealed, opened and done at random, once and again."""
    shift, rng = case
    m, known = len(shift.node), 0
    for _ in range(25):
        known = reveal_some(shift, rng, known, most=5)
        for agent in np.flatnonzero(~shift.busy & (shift.task >= 0)).tolist():
            if rng.random() < 0.3:
                task = shift.start(agent)
                shift.assignment.started(task)  # told twice
        shift.busy &= rng.random(m) < 0.7
        shift.node = rng.permutation(len(shift.to_go))[:m].astype(np.int32)
        shift.heading = rng.integers(0, 4, m, np.int32)
        shift.assign()
        shift.check()
        free = np.flatnonzero(~shift.busy & (shift.task < 0)).tolist()
        open_tasks = shift.pickup.keys() - set(shift.task.tolist())
        in_reach = [(a, t) for a in free for t in open_tasks if shift.cost(a, t) < NO_WAY]
        assert in_reach == [], "nobody is without a task that could have one"
    started = known - len(shift.pickup)
    overdue = shift.assignment.overdue_started
    assert overdue <= 1 + shift.params.overdue_share * started


def corridor(nodes: list[int], params: AssignmentParams = UNHURRIED, cells: int = 20) -> Shift:
    return Shift(neighbours_of(["." * cells]), nodes, params)


def test_nothing_to_do() -> None:
    shift = corridor([3, 7])
    assert shift.assign() == [-1, -1]
    shift.reveal(5, 7)
    assert shift.assign() == [-1, 5]
    shift.start(1)
    assert shift.assign() == [-1, -1]


def test_nobody_free() -> None:
    shift = corridor([3, 7])
    shift.busy[:] = True
    shift.reveal(0, 3)
    assert shift.assign() == [-1, -1]
    shift.busy[1] = False
    assert shift.assign() == [-1, 0]


def test_all_tasks_at_one_cell() -> None:
    shift = corridor([0, 4, 8])
    for task in range(100):
        shift.reveal(task, 6, task)
    assert sorted(shift.assign()) == [0, 1, 2]
    taken = shift.assign()
    assert taken[1] == 0, "the nearest faces it and takes the shortest"
    for opened in range(97):
        agent = opened % 3
        shift.start(agent)
        shift.busy[:] = False
        shift.assign()
        shift.check()
        assert (shift.task >= 0).all()
    assert len(shift.pickup) == 3


def test_the_near_task_before_the_far_one_and_the_short_before_the_long() -> None:
    shift = corridor([0])
    shift.reveal(0, 10)
    shift.reveal(1, 5)
    assert shift.assign() == [1]
    shift = corridor([0])
    shift.reveal(0, 5, 1000)
    shift.reveal(1, 6, 100)
    assert shift.assign() == [1]


@pytest.mark.parametrize(("weight", "wanted"), [(1, 1), (5, 0)])
def test_the_weight_of_the_way_there(weight: int, wanted: int) -> None:
    """Two cells nearer, 48 longer."""
    shift = corridor([0], AssignmentParams(weight, patience_cycles=1e9))
    shift.reveal(0, 4, 48)
    shift.reveal(1, 6, 0)
    assert shift.assign() == [wanted]


def test_a_new_task_goes_to_whoever_gains_and_frees_the_old_one() -> None:
    shift = corridor([0, 4])
    shift.reveal(0, 12)
    assert shift.assign() == [-1, 0]
    shift.reveal(1, 5)
    assert shift.assign() == [0, 1]


@pytest.mark.parametrize(("margin", "taken"), [(199, True), (200, False)])
def test_taken_away_only_by_one_who_is_better_by_the_margin(margin: int, taken: bool) -> None:
    """Five cells nearer, at 5 times 8 each."""
    shift = corridor([0, 5], replace(UNHURRIED, margin=margin))
    shift.busy[1] = True
    shift.reveal(0, 10)
    assert shift.assign() == [0, -1]
    shift.busy[1] = False
    assert shift.assign() == ([-1, 0] if taken else [0, -1])


def test_one_on_its_way_looks_round_for_something_nearer() -> None:
    """Driving past a task that another has let go of."""
    shift = corridor([0, 9])
    shift.reveal(0, 3)
    shift.reveal(1, 10)
    assert shift.assign() == [0, 1]
    shift.node[:] = 11, 4
    shift.heading[:] = 2
    assert shift.assign() == [1, 0]


def test_an_agent_that_opened_another_task_than_it_was_given_lets_go_of_that() -> None:
    """An answer came too late: the task of before is in force, and is opened."""
    shift = corridor([0, 10])
    shift.reveal(0, 1)
    shift.reveal(1, 12)
    assert shift.assign() == [0, 1]
    shift.assignment.started(1)  # by agent 0
    shift.busy[0] = True
    assert shift.assign() == [-1, 0]


def shift_with_a_far_task(share: float, steps: int = 400) -> tuple[int | None, int]:
    """One agent, a long task at the far end and a short one next to it again and again, done in
    four steps each. Step in which the far one is started, and how many are in all."""
    shift = corridor([0], AssignmentParams(patience_cycles=10.0, overdue_share=share), cells=30)
    shift.reveal(0, 29, 5000)
    started = 0
    for step in range(0, steps, 4):
        shift.step = step
        if 1 not in {min(task, 1) for task in shift.pickup}:
            shift.reveal(1 + step, 1)
        shift.assign()
        started += 1
        if shift.start(0) == 0:
            return step, started
        shift.busy[0] = False
    return None, started


def test_a_far_and_long_task_is_done_in_time() -> None:
    assert shift_with_a_far_task(share=0.0, steps=4)[0] is None
    step, started = shift_with_a_far_task(share=0.15)
    assert step is not None
    assert 10 <= started <= 14, "ten cycles have passed"


def test_overdue_ones_are_a_share_of_all_that_start() -> None:
    """Every task is overdue at once: then few of those started are chosen by age."""
    shift = corridor([0], AssignmentParams(patience_cycles=0.0, overdue_share=0.1), cells=30)
    for task in range(300):
        shift.reveal(task, task % 30, 100 * (task % 7))
    by_age = []
    for step in range(200):
        shift.step = 10 + step
        shift.assign()
        by_age.append(shift.start(0))
        shift.busy[0] = False
        overdue = shift.assignment.overdue_started
        assert overdue <= 1 + 0.1 * len(by_age)
    assert shift.assignment.overdue_started >= 15


def test_an_overdue_task_goes_to_the_nearest_whatever_it_has() -> None:
    shift = corridor([0, 12], AssignmentParams(patience_cycles=0.1, overdue_share=1.0))
    shift.reveal(0, 9, 9000)
    shift.reveal(1, 13)
    shift.reveal(2, 0)
    assert shift.assign() == [2, 1]
    shift.step = 100
    shift.heading[1] = 2
    assert shift.assign() == [2, 0]
    assert shift.assignment.overdue_started == 0, "not opened yet"
    shift.start(1)
    assert shift.assignment.overdue_started == 1


def test_an_overdue_task_is_taken_away_only_by_one_who_is_nearer() -> None:
    shift = corridor([0, 12], AssignmentParams(patience_cycles=0.1, overdue_share=1.0))
    shift.busy[0] = True
    shift.reveal(0, 5, 9000)
    shift.step = 100
    assert shift.assign() == [-1, 0]
    shift.reveal(1, 12)
    assert shift.assign() == [-1, 0], "whatever else it could do"
    shift.busy[0] = False
    shift.node[0], shift.heading[0] = 19, 2
    assert shift.assign() == [1, 0]
    shift.busy[0], shift.task[0] = True, -1
    shift.assignment.started(1)
    del shift.pickup[1]
    shift.assign()
    shift.busy[0] = False
    shift.node[0], shift.heading[0] = 4, 0
    assert shift.assign() == [0, -1]
