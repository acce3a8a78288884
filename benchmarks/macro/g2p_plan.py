"""What ``make bench-g2p`` runs: scenarios, rules, fleets, seeds and horizons."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks.macro.g2p_fenggang import Fenggang
from benchmarks.macro.g2p_recorded import Recorded
from benchmarks.macro.g2p_scenarios import S1, Scenario
from benchmarks.report import ROOT
from planner.assign.release import ReleaseRule
from planner.warehouse.errors import InvalidOrder

DATA = ROOT.parent / "shared" / "data" / "orders"
"""Looked for beside the project."""
NAMES = ("s1", "s3", "s4", "s8", "fenggang")
_THREE = (ReleaseRule.JOINT, ReleaseRule.POD_MATCH, ReleaseRule.FIRST_COME_NEAREST)


def scenario(name: str, data: Path) -> Scenario:
    """The scenario of a name; ``data`` is the folder of the recorded orders. Raises
    :class:`InvalidOrder` for a name that is none."""
    known: dict[str, Scenario] = {
        "s1": S1(),
        "s3": Recorded(data, fleets=(30,), stations=10, backlog=200, thinned=True),
        "s4": Recorded(data, fleets=(30,), stations=6, backlog=100, thinned=False),
        "s8": S1(fleets=(16,), disturbed=True),
        "fenggang": Fenggang(),
    }
    if name not in known:
        raise InvalidOrder(
            "no such scenario", field="scenario", value=name, remedy=f"Known: {', '.join(NAMES)}."
        )
    return known[name]


@dataclass(frozen=True, slots=True)
class Part:
    """Every rule with every fleet and every seed from 1 to ``seeds``; the horizon in minutes; with
    ``free_flow`` robots ignore each other."""

    scenario: str
    rules: tuple[ReleaseRule, ...]
    robots: tuple[int, ...]
    seeds: int
    warm_up_min: int
    window_min: int
    free_flow: bool = False


FULL = (
    Part("s1", tuple(ReleaseRule), (16,), 5, 60, 480),
    Part("s1", _THREE, (4, 8, 12, 32), 5, 60, 480),
    Part("s1", _THREE, (16,), 3, 60, 240, free_flow=True),
    Part("s8", _THREE, (16,), 5, 60, 480),
    Part("s3", _THREE, (30,), 5, 60, 240),
    Part("s4", _THREE, (30,), 3, 60, 240),
    Part("fenggang", _THREE, (60,), 3, 60, 240),
)
"""Everything."""
QUICK = (
    Part("s1", tuple(ReleaseRule), (16,), 1, 10, 50),
    Part("s1", _THREE, (4, 8), 1, 10, 50),
    Part("s1", _THREE[:2], (32,), 1, 10, 30),
    Part("s1", _THREE[:1], (16,), 1, 10, 30, free_flow=True),
    Part("s8", _THREE[:2], (16,), 1, 10, 30),
    Part("s3", _THREE, (30,), 1, 10, 20),
    Part("s4", _THREE[:2], (30,), 1, 10, 20),
    Part("fenggang", _THREE[:2], (60,), 1, 10, 20),
)
"""What fits into ten minutes: to see that it works, not to quote."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A choice out of the plan; what is ``None`` or empty is as planned."""

    scenarios: tuple[str, ...] = ()
    rules: tuple[ReleaseRule, ...] = ()
    robots: tuple[int, ...] = ()
    seeds: int | None = None
    warm_up_min: int | None = None
    window_min: int | None = None

    def of(self, parts: Sequence[Part]) -> list[Part]:
        """Parts with what is wanted. Robots that are not planned are run all the same.

        Raises :class:`InvalidOrder` for a scenario that is none.
        """
        for name in self.scenarios:
            scenario(name, DATA)
        chosen = [part for part in parts if part.scenario in self.scenarios or not self.scenarios]
        found: list[Part] = []
        for part in chosen:
            robots = self.robots or part.robots
            rules = self.rules or part.rules
            seeds = part.seeds if self.seeds is None else self.seeds
            warm_up = part.warm_up_min if self.warm_up_min is None else self.warm_up_min
            window = part.window_min if self.window_min is None else self.window_min
            found.append(
                replace(
                    part,
                    robots=robots,
                    rules=rules,
                    seeds=seeds,
                    warm_up_min=warm_up,
                    window_min=window,
                )
            )
        return list(dict.fromkeys(found))
