"""Is a plan file true? An independent judge of the output of a run.

It replays what the planner asked for from the starts and compares every claim of the file with
what it sees. It shares no code with the world or with any planner.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from sim_worlds.league.instance import Instance
from sim_worlds.league.output import Output
from sim_worlds.league.plantext import Letters, read_paths, read_schedules
from sim_worlds.league.replay import Replay
from sim_worlds.league.violations import Verdict, Violation, ViolationKind


def judge(
    instance: Instance,
    output: Output,
    *,
    wrap: bool = True,
    on_step: Callable[[int, int], None] | None = None,
) -> Verdict:
    """Replay ``plannerPaths`` and ``plannerSchedule`` and check every claim that is made.

    A joint action or a schedule that breaks a rule is noted, and then counts as the rules say:
    everyone waits, or the old schedule stays. A file that cannot be replayed (a path missing or
    malformed) is not replayed. Without ``wrap`` the tasks of the file come once. ``on_step`` is
    told the step and how many there are.
    """
    agents = instance.team_size
    paths, wrong_paths = read_paths("plannerPaths", output.planner_paths, agents)
    schedule, wrong = read_schedules("plannerSchedule", output.planner_schedule, agents)
    if paths is None or schedule is None:
        return Verdict((*wrong_paths, *wrong), 0, 0)
    replay = Replay(instance, wrap=wrap)
    for step, letters in enumerate(paths, start=1):
        replay.play(step, letters, schedule.get(step, ()))
        if on_step is not None:
            on_step(step, len(paths))
    violations = replay.violations
    violations += [
        Violation(ViolationKind.WRONG_LENGTH, step, detail="plannerSchedule goes on too long")
        for step in sorted(schedule)
        if step > len(paths)
    ]
    for check in (_counts, _starts, _actual_paths, _actual_schedule, _errors, _events, _tasks):
        violations += check(replay, output, paths)
    return Verdict(tuple(violations), replay.finished, len(paths))


def _counts(replay: Replay, output: Output, paths: Letters) -> Iterator[Violation]:
    for field, claimed, counted in (
        ("actionModel", output.action_model, "MAPF_T"),
        ("teamSize", output.team_size, replay.agents),
        ("numTaskFinished", output.num_task_finished, replay.finished),
        ("makespan", output.makespan, len(paths)),
        ("numEntryTimeouts", output.num_entry_timeouts, len(replay.time_outs)),
        ("numPlannerErrors", output.num_planner_errors, _length(output.errors)),
        ("numScheduleErrors", output.num_schedule_errors, _length(output.schedule_errors)),
    ):
        if claimed is not None and counted is not None and claimed != counted:
            detail = f"{field} {claimed}, counted {counted}"
            yield Violation(ViolationKind.WRONG_COUNT, detail=detail)
    times = output.planner_times
    if times is not None and not 0 <= len(paths) - len(times) <= len(replay.time_outs):
        yield Violation(ViolationKind.WRONG_LENGTH, detail=f"plannerTimes of {len(times)} steps")


def _length(listed: Sequence[object] | None) -> int | None:
    return None if listed is None else len(listed)


def _starts(replay: Replay, output: Output, _: Letters) -> Iterator[Violation]:
    if output.start is None:
        return
    if len(output.start) != replay.agents:
        yield Violation(ViolationKind.WRONG_LENGTH, detail=f"start of {len(output.start)} agents")
        return
    for agent, (claimed, cell) in enumerate(
        zip(output.start, replay.instance.starts.tolist(), strict=True)
    ):
        if claimed != (*divmod(cell, replay.instance.map.width), "E"):
            detail = f"start {', '.join(map(str, claimed))}"
            yield Violation(ViolationKind.WRONG_START, agents=(agent,), cell=cell, detail=detail)


def _actual_paths(replay: Replay, output: Output, paths: Letters) -> Iterator[Violation]:
    """The first wrong action of each agent."""
    if output.actual_paths is None:
        return
    claimed, wrong = read_paths("actualPaths", output.actual_paths, replay.agents)
    yield from wrong
    if claimed is None:
        return
    if len(claimed) != len(paths):
        detail = f"actualPaths of {len(claimed)} steps"
        yield Violation(ViolationKind.WRONG_LENGTH, detail=detail)
        return
    true = np.where(paths == ord("T"), ord("W"), paths)
    true[[step - 1 for step in sorted(replay.waited)]] = ord("W")
    differs = claimed != true
    for agent in np.flatnonzero(differs.any(axis=0)).tolist():
        step = int(np.argmax(differs[:, agent]))
        detail = f"{chr(claimed[step, agent])}, not {chr(true[step, agent])}"
        yield Violation(ViolationKind.WRONG_ACTUAL_PATH, step + 1, (agent,), detail=detail)


def _actual_schedule(replay: Replay, output: Output, _: Letters) -> Iterator[Violation]:
    """The first wrong change of each agent."""
    if output.actual_schedule is None:
        return
    by_time, malformed = read_schedules("actualSchedule", output.actual_schedule, replay.agents)
    yield from malformed
    if by_time is None:
        return
    claimed: list[dict[int, int]] = [{} for _ in range(replay.agents)]
    for time, changes in by_time.items():
        for agent, task in changes:
            claimed[agent][time] = task
    for agent, (said, true) in enumerate(zip(claimed, replay.in_force, strict=True)):
        wrong = sorted(time for time, _ in said.items() ^ true.items())
        if wrong:
            detail = (
                f"task {said.get(wrong[0], 'unchanged')}, not {true.get(wrong[0], 'unchanged')}"
            )
            yield Violation(ViolationKind.WRONG_ACTUAL_SCHEDULE, wrong[0], (agent,), detail=detail)


def _errors(replay: Replay, output: Output, _: Letters) -> Iterator[Violation]:
    """Every refused step should be owned up to, and no other."""
    for field, listed, true in (
        ("errors", output.errors, replay.waited),
        ("scheduleErrors", output.schedule_errors, replay.refused),
    ):
        if listed is None:
            continue
        for step in sorted({int(error[-2]) for error in listed} ^ true):
            detail = f"{field} {'does not list it' if step in true else 'lists one'}"
            yield Violation(ViolationKind.WRONG_ERRORS, step, detail=detail)


def _events(replay: Replay, output: Output, _: Letters) -> Iterator[Violation]:
    if output.events is None:
        return
    claimed, true = Counter(output.events), Counter(replay.events)
    for kind, events in (
        (ViolationKind.UNFOUNDED_EVENT, claimed - true),
        (ViolationKind.MISSING_EVENT, true - claimed),
    ):
        for step, agent, task, done in sorted(events.elements()):
            yield Violation(kind, step, (agent,), detail=f"task {task}, errand {done}")


def _tasks(replay: Replay, output: Output, _: Letters) -> Iterator[Violation]:
    if output.tasks is None:
        return
    width = replay.instance.map.width
    claimed = Counter((id, step, tuple(places)) for id, step, places in output.tasks)
    true = Counter(
        (id, step, _places(replay.instance.errands_of(id), width))
        for id, step in enumerate(replay.revealed)
    )
    for detail, tasks in (("listed wrongly", claimed - true), ("not listed", true - claimed)):
        for id, step, _places_of in sorted(tasks.elements()):
            yield Violation(ViolationKind.WRONG_TASK, step, detail=f"task {id} {detail}")


def _places(errands: Sequence[int], width: int) -> tuple[int, ...]:
    return tuple(part for cell in errands for part in (cell // width, cell % width))
