"""The goals of the goods-to-person benchmark, and what holds of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from benchmarks.macro.g2p_costs import Assumptions
from benchmarks.macro.g2p_stats import Runs, Spread, number
from benchmarks.macro.g2p_walking import BEST, PLAIN
from benchmarks.report import Row

JOINT, POD_MATCH, NEAREST = "joint", "pod_match", "first_come_nearest"
AISLE_M = 25.0
USE = 0.9
"""Station use for which robots are counted."""
NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found, against what was wanted. ``holds`` is judged by the mean, or the worst seed
    where the goal is a bound for all."""

    what: str
    goal: str
    found: str
    holds: bool | None

    @property
    def row(self) -> Row:
        """To be printed."""
        words = {True: "holds", False: "does not hold", None: NOT_MEASURED}
        return {"what": self.what, "goal": self.goal, "found": self.found, "": words[self.holds]}


def verdicts(
    rows: Sequence[Row], walking: Sequence[Row], mega: Sequence[Row], costs: Assumptions
) -> list[Verdict]:
    """All goals, in the order in which they were set."""
    return [
        *_against_nearest(rows),
        *_against_pod_match(rows),
        *_absolute(rows),
        _ratio(rows, "s3", 30, POD_MATCH, "items_per_visit", "S3: items per visit", 1.15),
        *_against_walking(rows, walking, costs),
        _nobody_starves(rows),
        *_latency(mega),
    ]


def _judged(
    what: str, goal: str, spread: Spread | None, holds: Callable[[float], bool], digits: int = 2
) -> Verdict:
    if spread is None:
        return Verdict(what, goal, NOT_MEASURED, None)
    return Verdict(what, goal, spread.text(digits), holds(spread.mean))


def _ratio(
    rows: Sequence[Row], scenario: str, robots: int, rule: str, name: str, what: str, least: float
) -> Verdict:
    ours = Runs.of(rows, scenario, JOINT, robots)
    ratio = ours.ratio(Runs.of(rows, scenario, rule, robots), name)
    named = f"{what}, {robots} robots, x {rule}"
    return _judged(named, f">= {least:.2f}", ratio, lambda mean: mean >= least)


def _against_nearest(rows: Sequence[Row]) -> list[Verdict]:
    ours, theirs = (Runs.of(rows, "s1", rule, 16) for rule in (JOINT, NEAREST))
    metres = ours.ratio(theirs, "metres_per_item")
    return [
        _ratio(rows, "s1", 16, NEAREST, "items_per_h", "S1: items/h", 2.3),
        _judged(
            f"S1: m/item, 16 robots, x {NEAREST}", "<= 0.30", metres, lambda mean: mean <= 0.30
        ),
    ]


def _against_pod_match(rows: Sequence[Row]) -> list[Verdict]:
    found = [
        _ratio(rows, "s1", robots, POD_MATCH, "items_per_h", "S1: items/h", least)
        for robots, least in ((8, 1.0), (16, 1.05), (32, 1.0))
    ]
    ours = Runs.of(rows, "s1", JOINT, 16)
    late = ours.spread("late_share") if ours else None
    found.append(
        _judged("S1: late orders, 16 robots", "<= 0.005", late, lambda mean: mean <= 0.005, 4)
    )
    return found


def _absolute(rows: Sequence[Row]) -> list[Verdict]:
    ours = Runs.of(rows, "s1", JOINT, 16)
    items = ours.spread("items_per_h") if ours else None
    metres = ours.spread("metres_per_item") if ours else None
    needed = robots_needed(rows, "s1", JOINT)
    shown = Spread(needed, 0.0, 1) if needed is not None else None
    return [
        _judged("S1: items/h, 16 robots", ">= 1,370", items, lambda mean: mean >= 1_370, 0),
        _judged("S1: m/item, 16 robots", "<= 16", metres, lambda mean: mean <= 16, 1),
        _judged("S1: robots for 90 % station use", "<= 15", shown, lambda mean: mean <= 15, 1),
    ]


def robots_needed(rows: Sequence[Row], scenario: str, rule: str) -> float | None:
    """Robots for a station use of 90 %, between the fleets measured; the smallest one if it is
    enough, ``None`` if the largest is not."""
    fleets = sorted({int(number(row["robots"])) for row in rows if row["scenario"] == scenario})
    use = [
        (robots, runs.spread("station_use").mean)
        for robots in fleets
        for runs in (Runs.of(rows, scenario, rule, robots),)
        if runs
    ]
    if use and use[0][1] >= USE:
        return float(use[0][0])
    for (few, low), (many, high) in pairwise(use):
        if low < USE <= high:
            return few + (many - few) * (USE - low) / (high - low)
    return None


def _against_walking(
    rows: Sequence[Row], walking: Sequence[Row], costs: Assumptions
) -> list[Verdict]:
    return [
        verdict
        for way, judged in ((PLAIN, True), (BEST, False))
        for verdict in _walking(rows, walking, costs, way, judged)
    ]


def _walking(
    rows: Sequence[Row], walking: Sequence[Row], costs: Assumptions, way: str, judged: bool
) -> list[Verdict]:
    """The goals are meant against the usual way to walk; the best one stands beside it."""
    ours = Runs.of(rows, "s1", JOINT, 16).rows
    theirs = {row["seed"]: row for row in walking if row["scenario"] == "s1" and row["way"] == way}
    pairs = [(row, theirs[seed]) for seed, row in ours.items() if seed in theirs]
    lines = [
        number(row["lines_per_h"]) / number(row["stations"]) / number(walk["lines_per_picker_h"])
        for row, walk in pairs
    ]
    money = [cost_ratio(row, walk, costs) for row, walk in pairs]
    name = f"walking, cart of 12 ({way})"
    found = [
        _judged(f"S1: lines per picker-hour, 16 robots, x {name}", ">= 3.50",
                Spread.of(lines) if lines else None, lambda mean: mean >= 3.5),
        _judged(f"S1: cost per line, 16 robots, x {name}", "<= 0.60",
                Spread.of(money) if money else None, lambda mean: mean <= 0.6),
    ]  # fmt: skip
    return found if judged else [_unjudged(verdict) for verdict in found]


def _unjudged(verdict: Verdict) -> Verdict:
    return Verdict(verdict.what, "(no goal)", verdict.found, verdict.holds)


def cost_ratio(row: Row, walk: Row, costs: Assumptions) -> float:
    """Yuan per line with robots to yuan per line walking, at the same lines per hour."""
    return cost_per_line(row, costs) / walking_cost_per_line(row, walk, costs)


def cost_per_line(row: Row, costs: Assumptions) -> float:
    """Yuan per line of a run."""
    return costs.robots_per_line(
        number(row["window_ms"]) / 3_600_000,
        number(row["lines"]),
        robots=int(number(row["robots"])),
        stations=int(number(row["stations"])),
        pods=int(number(row["pods"])),
        energy_kwh=number(row["energy_kwh"]),
    )


def walking_cost_per_line(row: Row, walk: Row, costs: Assumptions) -> float:
    """Yuan per line if people walked for the lines of a run."""
    lines_per_h, each = number(row["lines_per_h"]), number(walk["lines_per_picker_h"])
    return costs.walking_per_line(lines_per_h, each, number(walk["aisles"]) * AISLE_M)


def _nobody_starves(rows: Sequence[Row]) -> Verdict:
    what = "S1: oldest order, 16 robots, x p99 age of first_come_nearest"
    ours, theirs = (Runs.of(rows, "s1", rule, 16) for rule in (JOINT, NEAREST))
    seeds = [seed for seed in ours.rows if seed in theirs.rows]
    worst = [
        max(number(ours.rows[seed]["age_max_s"]), number(ours.rows[seed]["oldest_open_s"]))
        / (number(theirs.rows[seed]["age_p99_s"]) or 1.0)
        for seed in seeds
    ]
    shown = Spread(max(worst), 0.0, 1) if worst else None
    return _judged(what, "<= 2.00", shown, lambda mean: mean <= 2)


def _latency(mega: Sequence[Row]) -> list[Verdict]:
    found = []
    for decision, most_ms in (("order release", 1_000), ("robot assignment", 250)):
        times = [number(row["p99_ms"]) for row in mega if row["decision"] == decision]
        shown = Spread(max(times), 0.0, 1) if times else None
        found.append(
            _judged(f"S7: {decision}, p99 CPU ms", f"<= {most_ms:,}", shown,
                    lambda mean, most_ms=most_ms: mean <= most_ms, 0)  # type: ignore[misc]
        )  # fmt: skip
    peaks = [number(row["peak_mb"]) for row in mega]
    shown = Spread(max(peaks), 0.0, 1) if peaks else None
    found.append(_judged("S7: memory, MB", "<= 2,000", shown, lambda mean: mean <= 2_000, 0))
    return found
