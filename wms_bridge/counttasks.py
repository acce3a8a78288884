"""People's counts: shown at stations, and confirmed there. No answer tells what the books say."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from planner.warehouse.commands import ShowCounts
from planner.warehouse.counts import CountTask, EvidenceKind, SlotCount, person_counted, with_person
from planner.warehouse.errors import (
    IdempotencyConflict,
    InvalidCount,
    InvalidMessage,
    NotFound,
    TooLate,
)
from planner.warehouse.events import CountConfirmed
from planner.warehouse.ids import CountId
from wms_bridge.count_books import books_now, corrected_since
from wms_bridge.count_steps import ask_person, climb, forget, judge
from wms_bridge.evidence import evidence_of
from wms_bridge.names import check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.reconciling import Looks
from wms_bridge.records.counts import CountCase, CountParams, CountTaskRecord, PersonCount
from wms_bridge.records.work import Tally
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.shelves import Shelves


@dataclass(frozen=True, slots=True)
class CountMade:
    """Answer to a person's count, the same however often it comes, and whatever the books say.
    ``repeated`` tells the caller that it came before and nothing was done; it is not part of the
    answer."""

    count: CountId
    quantity: int
    by: str
    confirmed_ms: int
    repeated: bool


def show_counts(tx: Writing, shelves: Shelves, command: ShowCounts, now_ms: int) -> int:
    """Show those counts that are new, and return how many they are. One that was shown in an
    earlier visit and not confirmed is shown in this one instead; of one that nobody needs any more
    the fleet is told that it is done. :class:`InvalidMessage` if a count does not fit its case or
    station."""
    new = [task for task in command.counts if not _known(tx, task)]
    cases = [_fitting_case(tx, shelves, task) for task in new]
    shown = 0
    for task, case in zip(new, cases, strict=True):
        before = tx.count_task(task.count)
        if before is not None:
            tx.put_count_task(replace(before, withdrawn_ms=now_ms))
        record = CountTaskRecord(0, task, command.robot, now_ms)
        if case.task == task.count:
            tx.add_count_task(record)
            shown += 1
        else:
            tx.add_count_task(replace(record, withdrawn_ms=now_ms))
            tx.append_event(CountConfirmed(task.count), now_ms)
    return shown


def confirm_count(
    tx: Writing,
    shelves: Shelves,
    count: CountId,
    quantity: int,
    by: str,
    key: str,
    params: CountParams,
    now_ms: int,
) -> CountMade:
    """Take what the person ``by`` counted, once per count.

    Somebody who counts while pieces are taken or put counted before or after, nobody knows: such a
    count is kept, tells nothing, and the slot is counted again.

    :class:`NotFound` on an unknown count; :class:`TooLate` on one that is not wanted any more;
    :class:`InvalidCount` on more pieces than fit, and if this person has counted the slot before;
    :class:`IdempotencyConflict` if it was confirmed otherwise.
    """
    check_name(count, "count", NotFound)
    check_name(by, "by", InvalidCount)
    digest = body_hash("person-count", (count, quantity, by))
    known_key = recall(tx, key, digest) is not None
    record = _shown(tx, count)
    if record.confirmed_ms is not None:
        made = _made_before(record, quantity, by)
    else:
        case = _checked_case(tx, shelves, record, quantity, by)
        _take(tx, shelves, record, case, PersonCount(count, by, quantity, 0, now_ms), params)
        made = CountMade(count, quantity, by, now_ms, False)
    if not known_key:
        remember(tx, key, digest, count, now_ms)
    return made


def _known(tx: Reading, task: CountTask) -> bool:
    shown = tx.count_task(task.count)
    return shown is not None and (shown.task == task or not shown.open)


def _fitting_case(tx: Reading, shelves: Shelves, task: CountTask) -> CountCase:
    check_name(task.count, "counts.count", InvalidMessage)
    case = _case_of(tx, task.count)
    if case is None or (case.slot, case.sku) != (task.slot, task.sku):
        raise InvalidMessage(
            "no such count of this slot and SKU is wanted",
            field="counts.count",
            value=task.count,
            remedy="Show counts as CountWanted names them.",
        )
    if not shelves.has_station(task.station):
        raise InvalidMessage("the site has no such station", field="station", value=task.station)
    return case


def _case_of(tx: Reading, count: CountId) -> CountCase | None:
    return tx.case(count.rpartition(".")[0])


def _shown(tx: Reading, count: CountId) -> CountTaskRecord:
    record = tx.count_task(count)
    if record is None:
        raise NotFound(
            "no such count was shown",
            field="count",
            value=count,
            remedy="Confirm counts listed by GET /v1/stations/{station}/counts.",
        )
    return record


def _made_before(record: CountTaskRecord, quantity: int, by: str) -> CountMade:
    if (record.quantity, record.by) != (quantity, by) or record.confirmed_ms is None:
        raise IdempotencyConflict(
            f"{record.by} counted {record.quantity} pieces",
            field="quantity",
            value=quantity,
            remedy="A count stands; if it was wrong tell a supervisor.",
        )
    return CountMade(record.task.count, quantity, by, record.confirmed_ms, True)


def _checked_case(
    tx: Reading, shelves: Shelves, record: CountTaskRecord, quantity: int, by: str
) -> CountCase:
    task = record.task
    case = _case_of(tx, task.count)
    if case is None:
        raise LookupError(f"count {task.count} without a case")
    if not record.open or case.task != task.count:
        raise TooLate(
            "this count is not wanted any more",
            field="count",
            value=task.count,
            remedy="Count what GET /v1/stations/{station}/counts lists now.",
        )
    if not 0 <= quantity <= shelves.capacity:
        raise InvalidCount(
            f"a slot holds at most {shelves.capacity} pieces",
            field="quantity",
            value=quantity,
            remedy=f"Send 0 to {shelves.capacity}.",
        )
    if any(person.used and person.by.casefold() == by.casefold() for person in case.people):
        raise InvalidCount(
            "this person has counted the slot before",
            field="by",
            value=by,
            remedy="Have somebody else count it.",
        )
    return case


def _take(
    tx: Writing,
    shelves: Shelves,
    record: CountTaskRecord,
    case: CountCase,
    person: PersonCount,
    params: CountParams,
) -> None:
    now_ms = person.at_ms
    observed = books_now(tx, case.slot, case.sku, record.shown_ms, now_ms)
    booked = observed.books.quantity
    person = replace(person, booked=booked, used=not observed.books.moved)
    tx.add_evidence(evidence_of(person))
    tx.put_count_task(replace(record, quantity=person.quantity, by=person.by, confirmed_ms=now_ms))
    tx.append_event(CountConfirmed(person.count), now_ms)
    tx.tally({Tally.PERSON_COUNTS: 1})
    if corrected_since(tx, case, params):
        case = forget(case)
    case = replace(case, task=None, people=(*case.people, person))
    if not person.used:
        ask_person(tx, case, case.status, now_ms)
        return
    count = _with_person(case, person, shelves.capacity, params)
    case = replace(case, count=count, sound=True, piece_value=observed.books.piece_value)
    looks = Looks(case.rescans, _counted(case.people, booked))
    decision = judge(count, observed, looks, params.reconcile)
    climb(tx, shelves, case, decision, params.epcis, now_ms)


def _counted(people: Sequence[PersonCount], booked: int) -> tuple[int, ...]:
    """What people counted, moved on by what was booked since."""
    return tuple(p.quantity + booked - p.booked for p in people if p.used)


def _with_person(
    case: CountCase, person: PersonCount, capacity: int, params: CountParams
) -> SlotCount:
    """What was believed before, moved on by what was booked since, and the person's count; the
    person's count alone if what was believed is worth nothing, or cannot be any more."""
    name = evidence_of(person).sha256
    moved = person.booked - case.count.books if case.sound else 0
    before = [case.count.probability(pieces - moved) for pieces in range(capacity + 1)]
    total = sum(before)
    if not case.sound or total <= 0:
        alone = person_counted(person.quantity, params.person_right, capacity)
        whole = sum(alone)
        return SlotCount(
            case.slot,
            case.sku,
            person.booked,
            person.at_ms,
            person.at_ms,
            tuple(share / whole for share in alone),
            frozenset({EvidenceKind.PERSON}),
            (name,),
        )
    shares = tuple(share / total for share in before)
    moved_on = replace(case.count, books=person.booked, probabilities=shares)
    return with_person(moved_on, person.quantity, params.person_right, person.at_ms, name)
