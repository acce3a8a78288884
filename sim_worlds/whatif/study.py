"""A study from its description to its answer; the command line and others call the same."""

from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sim_worlds.whatif.answer import DEFAULT_TARGETS, Answer, Combination, Target, answer, combined
from sim_worlds.whatif.futures import Future, Ground, Row, futures_of
from sim_worlds.whatif.journal import Journal
from sim_worlds.whatif.pool import run_on_processes, run_on_ray
from sim_worlds.whatif.vary import Axis


@dataclass(frozen=True, slots=True)
class Study:
    """``axes`` are varied over the ``ground``, each combination with seeds 1 to ``seeds``; of those
    that meet the ``targets`` the cheapest is the answer."""

    ground: Ground
    axes: tuple[Axis, ...]
    seeds: int = 3
    targets: tuple[Target, ...] = DEFAULT_TARGETS

    def futures(self) -> tuple[Future, ...]:
        """All that is to be run; :class:`InvalidStudy` if something cannot be."""
        return futures_of(self.ground, self.axes, self.seeds)


@dataclass(frozen=True, slots=True)
class Where:
    """``workers`` processes on this machine, or the Ray cluster at ``ray``."""

    workers: int = 1
    ray: str | None = None


@dataclass(frozen=True, slots=True)
class Findings:
    """The rows in the order of the study's futures (those that came to an end), the combinations
    and the answer."""

    rows: tuple[Row, ...]
    combinations: tuple[Combination, ...]
    answer: Answer


def run_study(
    study: Study,
    folder: Path,
    where: Where,
    tell: Callable[[Row], None] = lambda row: None,
) -> Findings:
    """Run what is not in the folder yet and judge all; rows are kept there as they come, so that
    the same call goes on after an interrupt. ``tell`` hears of every row, kept ones first."""
    futures = study.futures()
    with closing(Journal(folder, study.ground)) as journal:
        rows = journal.rows(futures)
        for row in rows.values():
            tell(row)
        missing = [future for future in futures if future not in rows]
        with closing(run_all(study.ground, missing, where)) as coming:
            for row in coming:
                journal.add(row)
                rows[row.future] = row
                tell(row)
    return judged(study, futures, rows)


def run_all(ground: Ground, futures: Sequence[Future], where: Where) -> Generator[Row, None, None]:
    """Rows as futures end, from processes or from Ray."""
    if not futures:
        return
    if where.ray is not None:
        yield from run_on_ray(ground, futures, where.ray, where.workers)
    else:
        yield from run_on_processes(ground, futures, where.workers)


def judged(study: Study, futures: Sequence[Future], rows: dict[Future, Row]) -> Findings:
    """What the rows say."""
    ordered = tuple(rows[future] for future in futures if future in rows)
    combinations = combined(ordered)
    return Findings(ordered, combinations, answer(combinations, study.targets))
