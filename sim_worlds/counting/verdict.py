"""What a counting round has come to."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from planner.warehouse.ids import SlotId
from sim_worlds.counting.round import CountingRound
from wms_bridge.ledger import LedgerReport
from wms_bridge.records.counts import CaseQuery, CaseStatus, CountCase
from wms_bridge.service import Bridge

_CHANGED = (CaseStatus.ADJUSTED, CaseStatus.APPROVED)
_MOST_CASES = 1000


@dataclass(frozen=True, slots=True)
class Verdict:
    """``wrong_before`` and ``wrong_after``: slots of which the books were, and are, not what lies
    in them; ``wrong_adjustments``: those among the latter that were adjusted. ``people``: slots
    that a person counted or decided about; ``cases`` by how they ended. ``refused``: counts
    that the bridge did not take."""

    slots: int
    wrong_before: int
    wrong_after: int
    wrong_adjustments: int
    adjustments: int
    people: int
    cases: Mapping[CaseStatus, int]
    epcis_events: int
    ledger: LedgerReport
    collisions: int
    orders_left: int
    refused: int

    @property
    def complaints(self) -> tuple[str, ...]:
        """What must not be; empty if all is well."""
        open_cases = sum(count for status, count in self.cases.items() if status.open)
        said = {
            "wrong adjustments": self.wrong_adjustments,
            "collisions": self.collisions,
            "orders not complete": self.orders_left,
            "cases still open": open_cases,
            "counts refused": self.refused,
            "ledger out of balance": int(not self.ledger.sound),
        }
        return tuple(f"{what}: {count}" for what, count in said.items() if count)


def verdict_of(done: CountingRound) -> Verdict:
    """Books against what truly lies in the slots."""
    truth, stock = done.counted.truth, done.counted.shift.stock
    before = {balance.slot: balance.quantity - done.planted[balance.slot] for balance in stock}
    now: Counter[SlotId] = Counter()
    for balance in done.bridge.stock():
        now[balance.slot] += balance.quantity
    cases = _all_cases(done.bridge)
    changed = {case.slot: case for case in cases if case.status in _CHANGED and case.difference}
    wrong_after = {slot for slot in before if now[slot] != truth.get(slot, 0)}
    people = {case.slot for case in cases if case.people or case.decided_by is not None}
    return Verdict(
        slots=len(before),
        wrong_before=sum(bool(off) for off in before.values()),
        wrong_after=len(wrong_after),
        wrong_adjustments=sum(slot in changed for slot in wrong_after),
        adjustments=len(changed),
        people=len(people),
        cases=Counter(case.status for case in cases),
        epcis_events=_epcis_events(done.bridge),
        ledger=done.bridge.verify(),
        collisions=len(done.run.world.violations),
        orders_left=len(done.run.state.orders),
        refused=len(done.problems) + len(done.run.refused_counts),
    )


def _all_cases(bridge: Bridge) -> list[CountCase]:
    cases: list[CountCase] = []
    before: int | None = None
    while batch := bridge.counts.cases(CaseQuery(before=before, limit=_MOST_CASES)):
        cases += batch
        before = batch[-1].number
    return cases


def _epcis_events(bridge: Bridge) -> int:
    last = 0
    while batch := bridge.counts.epcis(last, _MOST_CASES):
        last = batch[-1].number
    return last
