"""Inventory record accuracy after a site has been counted, against simpler ways to use the reads.

    python -m benchmarks.micro.record_accuracy        # QUICK=1 for a short run

A site of 6,000 slots with tagged pieces (tests/fakes/counted_site.py, where every assumption about
readers, cameras and people stands), whose records are right for 96, 86 and 58 of 100 slots. Fused
as in ``vision/fusion``, with the ladder of ``wms_bridge/reconciling.py``. The others make passes of
their own: "last read wins" books every tag where it was read last and takes off what was not
read; "count wins" books as many pieces as there were tags.
"""

from collections import Counter
from time import process_time

from benchmarks.report import Row, publish, quick
from planner.warehouse.ids import EpcUri, SlotId
from tests.fakes.counted_site import CountedSite, Outcome, SiteErrors, count_all, site_params
from vision.fusion.tags import Scan
from wms_bridge.reconciling import NextStep, ReconcileParams

SEED = 1
DISTURBED = (0.02, 0.10, 0.35)
NAIVE_PASSES = 3
PASSES = 2
"""Both ways along every aisle."""
GOOD_BOOKS = 0.95
"""Books that are right more often than that are judged at 0.99, others at 0.995, as more things
have moved."""


def fused(site: CountedSite) -> tuple[Row, dict[SlotId, Outcome]]:
    """Our own way."""
    began_s = process_time()
    sure = 0.99 if site.record_accuracy > GOOD_BOOKS else 0.995
    params = ReconcileParams(sure=sure, value_max=1e9)
    outcomes = count_all(site, site_params(site), params, PASSES)
    spent_s = process_time() - began_s
    slots = len(site.slots)
    after = {slot: outcome.after for slot, outcome in outcomes.items()}
    human = sum(
        bool(outcome.looks.counts) or outcome.decision.step is NextStep.APPROVE
        for outcome in outcomes.values()
    )
    wrong = sum(
        outcome.decision.step is NextStep.ADJUST and outcome.after != site.holds[slot]
        for slot, outcome in outcomes.items()
    )
    rescans = sum(outcome.looks.rescans for outcome in outcomes.values())
    counts = sum(len(outcome.looks.counts) for outcome in outcomes.values())
    decisions = sum(outcome.decision.step is NextStep.APPROVE for outcome in outcomes.values())
    row = {
        **_accuracy(site, after),
        "wrong adjustments /1,000": round(1000 * wrong / slots, 2),
        "slots for people": f"{human / slots:.1%}",
        "counts per slot": round(counts / slots, 3),
        "decisions per slot": round(decisions / slots, 3),
        "looks per slot": round(PASSES + rescans / slots, 2),
        "CPU ms per slot": round(1000 * spent_s / slots, 2),
    }
    return row, outcomes


def last_read_wins(site: CountedSite, scans: list[Scan]) -> Row:
    """Every tag is where it was read last; what no pass has read is gone."""
    places: dict[EpcUri, SlotId] = {}
    for scan in scans:
        for epc, found in scan.found.items():
            places[epc] = max(found, key=lambda slot: found[slot])
    return _naive(site, Counter(places.values()))


def count_wins(site: CountedSite, scans: list[Scan]) -> Row:
    """As many pieces as tags were read in the last pass."""
    found = scans[-1].found.values()
    return _naive(site, Counter(max(one, key=lambda slot: one[slot]) for one in found))


def _naive(site: CountedSite, holds: Counter[SlotId]) -> Row:
    after = {slot: holds[slot] for slot in site.slots}
    wrong = sum(after[s] not in (site.books[s], site.holds[s]) for s in site.slots)
    return {
        **_accuracy(site, after),
        "wrong adjustments /1,000": round(1000 * wrong / len(site.slots), 2),
        "slots for people": "0.0%",
        "counts per slot": 0.0,
        "decisions per slot": 0.0,
        "looks per slot": float(NAIVE_PASSES),
        "CPU ms per slot": 0.0,
    }


def _accuracy(site: CountedSite, after: dict[SlotId, int]) -> Row:
    slots = len(site.slots)
    before = sum(site.books[slot] == site.holds[slot] for slot in site.slots)
    right = sum(after[slot] == site.holds[slot] for slot in site.slots)
    return {"right before": round(before / slots, 4), "right after": f"{right / slots:.4f}"}


def main() -> None:
    """Print the table and write it."""
    slots = 600 if quick() else 6_000
    rows: list[Row] = []
    for disturbed in DISTURBED:
        errors = SiteErrors(disturbed=disturbed)
        row, _ = fused(CountedSite(slots, errors, SEED))
        rows.append({"way": "fused, ladder", **row})
        site = CountedSite(slots, errors, SEED)
        scans = [site.scan(site.slots) for _ in range(NAIVE_PASSES)]
        rows.append({"way": "last read wins", **last_read_wins(site, scans)})
        rows.append({"way": "count wins", **count_wins(site, scans)})
        print(f"{disturbed:.0%} of the slots disturbed: done", flush=True)
    parameters = {"slots": slots, "passes of the naive ways": NAIVE_PASSES}
    notes = ["Exact truth from the simulation; a person is right in 98 of 100 counts."]
    publish("record_accuracy", rows, seed=SEED, parameters=parameters, notes=notes)


if __name__ == "__main__":
    main()
