"""People who walk with a cart, on the orders of the scenarios."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from math import ceil

from benchmarks.macro.g2p_case import Case
from benchmarks.report import Row
from planner.warehouse.orders import PickOrder
from sim_worlds.walking import Batching, Slotting, WalkingParams, ranked, walk

ORDERS = 3_000
"""The first so many orders are walked."""
WAYS: tuple[tuple[Batching, Slotting], ...] = (
    (Batching.DISCRETE, Slotting.RANDOM),
    (Batching.FIRST_COME, Slotting.RANDOM),
    (Batching.SEED, Slotting.RANDOM),
    (Batching.DISCRETE, Slotting.ABC),
    (Batching.FIRST_COME, Slotting.ABC),
    (Batching.SEED, Slotting.ABC),
)
PLAIN = "first_come, random"
BEST = "seed, abc"


def walking_rows(
    cases: Iterable[Case], on_row: Callable[[Row], None] = lambda row: None
) -> Iterator[Row]:
    """A row for each way to walk, scenario and seed of the cases."""
    done: set[tuple[str, int]] = set()
    for case in cases:
        if (case.scenario, case.seed) in done or case.scenario == "s8":
            continue  # S8 has the orders of S1, and people are not disturbed
        done.add((case.scenario, case.seed))
        backlog = case.shift().backlog
        if backlog is not None:
            yield from _rows(case, backlog.orders, on_row)


def _rows(case: Case, orders: Sequence[PickOrder], on_row: Callable[[Row], None]) -> Iterator[Row]:
    ranking = ranked(orders)
    params = WalkingParams()
    room = int(params.aisle_m) * params.skus_per_m
    params = replace(params, aisles=max(params.aisles, ceil(len(ranking) / room)))
    for batching, slotting in WAYS:
        way = replace(params, batching=batching, slotting=slotting)
        kpis = walk(orders[:ORDERS], case.seed, way, ranking)
        row: Row = {
            "scenario": case.scenario,
            "way": f"{batching.value}, {slotting.value}",
            "seed": case.seed,
            "orders": kpis.orders,
            "lines": kpis.lines,
            "aisles": params.aisles,
            "lines_per_picker_h": round(kpis.lines_per_picker_h, 2),
            "items_per_picker_h": round(kpis.items_per_picker_h, 2),
            "metres_per_line": round(kpis.metres_per_line, 2),
        }
        on_row(row)
        yield row
