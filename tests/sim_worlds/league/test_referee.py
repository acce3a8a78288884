"""The referee catches what is planted: one fault of every kind in an output that was sound."""

from collections.abc import Callable, Sequence

import msgspec
import pytest
from fakes.league_floors import drawn
from fakes.one_by_one import OneByOne

from sim_worlds.league.instance import Instance
from sim_worlds.league.output import Output
from sim_worlds.league.referee import judge
from sim_worlds.league.run import run_league
from sim_worlds.league.violations import Verdict, ViolationKind

Kind = ViolationKind
ROWS = [
    "......",
    ".@@@@.",
    "......",
    "......",
]
STARTS = [0, 5, 12]
TASKS = [[2, 4], [11, 17], [14, 20], [3], [23, 18, 0]]
STEPS = 120


@pytest.fixture(scope="module")
def instance() -> Instance:
    return drawn(ROWS, STARTS, TASKS)


@pytest.fixture(scope="module")
def sound(instance: Instance) -> Output:
    team = OneByOne(instance.map.neighbours())
    return run_league(instance, team.decide, STEPS, clock=lambda: 0.0).output


def test_a_sound_plan_passes(instance: Instance, sound: Output) -> None:
    verdict = judge(instance, sound)
    assert verdict == Verdict((), sound.num_task_finished, STEPS)
    assert verdict.tasks_finished > len(TASKS), "the file was begun anew"


def changed(output: Output, **fields: object) -> Output:
    return msgspec.structs.replace(output, **fields)


def kinds(instance: Instance, output: Output) -> set[ViolationKind]:
    return {violation.kind for violation in judge(instance, output).violations}


def plan(instance: Instance, paths: Sequence[str], schedule: Sequence[str] | None = None) -> Output:
    """An output that claims nothing but what it must."""
    agents = instance.team_size
    wanted = list(schedule or ["1:-1"] * agents)
    return Output("MAPF_T", agents, 0, [",".join(path) for path in paths], wanted)


@pytest.mark.parametrize(
    ("rows", "starts", "paths", "found"),
    [
        (["..", ".."], [1, 2], ["WF", "WW"], (Kind.OFF_MAP, 2, (0,), 1)),
        (["..", ".."], [0, 2], ["CF", "WW"], (Kind.OFF_MAP, 2, (0,), 0)),
        (["..", ".."], [0, 2], ["WW", "RF"], (Kind.OFF_MAP, 2, (1,), 2)),
        (["..", ".."], [2, 0], ["RRF", "WWW"], (Kind.OFF_MAP, 3, (0,), 2)),
        ([".@", ".."], [0, 2], ["F", "W"], (Kind.INTO_WALL, 1, (0,), 1)),
        (["...", "..."], [0, 1], ["F", "W"], (Kind.VERTEX_CONFLICT, 1, (0, 1), 1)),
        (["...", "..."], [0, 2], ["WWF", "CCF"], (Kind.VERTEX_CONFLICT, 3, (0, 1), 1)),
        (["...", "..."], [0, 1], ["WWF", "RRF"], (Kind.EDGE_CONFLICT, 3, (0, 1), 0)),
        (["..", "..", ".."], [0, 2], ["RF", "CF"], (Kind.EDGE_CONFLICT, 2, (0, 1), 0)),
    ],
    ids=[
        "end of a row",
        "top",
        "bottom",
        "begin of a row",
        "wall",
        "onto one who waits",
        "onto one cell",
        "swap in a row",
        "swap in a column",
    ],
)
def test_a_planted_collision_is_caught(
    rows: Sequence[str],
    starts: Sequence[int],
    paths: Sequence[str],
    found: tuple[ViolationKind, int, tuple[int, ...], int],
) -> None:
    floor = drawn(rows, starts, [[starts[0]]])
    seen = judge(floor, plan(floor, paths)).violations
    assert [(v.kind, v.step, v.agents, v.cell) for v in seen] == [found]


def test_followers_and_rings_are_no_conflict() -> None:
    floor = drawn(["..", ".."], [0, 1, 3, 2], [[0]])
    assert kinds(floor, plan(floor, ["WWF", "WRF", "RRF", "WCF"])) == set()
    row = drawn(["...."], [0, 1, 2], [[0]])
    assert kinds(row, plan(row, ["F", "F", "F"])) == set()


def test_after_a_bad_move_everyone_has_waited() -> None:
    """Were the first step carried out for the second agent, its next would leave the map."""
    floor = drawn(["..", ".."], [1, 2], [[0]])
    seen = judge(floor, plan(floor, ["FW", "FF"])).violations
    assert [(v.kind, v.step, v.agents) for v in seen] == [(Kind.OFF_MAP, 1, (0,))]


CORRIDOR = ["........"]


@pytest.mark.parametrize(
    ("schedule", "found"),
    [
        (["1:0", "1:0"], (Kind.TASK_TAKEN_TWICE, 1, (0, 1))),
        (["1:0", "1:3"], (Kind.TASK_NOT_IN_POOL, 1, (1,))),
        (["1:-2", "1:-1"], (Kind.TASK_NOT_IN_POOL, 1, (0,))),
        (["1:0,2:-1", "1:-1"], (Kind.OPENED_TASK_DROPPED, 2, (0,))),
        (["1:0,2:2", "1:-1"], (Kind.OPENED_TASK_DROPPED, 2, (0,))),
        (["1:0", "1:-1,2:0"], (Kind.TASK_TAKEN_TWICE, 2, (0, 1))),
        (["1:0", "1:1"], (Kind.TASK_NOT_IN_POOL, 3, (0,))),
    ],
    ids=[
        "taken twice",
        "not revealed yet",
        "no such task",
        "opened, then dropped",
        "opened, then exchanged",
        "opened, then another's",
        "finished, then kept",
    ],
)
def test_a_planted_schedule_is_caught(
    schedule: Sequence[str], found: tuple[ViolationKind, int, tuple[int, ...]]
) -> None:
    """Agent 0 opens task 0 in step 1 and is done in step 2; agent 1 stands where task 1 wants."""
    floor = drawn(CORRIDOR, [0, 5], [[1, 2], [4], [7], [6]])
    seen = judge(floor, plan(floor, ["FFW", "WWW"], schedule)).violations
    first = next(v for v in seen if v.kind is not Kind.WRONG_COUNT)
    assert (first.kind, first.step, first.agents) == found


def test_a_refused_schedule_leaves_the_old_one() -> None:
    floor = drawn(CORRIDOR, [0, 5], [[2], [4], [7], [6]])
    refused = plan(floor, ["FFW", "WWW"], ["1:0,2:1,3:-1", "1:-1,2:1,3:-1"])
    verdict = judge(floor, refused)
    assert verdict.tasks_finished == 1, "in step 2, by the schedule of step 1"
    assert [v.kind for v in verdict.violations] == [Kind.TASK_TAKEN_TWICE, Kind.WRONG_COUNT]


def edited(entry: int, change: Callable[[str], str]) -> Callable[[list[str]], list[str]]:
    def edit(lines: list[str]) -> list[str]:
        return [change(line) if i == entry else line for i, line in enumerate(lines)]

    return edit


Change = Callable[[Output], dict[str, object]]
FALSE_CLAIMS: dict[str, tuple[Change, ViolationKind]] = {
    "another action model": (lambda o: {"action_model": "MAPF"}, Kind.WRONG_COUNT),
    "another team size": (lambda o: {"team_size": 4}, Kind.WRONG_COUNT),
    "a task too many": (lambda o: {"num_task_finished": o.num_task_finished + 1}, Kind.WRONG_COUNT),
    "a step too few": (lambda o: {"makespan": STEPS - 1}, Kind.WRONG_COUNT),
    "a time-out": (lambda o: {"num_entry_timeouts": 1}, Kind.WRONG_COUNT),
    "an error": (lambda o: {"num_planner_errors": 1}, Kind.WRONG_COUNT),
    "a schedule error": (lambda o: {"num_schedule_errors": 1}, Kind.WRONG_COUNT),
    "a listed error": (lambda o: {"errors": [(0, 1, 7, "vertex conflict")]}, Kind.WRONG_ERRORS),
    "a listed schedule error": (
        lambda o: {"schedule_errors": [(3, 0, -1, 7, "task")]},
        Kind.WRONG_ERRORS,
    ),
    "another start": (
        lambda o: {"start": [(0, 1, "E"), *(o.start or [])[1:]]},
        Kind.WRONG_START,
    ),
    "another heading": (
        lambda o: {"start": [*(o.start or [])[:-1], (2, 0, "N")]},
        Kind.WRONG_START,
    ),
    "an agent too few": (lambda o: {"start": (o.start or [])[1:]}, Kind.WRONG_LENGTH),
    "a path too short": (
        lambda o: {"planner_paths": edited(1, lambda path: path[:-2])(o.planner_paths)},
        Kind.WRONG_LENGTH,
    ),
    "a path too few": (lambda o: {"planner_paths": o.planner_paths[1:]}, Kind.WRONG_LENGTH),
    "a schedule too few": (
        lambda o: {"planner_schedule": o.planner_schedule[1:]},
        Kind.WRONG_LENGTH,
    ),
    "a schedule too long": (
        lambda o: {
            "planner_schedule": edited(0, lambda s: f"{s},{STEPS + 1}:-1")(o.planner_schedule)
        },
        Kind.WRONG_LENGTH,
    ),
    "times of other steps": (
        lambda o: {"planner_times": (o.planner_times or [])[:-1]},
        Kind.WRONG_LENGTH,
    ),
    "actual paths too short": (
        lambda o: {"actual_paths": [path[:-2] for path in o.actual_paths or []]},
        Kind.WRONG_LENGTH,
    ),
    "an unknown action": (
        lambda o: {"planner_paths": edited(2, lambda path: "X" + path[1:])(o.planner_paths)},
        Kind.MALFORMED,
    ),
    "no comma": (
        lambda o: {"planner_paths": edited(2, lambda path: "WW" + path[2:])(o.planner_paths)},
        Kind.MALFORMED,
    ),
    "a schedule out of order": (
        lambda o: {"planner_schedule": edited(0, lambda s: f"{s},2:-1")(o.planner_schedule)},
        Kind.MALFORMED,
    ),
    "a schedule of words": (
        lambda o: {"planner_schedule": edited(0, lambda s: "one:two")(o.planner_schedule)},
        Kind.MALFORMED,
    ),
    "a move that was not made": (
        lambda o: {
            "actual_paths": edited(1, lambda path: path.replace("W", "F", 1))(o.actual_paths or [])
        },
        Kind.WRONG_ACTUAL_PATH,
    ),
    "another schedule in force": (
        lambda o: {
            "actual_schedule": edited(1, lambda s: s.replace("1:1", "1:2"))(o.actual_schedule or [])
        },
        Kind.WRONG_ACTUAL_SCHEDULE,
    ),
    "an errand too early": (
        lambda o: {"events": [(t - 1, *rest) for t, *rest in o.events or []]},
        Kind.UNFOUNDED_EVENT,
    ),
    "an errand twice": (
        lambda o: {"events": [*(o.events or []), (o.events or [])[0]]},
        Kind.UNFOUNDED_EVENT,
    ),
    "an errand by another": (
        lambda o: {"events": [(t, (a + 1) % 3, *rest) for t, a, *rest in o.events or []]},
        Kind.UNFOUNDED_EVENT,
    ),
    "an errand kept quiet about": (lambda o: {"events": (o.events or [])[1:]}, Kind.MISSING_EVENT),
    "a task left out": (lambda o: {"tasks": (o.tasks or [])[:-1]}, Kind.WRONG_TASK),
    "a task revealed earlier": (
        lambda o: {"tasks": [(i, 0, places) for i, _, places in o.tasks or []]},
        Kind.WRONG_TASK,
    ),
    "a task elsewhere": (
        lambda o: {"tasks": [(0, 0, [0, 2, 0, 3]), *(o.tasks or [])[1:]]},
        Kind.WRONG_TASK,
    ),
}


@pytest.mark.parametrize("claim", FALSE_CLAIMS)
def test_a_false_claim_is_caught(instance: Instance, sound: Output, claim: str) -> None:
    change, kind = FALSE_CLAIMS[claim]
    false = changed(sound, **change(sound))
    assert false != sound, "the mutation does nothing"
    assert kind in kinds(instance, false)


@pytest.mark.parametrize(
    "line", ["x:1", "1:x", "1", "1:0,1:-1", "0:0", "-1:0", "1:0,,3:-1", "1:--1", "1: 0"]
)
def test_a_schedule_that_is_none(line: str) -> None:
    floor = drawn(CORRIDOR, [0], [[3], [4]])
    verdict = judge(floor, plan(floor, ["WWW"], [line]))
    assert [v.kind for v in verdict.violations] == [Kind.MALFORMED]
    assert (verdict.steps, verdict.tasks_finished) == (0, 0)


def test_a_comma_at_the_end_is_read() -> None:
    """The start kit's own reference shows it."""
    floor = drawn(CORRIDOR, [0], [[3], [4]])
    assert kinds(floor, plan(floor, ["WWW"], ["1:0,2:-1,"])) == set()


def test_what_is_not_claimed_is_not_judged(instance: Instance, sound: Output) -> None:
    """Other tools leave out a lot."""
    least = Output(
        sound.action_model,
        sound.team_size,
        sound.num_task_finished,
        sound.planner_paths,
        sound.planner_schedule,
    )
    assert kinds(instance, least) == set()


@pytest.mark.parametrize("agent", range(3))
def test_any_action_left_out_is_noticed(instance: Instance, sound: Output, agent: int) -> None:
    """Every move of an agent's, turned into waiting: what follows from the plan changes, and some
    claim of the output is untrue."""
    actions = sound.planner_paths[agent].split(",")
    moves = [i for i, action in enumerate(actions) if action != "W"]
    assert moves
    for move in moves:
        path = ",".join([*actions[:move], "W", *actions[move + 1 :]])
        paths = edited(agent, lambda _, path=path: path)(sound.planner_paths)  # type: ignore[misc]
        verdict = judge(instance, changed(sound, planner_paths=paths))
        found = {
            v.agents[0]: v.step for v in verdict.violations if v.kind is Kind.WRONG_ACTUAL_PATH
        }
        assert found[agent] == move + 1


def test_errors_are_owned_up_to() -> None:
    """A step that broke a rule should be listed, and no other."""
    floor = drawn(["..", ".."], [1, 2], [[0]])
    crash = changed(plan(floor, ["FW", "WW"]), num_planner_errors=1)
    honest = judge(floor, changed(crash, errors=[(0, -1, 1, "unallowed move")]))
    assert [v.kind for v in honest.violations] == [Kind.OFF_MAP]
    wrong = judge(floor, changed(crash, errors=[(0, -1, 2, "unallowed move")])).violations
    assert [(v.kind, v.step, v.detail) for v in wrong[1:]] == [
        (Kind.WRONG_ERRORS, 1, "errors does not list it"),
        (Kind.WRONG_ERRORS, 2, "errors lists one"),
    ]


def test_steps_without_an_answer() -> None:
    floor = drawn(CORRIDOR, [0, 5], [[1, 2], [4], [7], [6]])
    late = changed(plan(floor, ["FTF", "WTW"], ["1:0", "1:-1"]), num_entry_timeouts=1)
    assert judge(floor, changed(late, num_task_finished=1)).violations == ()
    silent = changed(late, num_task_finished=1, num_entry_timeouts=0)
    assert kinds(floor, silent) == {Kind.WRONG_COUNT}


def test_it_tells_how_far_it_is(instance: Instance, sound: Output) -> None:
    told: list[tuple[int, int]] = []
    judge(instance, sound, on_step=lambda step, steps: told.append((step, steps)))
    assert told == [(step, STEPS) for step in range(1, STEPS + 1)]
