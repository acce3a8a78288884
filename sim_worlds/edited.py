"""A shift whose rules are edited while it runs, beside the same shift left alone."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from sim_worlds.edits import random_edits
from sim_worlds.obedience import Breach, Obedience
from sim_worlds.run import Outcome, ShiftRun
from sim_worlds.shift import Shift


@dataclass(frozen=True, slots=True)
class Edited:
    """What came of it: ``edges`` released under watch, ``breaches`` of rules from the planning
    cycle on in which they came, ``applied`` edits, and the outcome, which
    also tells those refused."""

    outcome: Outcome
    edges: int
    breaches: tuple[Breach, ...]
    applied: int


@dataclass(frozen=True, slots=True)
class Trial:
    """``retained`` is the share of lines per hour that is left with the edits."""

    edited: Edited
    alone: Outcome
    retained: float


def run_edited(shift: Shift, on_tick: Callable[[ShiftRun], None] | None = None) -> Edited:
    """Run to the end with an eye on every edge that is released."""
    run, watch = ShiftRun(shift), Obedience(shift.site)
    while not run.done:
        run.tick()
        rules = [record.rule for record in run.bridge.rulebook.rules()]
        watch.look(rules, run.commands, run.now_ms)
        if on_tick is not None:
            on_tick(run)
    return Edited(
        run.outcome(),
        watch.edges,
        tuple(watch.breaches),
        run.edits_applied,
    )


def trial(shift: Shift, edits: int, seed: int, until_ms: int) -> Trial:
    """The shift with ``edits`` random edits before ``until_ms``, and without."""
    drawn = random_edits(shift.site, edits, seed, until_ms)
    edited = run_edited(replace(shift, edits=drawn))
    alone = run_edited(replace(shift, edits=())).outcome
    share = (
        edited.outcome.kpis.lines_per_h / alone.kpis.lines_per_h if alone.kpis.lines_per_h else 0
    )
    return Trial(edited, alone, share)
