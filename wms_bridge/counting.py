"""Counts from sensors: checked, held against the books as of the observation, and followed by the
next step of the ladder (:mod:`wms_bridge.reconciling`)."""

import re
from collections.abc import Sequence
from dataclasses import replace

from planner.warehouse.counts import EvidenceKind, SlotCount, with_person
from planner.warehouse.errors import InvalidCount, PodherdError
from wms_bridge.count_books import Observed, books_of, corrected_since
from wms_bridge.count_steps import climb, judge, keep, supersede
from wms_bridge.evidence import evidence_of
from wms_bridge.names import check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.reconciling import CountReason, Looks, NextStep
from wms_bridge.records.counts import (
    CaseStatus,
    CountCase,
    CountParams,
    CountTaken,
    SeenCount,
)
from wms_bridge.records.work import Tally
from wms_bridge.requests import body_hash
from wms_bridge.shelves import Shelves

MAX_EVIDENCE = 1_000
_SHA256 = re.compile(r"[0-9a-f]{64}")
_FOR_PEOPLE = (CaseStatus.COUNT, CaseStatus.SECOND_COUNT)


def take_counts(
    tx: Writing,
    shelves: Shelves,
    counts: Sequence[SlotCount],
    params: CountParams,
    now_ms: int,
    first: int = 0,
) -> tuple[CountTaken | PodherdError, ...]:
    """Take counts in order: for each the answer or what is wrong with it. One that is wrong leaves
    no trace. Errors call them ``counts[first]`` and so on."""
    results: list[CountTaken | PodherdError] = []
    for index, count in enumerate(counts, start=first):
        try:
            results.append(take_count(tx, shelves, count, f"counts[{index}]", params, now_ms))
        except PodherdError as error:
            results.append(error)
    return tuple(results)


def take_count(
    tx: Writing, shelves: Shelves, count: SlotCount, field: str, params: CountParams, now_ms: int
) -> CountTaken:
    """Take one count. The same evidence again, or a part of what the slot's latest case rests on,
    changes nothing; evidence older than what is known is kept and decides nothing.

    :class:`InvalidCount` on an unknown slot or SKU, another capacity, a person's count, or a time
    in the future or too long ago; ``field`` is where the count stands in the request.
    """
    digest = body_hash("slot-count", (count.slot, count.sku, sorted(set(count.evidence))))
    seen = tx.seen_count(digest)
    if seen is not None:
        return replace(seen.answer, repeated=True)
    _check(tx, shelves, count, field, params, now_ms)
    latest = tx.slot_case(count.slot)
    if latest and latest.sku == count.sku and set(count.evidence) <= set(latest.count.evidence):
        return replace(_answer(latest), repeated=True)
    observed = books_of(tx, count, params)
    if observed.others and not count.likeliest:
        raise InvalidCount(
            f"by the books the slot holds {observed.others[0]}",
            field=f"{field}.sku",
            value=count.sku,
            remedy="Send a count of what is booked there, or of another SKU that was found.",
        )
    if latest is not None and count.until_ms < latest.known_until_ms:
        answer = CountTaken(count.slot, latest.case, None, None, 0, late=True)
    else:
        answer = _answer(_decide(tx, shelves, latest, count, observed, params, now_ms))
    tx.add_seen_count(SeenCount(digest, now_ms, count, answer))
    tx.tally({Tally.COUNTS_TAKEN: 1})
    return answer


def _decide(
    tx: Writing,
    shelves: Shelves,
    latest: CountCase | None,
    count: SlotCount,
    observed: Observed,
    params: CountParams,
    now_ms: int,
) -> CountCase:
    """The case of the slot after the count."""
    if latest is not None and latest.status.open and corrected_since(tx, latest, params):
        supersede(tx, latest, now_ms)
        latest = None
    if latest is None or not latest.status.open:
        case = _new_case(tx, count, now_ms)
    elif latest.quarantined:
        return latest  # people decide now, on what was there when they were asked
    else:
        case = latest
    case = replace(case, piece_value=observed.books.piece_value)
    merged, counted = _with_people(count, observed.books.quantity, case, params)
    sound = not observed.books.moved
    decision = judge(merged, observed, Looks(case.rescans, counted), params.reconcile)
    if case.status in _FOR_PEOPLE and decision.step in (
        NextStep.RESCAN,
        NextStep.COUNT,
        NextStep.SECOND_COUNT,
    ):
        # The person's count is under way: what robots see meanwhile is one more witness to it.
        return keep(tx, replace(case, count=merged, sound=True), now_ms) if sound else case
    people = case.people if case.sku == count.sku else ()
    case = replace(case, sku=count.sku, count=merged, sound=sound, people=people)
    return climb(tx, shelves, case, decision, params.epcis, now_ms)


def _with_people(
    count: SlotCount, booked: int, case: CountCase, params: CountParams
) -> tuple[SlotCount, tuple[int, ...]]:
    """The count with what people counted of the slot before, moved on by what was booked since."""
    counted: list[int] = []
    for person in case.people:
        pieces = person.quantity + booked - person.booked
        usable = person.used and case.sku == count.sku
        if usable and 0 <= pieces < len(count.probabilities):
            name = evidence_of(person).sha256
            count = with_person(count, pieces, params.person_right, count.until_ms, name)
            counted.append(pieces)
    return count, tuple(counted)


def _new_case(tx: Reading, count: SlotCount, now_ms: int) -> CountCase:
    number = tx.last_case() + 1
    return CountCase(
        number,
        f"C{number:06d}",
        count.slot,
        count.sku,
        CaseStatus.RESCAN,
        CountReason.UNSURE,
        difference=0,
        count=count,
        sound=False,
        piece_value=0.0,
        rescans=0,
        people=(),
        task=None,
        asked=0,
        quarantined=False,
        opened_ms=now_ms,
        changed_ms=now_ms,
        version=0,
        entry=0,
    )


_STEPS = {
    CaseStatus.CONFIRMED: NextStep.CONFIRM,
    CaseStatus.REJECTED: NextStep.CONFIRM,
    CaseStatus.ADJUSTED: NextStep.ADJUST,
    CaseStatus.APPROVED: NextStep.ADJUST,
    CaseStatus.RESCAN: NextStep.RESCAN,
    CaseStatus.COUNT: NextStep.COUNT,
    CaseStatus.SECOND_COUNT: NextStep.SECOND_COUNT,
    CaseStatus.APPROVE: NextStep.APPROVE,
}


def _answer(case: CountCase) -> CountTaken:
    step = _STEPS.get(case.status)
    return CountTaken(case.slot, case.case, step, case.reason, case.difference)


def _check(
    tx: Reading, shelves: Shelves, count: SlotCount, field: str, params: CountParams, now_ms: int
) -> None:
    check_name(count.slot, f"{field}.slot", InvalidCount)
    check_name(count.sku, f"{field}.sku", InvalidCount)
    _check_place(tx, shelves, count, field)
    _check_times(count, field, params, now_ms)
    if EvidenceKind.PERSON in count.kinds:
        raise InvalidCount(
            "a person's count is not taken here",
            field=f"{field}.kinds",
            value=EvidenceKind.PERSON.value,
            remedy="Confirm it by POST /v1/counts/tasks/{count}/confirm.",
        )
    if len(count.evidence) > MAX_EVIDENCE or not all(map(_SHA256.fullmatch, count.evidence)):
        raise InvalidCount(
            "not a list of SHA-256",
            field=f"{field}.evidence",
            value=count.evidence[:1],
            remedy=f"Name at most {MAX_EVIDENCE}, each 64 hex digits in lower case.",
        )


def _check_place(tx: Reading, shelves: Shelves, count: SlotCount, field: str) -> None:
    if not shelves.has_slot(count.slot):
        raise InvalidCount(
            "the site has no such slot",
            field=f"{field}.slot",
            value=count.slot,
            remedy="Slots are named <pod>/<face>/<level>/<column>; GET /v1/site tells them.",
        )
    if count.sku not in tx.known_skus([count.sku]):
        raise InvalidCount(
            "SKU is not in the catalogue",
            field=f"{field}.sku",
            value=count.sku,
            remedy="Add it with PUT /v1/skus first.",
        )
    if len(count.probabilities) != shelves.capacity + 1:
        raise InvalidCount(
            "not one probability for each number of pieces that fit",
            field=f"{field}.probabilities",
            value=len(count.probabilities),
            remedy=f"Send {shelves.capacity + 1}: of 0 to {shelves.capacity} pieces.",
        )


def _check_times(count: SlotCount, field: str, params: CountParams, now_ms: int) -> None:
    oldest_ms = now_ms - params.oldest_ms
    if count.until_ms > now_ms + params.skew_ms:
        raise InvalidCount(
            "evidence from the future",
            field=f"{field}.until_ms",
            value=count.until_ms,
            remedy=f"It is {now_ms} here: set the robot's clock by the bridge's (NTP).",
        )
    if count.until_ms < oldest_ms:
        raise InvalidCount(
            "evidence too old to be judged",
            field=f"{field}.until_ms",
            value=count.until_ms,
            remedy=f"Send what was seen at {oldest_ms} or later; have a robot look again.",
        )
