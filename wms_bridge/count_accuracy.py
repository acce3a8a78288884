"""How right the books were found to be, and what that took."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from statistics import median

from planner.warehouse.ids import SlotId
from wms_bridge.records.counts import CaseStatus, CountCase

_RIGHT = (CaseStatus.CONFIRMED, CaseStatus.REJECTED)
_MINUTE_MS = 60_000


@dataclass(frozen=True, slots=True)
class CountAccuracy:
    """Of cases settled since a time: ``outcomes`` counts them by how they ended. ``right`` is the
    share of cases in which the books stood. ``adjusted_again`` counts adjustments that the next
    case of the slot changed again: one of the two was wrong, or something happened in between.
    ``for_people`` counts cases in which a person counted or decided. Correcting the books took
    ``minutes_p50`` minutes from the first count that spoke against them in the middle case and
    ``minutes_max`` at most. Shares and minutes are ``None`` without cases."""

    outcomes: Mapping[CaseStatus, int]
    slots: int
    right: float | None
    adjustments: int
    adjusted_again: int
    for_people: int
    minutes_p50: float | None
    minutes_max: float | None


def accuracy_of(cases: Sequence[CountCase]) -> CountAccuracy:
    """The figures of settled cases."""
    outcomes = Counter(case.status for case in cases)
    adjusted = [case for case in cases if _changed(case)]
    minutes = [((case.settled_ms or 0) - case.opened_ms) / _MINUTE_MS for case in adjusted]
    by_slot: dict[SlotId, list[CountCase]] = {}
    for case in sorted(cases, key=attrgetter("number")):
        by_slot.setdefault(case.slot, []).append(case)
    again = [
        case
        for of_slot in by_slot.values()
        for case, later in pairwise(of_slot)
        if _changed(case) and _changed(later)
    ]
    stood = sum(outcomes[status] for status in _RIGHT)
    return CountAccuracy(
        dict(outcomes),
        len(by_slot),
        stood / len(cases) if cases else None,
        len(adjusted),
        len(again),
        sum(bool(case.people) or case.decided_by is not None for case in cases),
        median(minutes) if minutes else None,
        max(minutes, default=None),
    )


def _changed(case: CountCase) -> bool:
    return case.status not in _RIGHT and case.difference != 0
