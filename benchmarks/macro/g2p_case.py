"""One run of the goods-to-person benchmark: a scenario, a rule, a fleet and a seed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from benchmarks.macro.g2p_free_flow import FreeDispatcher
from benchmarks.macro.g2p_plan import Part, scenario
from benchmarks.report import Row
from planner.assign.release import ReleaseRule
from planner.warehouse.site import StationRole
from sim_worlds.measure import HOUR_MS, Horizon, WindowKpis, measure
from sim_worlds.run import ShiftRun
from sim_worlds.shift import Shift

MINUTE_MS = 60_000
FREE_FLOW = ", free flow"


@dataclass(frozen=True, slots=True)
class Case:
    """What is run; the horizon in minutes, ``data`` the folder of the recorded orders; with
    ``free_flow`` robots ignore each other."""

    scenario: str
    rule: ReleaseRule
    robots: int
    seed: int
    warm_up_min: int
    window_min: int
    data: Path
    free_flow: bool = False

    @property
    def name(self) -> str:
        """Of the scenario, in tables."""
        return f"{self.scenario}{FREE_FLOW if self.free_flow else ''}"

    @property
    def key(self) -> str:
        """Names the case: the same key and source, the same figures."""
        return (
            f"{self.name}/{self.rule.value}/{self.robots}/{self.seed}/"
            f"{self.warm_up_min}+{self.window_min}"
        )

    @property
    def horizon(self) -> Horizon:
        """What is measured."""
        return Horizon(self.warm_up_min * MINUTE_MS, self.window_min * MINUTE_MS)

    @property
    def hours(self) -> float:
        """Site time of the whole run."""
        return (self.warm_up_min + self.window_min) / 60

    def shift(self) -> Shift:
        """Everything the run needs."""
        place = scenario(self.scenario, self.data)
        return place.shift(self.robots, self.seed, self.horizon, self.rule)


def cases_of(parts: Sequence[Part], data: Path) -> list[Case]:
    """Every case once; first all of the first seed, so that an interrupted run has all of it."""
    found = [
        Case(
            part.scenario,
            rule,
            robots,
            seed,
            part.warm_up_min,
            part.window_min,
            data,
            part.free_flow,
        )
        for part in parts
        for seed in range(1, part.seeds + 1)
        for robots in part.robots
        for rule in part.rules
    ]
    return sorted(dict.fromkeys(found), key=lambda case: case.seed)


def run_case(case: Case, told: Callable[[float], None] = lambda hours: None) -> Row:
    """Run it; ``told`` hears now and then how many hours of site time are done."""

    def on_tick(run: ShiftRun) -> None:
        if run.ticks % 120 == 0:
            told(run.now_ms / HOUR_MS)

    shift = case.shift()
    free = FreeDispatcher(shift.site, shift.dispatch) if case.free_flow else None
    kpis = measure(shift, case.horizon, on_tick, free)
    if case.free_flow:
        # They drive through each other: nothing to referee.
        kpis = replace(kpis, violations=0)
    return {
        "scenario": case.name,
        "rule": case.rule.value,
        "robots": case.robots,
        "seed": case.seed,
        "backlog_size": shift.backlog.size if shift.backlog is not None else 0,
        "warm_up_min": case.warm_up_min,
        "stations": sum(StationRole.PICK in station.roles for station in shift.site.stations),
        "pods": shift.site.pod_count,
        "energy_kwh": round(_energy_kwh(shift, kpis), 3),
        **dict(_rounded(kpis)),
    }


def _energy_kwh(shift: Shift, kpis: WindowKpis) -> float:
    """As if robots drove all the time they are on a visit: more than they really draw."""
    kind = shift.site.robot_types[0]
    watts = kpis.robot_use * kind.drive_w + (1 - kpis.robot_use) * kind.idle_w
    return len(shift.site.robots) * watts / 1000 * kpis.window_ms / HOUR_MS


def _rounded(kpis: WindowKpis) -> Iterator[tuple[str, float | int]]:
    for name, value in asdict(kpis).items():
        yield name, value if isinstance(value, int) else round(value, 4)
