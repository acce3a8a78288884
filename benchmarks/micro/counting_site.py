"""A site counted with simulated reads and rendered pictures, from raw evidence to the books.

    python -m benchmarks.micro.counting_site        # QUICK=1 for a short run

Robots drive past every pod once, and again with a stand where the ladder wants it; people count
what is left (tests/fakes/sensed_site.py). Reads are those of the simulated reader's radio, with
strays from the pods around; pictures are rendered. Three sites, with more and more of their books
wrong.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np

from benchmarks.micro.counting_plots import save_calibration
from benchmarks.report import Cell, Row, publish, quick
from planner.warehouse.counts import SlotCount
from planner.warehouse.ids import SlotId
from sim_worlds.sensing.stock import StockErrors
from tests.fakes.sensed_site import Outcome, SensedSite, after, count_all, counted_site
from wms_bridge.reconciling import NextStep, ReconcileParams

SEED = 7
CAPACITY = 12
SURE = 0.99
LEVELS = {
    "few": StockErrors(missing=0.015, extra=0.006, misplaced=0.008),
    "some": StockErrors(missing=0.07, extra=0.03, misplaced=0.04),
    "many": StockErrors(missing=0.22, extra=0.10, misplaced=0.13),
}
EDGES = (0.0, 0.01, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99, 1.0)


def counted(name: str, site: SensedSite) -> tuple[Row, dict[SlotId, Outcome]]:
    """The whole round, and what it cost."""
    params = ReconcileParams(sure=SURE, value_max=1e9)
    outcomes = count_all(site, params)
    truth, slots = site.truth, len(site.truth)
    books = {balance.slot: balance.quantity for balance in site.books}
    ends = {slot: after(site, slot, outcome) for slot, outcome in outcomes.items()}
    steps = {slot: outcome.decision.step for slot, outcome in outcomes.items()}
    people = [
        slot
        for slot, outcome in outcomes.items()
        if outcome.looks.counts or steps[slot] is NextStep.APPROVE
    ]
    wrong = [s for s in outcomes if steps[s] is NextStep.ADJUST and ends[s] != truth[s]]
    overlooked = [s for s in outcomes if steps[s] is NextStep.CONFIRM and books[s] != truth[s]]
    spent = site.counter.spent_s
    row: dict[str, Cell] = {
        "books wrong": name,
        "slots": slots,
        "right before": round(sum(books[s] == truth[s] for s in books) / slots, 4),
        "right after": round(sum(ends.get(s, books[s]) == truth[s] for s in books) / slots, 4),
        "wrong adjustments": len(wrong),
        "errors confirmed": len(overlooked),
        "slots for people": f"{len(people) / slots:.1%}",
        "looks per pod": round(len(spent["picture"]) / len(site.stored), 2),
        "Brier, first": round(brier((one.first for one in outcomes.values()), truth), 4),
        "Brier, last": round(brier((one.seen for one in outcomes.values()), truth), 4),
        "CPU ms a pass": round(1000 * float(np.mean(spent["reads"]))),
        "CPU ms a picture": round(1000 * float(np.mean(spent["picture"]))),
    }
    return row, outcomes


def brier(counts: Iterable[SlotCount], truth: dict[SlotId, int]) -> float:
    """Mean squared error of the probabilities over all numbers of pieces (0 to 2)."""
    errors = [
        sum((p - (n == truth[count.slot])) ** 2 for n, p in enumerate(count.probabilities))
        for count in counts
    ]
    return float(np.mean(errors))


def reliability(counts: Sequence[SlotCount], truth: dict[SlotId, int]) -> list[Row]:
    """How often a number of pieces that was given a probability was the true one."""
    told = np.array([p for count in counts for p in count.probabilities])
    came = np.array(
        [n == truth[count.slot] for count in counts for n in range(len(count.probabilities))]
    )
    rows: list[Row] = []
    for low, high in pairwise(EDGES):
        inside = (told >= low) & ((told < high) | (high == 1.0))
        if inside.any():
            rows.append(
                {
                    "told from": low,
                    "to": high,
                    "numbers": int(inside.sum()),
                    "told, mean": round(float(told[inside].mean()), 4),
                    "true": round(float(came[inside].mean()), 4),
                }
            )
    return rows


def main() -> None:
    """The table, the calibration and its plot."""
    pods = 4 if quick() else 24
    rows: list[Row] = []
    beliefs: list[SlotCount] = []
    truth: dict[SlotId, int] = {}
    for number, (name, errors) in enumerate(LEVELS.items()):
        site = SensedSite(counted_site(pods, CAPACITY), errors, SEED + number)
        row, outcomes = counted(name, site)
        rows.append(row)
        # Slots of the three sites have one name: tell them apart.
        for slot, outcome in outcomes.items():
            truth[_named(name, slot)] = site.truth[slot]
            told = {id(one): one for one in (outcome.first, outcome.seen)}
            beliefs += [_renamed(name, count) for count in told.values()]
        print(f"{name} books wrong: {row}", flush=True)
    bins = reliability(beliefs, truth)
    if not quick():
        save_calibration(bins)
    parameters = {"pods": pods, "slots a pod": 20, "capacity": CAPACITY, "sure": SURE}
    notes = [
        "Exact truth from the simulation; a person is right in 98 of 100 counts.",
        "Reads with the simulated reader's radio, pictures rendered: no figure from a floor.",
        "CPU of the counter alone, without the simulation; one core.",
    ]
    publish(
        "counting_site",
        [*rows, *bins],
        seed=SEED,
        packages=("numpy", "opencv-python-headless"),
        parameters=parameters,
        notes=notes,
        shown=rows,
    )


def _named(name: str, slot: SlotId) -> SlotId:
    return SlotId(f"{name}:{slot}")


def _renamed(name: str, count: SlotCount) -> SlotCount:
    return SlotCount(
        _named(name, count.slot),
        count.sku,
        count.books,
        count.from_ms,
        count.until_ms,
        count.probabilities,
        count.kinds,
        count.evidence,
    )


if __name__ == "__main__":
    main()
