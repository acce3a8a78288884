"""Runs the cases in worker processes; what is done is kept, so that a run can be gone on with."""

import hashlib
import json
import subprocess
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.macro.g2p_case import Case, run_case
from benchmarks.report import ROOT, Row

KEPT = ROOT / "var" / "bench-g2p.jsonl"
"""Finished runs, one a line, each with the source it was measured on."""
CODE = ("planner", "sim_worlds", "wms_bridge", "benchmarks/macro")
FAILED = "failed"
"""The only column of a run that came to no end."""
_POLL_S = 0.5
_hours: Any = None
"""Hours of site time done by each case; shared by the workers."""


def source() -> str:
    """The commit, and a digest of what was changed in the code since."""

    def git(*arguments: str) -> str:
        done = subprocess.run(("git", *arguments), cwd=ROOT, capture_output=True, text=True)
        return done.stdout.strip()

    changed = git("diff", "HEAD", "--", *CODE)
    digest = hashlib.sha256(changed.encode()).hexdigest()[:12] if changed else ""
    return f"{git('rev-parse', 'HEAD')}+{digest}" if digest else git("rev-parse", "HEAD")


def kept_rows(file: Path, of: str) -> dict[str, Row]:
    """Rows of finished cases of this source, by key; a line cut short counts for nothing."""
    rows: dict[str, Row] = {}
    if file.is_file():
        for line in file.read_text().splitlines():
            try:
                entry = json.loads(line)
            except ValueError:
                continue
            if entry["source"] == of:
                rows[entry["key"]] = entry["row"]
    return rows


def keep(file: Path, of: str, case: Case, row: Row) -> None:
    """Put a finished case down, on a line of its own even after one that was cut short."""
    file.parent.mkdir(parents=True, exist_ok=True)
    with file.open("a") as lines:
        lines.write("\n" + json.dumps({"source": of, "key": case.key, "row": dict(row)}))


def measured_rows(
    cases: Sequence[Case],
    workers: int,
    known: dict[str, Row],
    on_progress: Callable[[float, int], None],
) -> Iterator[tuple[Case, Row, bool]]:
    """Case, row and whether it is new, as they are done; the row of one that fails says why in
    ``FAILED``. ``on_progress`` is told now and then how many hours of site time and how many cases
    are done."""
    done_h, done = 0.0, 0
    todo = []
    for case in cases:
        if case.key in known:
            done_h, done = done_h + case.hours, done + 1
            yield case, known[case.key], False
        else:
            todo.append(case)
    context = get_context("spawn")
    hours = context.Array("d", len(todo) or 1)
    with ProcessPoolExecutor(workers, context, _begin, (hours,), max_tasks_per_child=1) as pool:
        futures = {pool.submit(_measure, number, case): case for number, case in enumerate(todo)}
        try:
            yield from _as_done(
                futures, lambda new: on_progress(done_h + sum(hours[:]), done + new)
            )
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _as_done(
    futures: dict[Future[Row], Case], on_progress: Callable[[int], None]
) -> Iterator[tuple[Case, Row, bool]]:
    open_ = set(futures)
    while open_:
        finished, open_ = wait(open_, _POLL_S, FIRST_COMPLETED)
        on_progress(len(futures) - len(open_))
        for future in finished:
            yield futures[future], _row_of(future), True


def _row_of(future: Future[Row]) -> Row:
    """What was measured, or a row that only says why nothing was: the others go on."""
    error = future.exception()
    if error is None:
        return future.result()
    return {FAILED: f"{type(error).__name__}: {error}"}


def _begin(hours: Any) -> None:
    global _hours
    _hours = hours


def _measure(number: int, case: Case) -> Row:
    def told(hours: float) -> None:
        _hours[number] = hours

    row = run_case(case, told)
    told(case.hours)
    return row
