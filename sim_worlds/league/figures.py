"""The figures of a run: what a table shows and a result file keeps."""

import resource
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec
import numpy as np

from planner.warehouse.errors import InvalidPlan
from sim_worlds.league.atomic import replacing
from sim_worlds.league.instance import Instance
from sim_worlds.league.run import RunResult


@dataclass(frozen=True, slots=True)
class RunFigures:
    """Times are CPU time, of all threads together: ``planner_ms_*`` of one answer,
    ``start_up_s`` from the instance to the first question. ``over_budget`` counts answers that
    took longer than the budget, ``time_outs`` the steps in which everyone waited for a late one;
    ``peak_memory_mb`` is of the whole process."""

    instance: str
    agents: int
    cells: int
    mode: str
    seed: int
    steps: int
    tasks_finished: int
    tasks_per_step: float
    planner_ms_median: float
    planner_ms_p95: float
    planner_ms_max: float
    start_up_s: float
    peak_memory_mb: float
    planner_errors: int
    schedule_errors: int
    time_outs: int
    over_budget: int


def run_figures(
    instance: Instance,
    result: RunResult,
    *,
    mode: str,
    seed: int,
    start_up_s: float,
    budget_ms: float | None = None,
) -> RunFigures:
    """The figures of ``result``; without ``budget_ms`` no answer is over budget."""
    median, p95, most = np.percentile(result.planner_ms, [50, 95, 100]).tolist()
    budget_ms = np.inf if budget_ms is None else budget_ms
    return RunFigures(
        instance=instance.name,
        agents=instance.team_size,
        cells=instance.map.free_cells,
        mode=mode,
        seed=seed,
        steps=result.steps,
        tasks_finished=result.tasks_finished,
        tasks_per_step=round(result.tasks_finished / result.steps, 4),
        planner_ms_median=round(median, 3),
        planner_ms_p95=round(p95, 3),
        planner_ms_max=round(most, 3),
        start_up_s=round(start_up_s, 3),
        peak_memory_mb=peak_memory_mb(),
        planner_errors=result.refused_moves,
        schedule_errors=result.refused_schedules,
        time_outs=result.time_outs,
        over_budget=int((result.planner_ms > budget_ms).sum()),
    )


def peak_memory_mb() -> float:
    """The most memory this process has held at once, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return round(peak / 1e6 if sys.platform == "darwin" else peak * 1024 / 1e6, 1)


def write_figures(figures: RunFigures, path: Path) -> None:
    """Write the figures as JSON, whole or not at all.

    Raises :class:`InvalidPlan` if the file cannot be written.
    """
    text = msgspec.json.format(msgspec.json.encode(asdict(figures)), indent=1)
    try:
        with replacing(path) as draft:
            draft.write_bytes(text + b"\n")
    except OSError as error:
        raise InvalidPlan(
            f"cannot be written: {error.strerror}", field="result", value=str(path)
        ) from error
