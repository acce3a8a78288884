"""What robots that count should look at next, and whether they are in the way of those that pick.

First, on the medium floor without traffic: robots look at pods for half an hour, by most
information per metre (as the dispatcher does), nearest first, and round-robin. All have the same
budget and see what they pass. Slots were last settled at random times in the last 60 days, SKUs are
asked for by Zipf's law, and some slots have had a short pick or have run empty. Then whole shifts
on the small site, the same orders with and without robots that count. ``python -m
benchmarks.micro.count_planning``; QUICK=1 is shorter.
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random

import numpy as np
from rich.progress import track

sys.path.insert(0, str(Path(__file__).parents[2]))
from benchmarks.report import Row, print_table, publish, quick
from planner.assign.counting import (
    HOUR_MS,
    AbcClass,
    CountingParams,
    Doubt,
    FloatArray,
    LookBudget,
    abc_classes,
    best_looks,
    information,
)
from planner.dispatch.params import DispatchParams
from planner.dispatch.phases.routing import ways_alone
from planner.dispatch.state import Robot
from planner.dispatch.step import Dispatcher
from planner.dispatch.turn import Turn
from planner.warehouse.counts import EvidenceKind
from planner.warehouse.ids import RobotId, Sku
from sim_worlds.run import run_shift
from sim_worlds.shift import COUNTER, generated_shift, with_counters
from sim_worlds.sites.catalogue import load_site

SEED = 1
DAY_MS = 24 * HOUR_MS
COUNTERS = 4
TRIGGERS = 0.01
"""Share of slots that a pick came out short of, or emptied."""
PARAMS = CountingParams(looks_per_h=4 * 150, burst=8)
"""A budget that four robots that drive little can use up."""
RIGHTS = PARAMS.rights((EvidenceKind.RFID, EvidenceKind.CAMERA))

Rule = Callable[["Round", int], int]
"""From a robot's number to the number of the pod that it looks at next."""


def main() -> None:
    hours, seeds = (0.25, 1) if quick() else (0.5, 3)
    rules: dict[str, Rule] = {
        "information per metre": most_per_metre,
        "nearest first": nearest_first,
        "round-robin": round_robin,
    }
    played = {
        name: [play(rule, hours, SEED + seed) for seed in range(seeds)]
        for name, rule in track(rules.items(), "rules", transient=True)
    }
    rows = [looks_row(name, found, hours) for name, found in played.items()]
    ours, *others = rows
    ratios = {
        f"bits per {unit} against {row['rule']}": float(ours[f"bits/{unit}"])
        / float(row[f"bits/{unit}"])
        for row in others
        for unit in ("h", "km", "km of time")
    }
    print_table("count planning, ratios", [ratios])
    shifts = [shift_row(orders, seed) for orders, seed in shift_sizes()]
    print_table("orders with and without robots that count", shifts)
    publish(
        "count_planning",
        [*rows, *shifts],
        seed=SEED,
        packages=("numpy",),
        parameters={"hours": hours, "counters": COUNTERS, "looks/h": PARAMS.looks_per_h, **ratios},
        notes=(
            "bits: information gathered about slots, by the weights of their classes. wrong found: "
            "expected number of slots with wrong books among those looked at, or passed times "
            "what passing tells. km of time: standing for a look counts as driving, as it does in "
            "the rule. Travel times are those of a robot alone.",
            "Shifts: age of orders in s with no and with two robots that count, same orders.",
        ),
        shown=rows,
    )


@dataclass(slots=True)
class Round:
    """Pods with the bits and the wrong books that a look would find, and robots on their way."""

    turn: Turn
    nodes: list[int]
    bits: FloatArray
    wrong: FloatArray
    robots: list[Robot]
    at_first: float
    """Bits before anybody looked."""
    next_pod: int = 0
    gathered: float = 0.0
    found: float = 0.0
    metres: float = 0.0
    looks: int = 0

    def travel_ms(self, robot: int, pod: int) -> tuple[int, int]:
        """To the nearer place beside a pod, and which."""
        floor, who = self.turn.floor, self.robots[robot]
        pace = floor.pace(who.type, False)
        state = who.node * 4 + who.heading
        places = floor.sights.places[self.nodes[pod]]
        return min((int(floor.distances.to(p, False, pace)[state]), p) for p in places)

    def look(self, robot: int, pod: int) -> int:
        """Go there and look; how long it takes (ms)."""
        floor, who = self.turn.floor, self.robots[robot]
        travel_ms, place = self.travel_ms(robot, pod)
        (way,) = ways_alone(self.turn, who, [place])
        number = {node: index for index, node in enumerate(self.nodes)}
        seen = {number[s] for n in way for s in floor.sights.spots.get(n, ()) if s in number}
        for passed in sorted(seen - {pod}):
            self._learn(passed, PARAMS.passing)
        self._learn(pod, 1.0)
        heading = who.heading if len(way) < 2 else floor.heading_between(way[-2], way[-1])
        self.robots[robot] = replace(who, node=place, heading=heading)
        self.metres += len(way) * floor.site.pitch_m
        self.looks += 1
        assert COUNTER.scanner is not None
        return travel_ms + round(1000 * COUNTER.scanner.dwell_s)

    def _learn(self, pod: int, share: float) -> None:
        self.gathered += share * self.bits[pod]
        self.found += share * self.wrong[pod]
        self.bits[pod] *= 1 - share
        self.wrong[pod] *= 1 - share


def play(rule: Rule, hours: float, seed: int) -> Round:
    """Robots look one after the other, whoever is ready first, within the budget."""
    played = begun(seed)
    budget = LookBudget.full(PARAMS)
    ready_ms = [0] * COUNTERS
    while True:
        robot = int(np.argmin(ready_ms))
        now_ms = ready_ms[robot]
        if now_ms >= hours * HOUR_MS:
            return played
        budget = budget.at(now_ms, PARAMS)
        if not budget.looks:
            ready_ms[robot] += 500
            continue
        budget = budget.spent()
        ready_ms[robot] += played.look(robot, rule(played, robot))


def begun(seed: int) -> Round:
    """The medium site with its doubts, drawn anew."""
    site = with_counters(load_site("medium"), COUNTERS)
    dispatcher = Dispatcher(site, DispatchParams(counting=PARAMS))
    state, random = dispatcher.start(), Random(seed)
    skus = [Sku(f"S{number}") for number in range(6_000)]
    lines = {sku: 1 / (rank + 1) for rank, sku in enumerate(skus)}
    classes = abc_classes(lines, PARAMS.abc_shares)
    bits, wrong = [], []
    for slots in dispatcher.floor.sights.slots.values():
        kinds = [classes[random.choice(skus)] for _ in slots]
        doubts = np.array([_doubt(random, kind) for kind in kinds])
        weights = np.array([PARAMS.weights[kind] for kind in kinds])
        bits.append(float((weights * information(doubts, RIGHTS)).sum()))
        wrong.append(float(doubts.sum()))
    scouts = [
        Robot(name, COUNTER.id, state.robots[name].node)
        for name in (RobotId(f"COUNT{number:02}") for number in range(1, COUNTERS + 1))
    ]
    turn = Turn(state, dispatcher.floor, dispatcher.params, 0)
    nodes = [state.pods[pod] for pod in dispatcher.floor.sights.slots]
    seen = [i for i, node in enumerate(nodes) if dispatcher.floor.sights.places[node]]
    return Round(
        turn,
        [nodes[i] for i in seen],
        np.array(bits)[seen],
        np.array(wrong)[seen],
        scouts,
        float(np.array(bits)[seen].sum()),
    )


def _doubt(random: Random, kind: AbcClass) -> float:
    age_ms = round(random.random() * 60 * DAY_MS)
    doubt = Doubt(PARAMS.settled, 0).after(age_ms, PARAMS.wrong_per_day[kind])
    if random.random() < TRIGGERS:
        doubt = doubt.at_least(random.choice((PARAMS.zero, PARAMS.suspect)))
    return doubt.wrong


def most_per_metre(played: Round, robot: int) -> int:
    """As :mod:`planner.dispatch.phases.looking` does."""
    floor, who = played.turn.floor, played.robots[robot]
    assert COUNTER.scanner is not None
    dwell_m = COUNTER.scanner.dwell_s * COUNTER.speed_mps
    xy = floor.roadmap.xy_m
    straight = np.abs(xy[played.nodes] - xy[who.node]).sum(axis=1) + dwell_m
    near = best_looks(played.bits, straight, PARAMS.nearest).tolist()
    ways = [played.travel_ms(robot, pod) for pod in near]
    nodes = ways_alone(played.turn, who, [place for _, place in ways])
    number = {node: index for index, node in enumerate(played.nodes)}
    told = []
    for pod, way in zip(near, nodes, strict=True):
        seen = {number[s] for n in way for s in floor.sights.spots.get(n, ()) if s in number}
        told.append(played.bits[pod] + PARAMS.passing * played.bits[sorted(seen - {pod})].sum())
    metres = np.array([ms * COUNTER.speed_mps / 1000 + dwell_m for ms, _ in ways])
    return int(near[int(best_looks(np.array(told), metres, 1)[0])])


def nearest_first(played: Round, robot: int) -> int:
    """The nearest pod that has not been looked at yet."""
    floor, who = played.turn.floor, played.robots[robot]
    xy = floor.roadmap.xy_m
    straight = np.abs(xy[played.nodes] - xy[who.node]).sum(axis=1)
    straight[played.bits <= 0] = np.inf
    near = np.argsort(straight, kind="stable")[: PARAMS.nearest].tolist()
    return int(min((played.travel_ms(robot, pod), pod) for pod in near)[1])


def round_robin(played: Round, robot: int) -> int:
    """One pod after the other, every robot in its own part of the list."""
    part = len(played.nodes) // COUNTERS
    turn = played.next_pod // COUNTERS
    played.next_pod += 1
    return (robot * part + turn % part) % len(played.nodes)


def looks_row(name: str, found: list[Round], hours: float) -> Row:
    """Means over the seeds."""
    total_h, km = hours * len(found), sum(one.metres for one in found) / 1000
    assert COUNTER.scanner is not None
    dwell_km = COUNTER.scanner.dwell_s * COUNTER.speed_mps / 1000
    standing_km = dwell_km * sum(one.looks for one in found)
    bits, wrong = sum(one.gathered for one in found), sum(one.found for one in found)
    return {
        "rule": name,
        "looks/h": sum(one.looks for one in found) / total_h,
        "km/h": km / total_h,
        "of all bits": float(bits / sum(one.at_first for one in found)),
        "bits/h": float(bits / total_h),
        "bits/km": float(bits / km),
        "bits/km of time": float(bits / (km + standing_km)),
        "wrong found/h": float(wrong / total_h),
        "wrong found/km": float(wrong / km),
    }


def shift_sizes() -> list[tuple[int, int]]:
    """Orders and seed of every shift."""
    return [(4, 1)] if quick() else [(12, 1), (12, 2), (12, 3)]


def shift_row(orders: int, seed: int) -> Row:
    """The same orders with and without."""
    shift = generated_shift(load_site("small"), orders, seed)
    plain = run_shift(shift)
    shared = run_shift(replace(shift, site=with_counters(shift.site, 2)))
    looks = dict(shared.kpis.exceptions).get("looks of robots that count", 0)
    return {
        "orders": orders,
        "seed": seed,
        "looks": looks,
        "age p50 without": plain.kpis.order_age_p50_s,
        "age p50 with": shared.kpis.order_age_p50_s,
        "age p95 without": plain.kpis.order_age_p95_s,
        "age p95 with": shared.kpis.order_age_p95_s,
        "done s without": plain.kpis.elapsed_s,
        "done s with": shared.kpis.elapsed_s,
        "violations": len(plain.violations) + len(shared.violations),
    }


if __name__ == "__main__":
    main()
