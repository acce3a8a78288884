"""What each step of the ladder does: to the case, the books, the fleet and the WMS. All in the
transaction of whatever decided it."""

from collections.abc import Sequence
from dataclasses import replace

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.counts import SlotCount
from planner.warehouse.events import (
    CountConfirmed,
    CountWanted,
    RescanWanted,
    SlotQuarantined,
    SlotReleased,
    SlotSettled,
    StockStated,
)
from planner.warehouse.ids import CountId, Sku
from planner.warehouse.stock import Balance
from wms_bridge.adjusting import Cause, tell_adjusted
from wms_bridge.alarms.raising import keep_alarms
from wms_bridge.count_books import Observed
from wms_bridge.count_events import tell_epcis
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.ledger import Movement, movement_of_count, slot_account
from wms_bridge.lots.shares import shares_of, spread
from wms_bridge.lots.terms import tell_terms
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.reconciling import (
    CountDecision,
    CountReason,
    Looks,
    NextStep,
    ReconcileParams,
    reconcile,
)
from wms_bridge.records.counts import CaseStatus, CountCase
from wms_bridge.records.work import Tally
from wms_bridge.serials.carrying import follow
from wms_bridge.shelves import Shelves
from wms_bridge.withdrawing import withdraw_in_vain


def judge(
    count: SlotCount, observed: Observed, looks: Looks, params: ReconcileParams
) -> CountDecision:
    """The ladder, and one rung before it: another SKU than booked is always for a supervisor."""
    if observed.others and count.likeliest and not observed.books.moved:
        difference = count.likeliest - observed.books.quantity
        return CountDecision(NextStep.APPROVE, CountReason.MISMATCH_CLASS, difference)
    return reconcile(count, observed.books, looks, params)


def climb(
    tx: Writing,
    shelves: Shelves,
    case: CountCase,
    decision: CountDecision,
    site: EpcisSite,
    now_ms: int,
) -> CountCase:
    """Take a case to the step decided on; ``site`` names things in EPCIS events."""
    case = replace(case, reason=decision.reason, difference=decision.difference)
    match decision.step:
        case NextStep.CONFIRM:
            return close(tx, case, CaseStatus.CONFIRMED, site, now_ms)
        case NextStep.RESCAN:
            tx.append_event(RescanWanted(case.slot), now_ms)
            looking = replace(case, status=CaseStatus.RESCAN, rescans=case.rescans + 1)
            return keep(tx, looking, now_ms)
        case NextStep.COUNT:
            return ask_person(tx, case, CaseStatus.COUNT, now_ms)
        case NextStep.SECOND_COUNT:
            return ask_person(tx, case, CaseStatus.SECOND_COUNT, now_ms)
        case NextStep.ADJUST if fits(tx, shelves, case):
            adjust(tx, case, now_ms)
            return close(tx, case, CaseStatus.ADJUSTED, site, now_ms)
        case NextStep.ADJUST:
            case = replace(case, reason=CountReason.IMPOSSIBLE)
    return _quarantine(tx, case, now_ms)


def ask_person(tx: Writing, case: CountCase, status: CaseStatus, now_ms: int) -> CountCase:
    """Have a person count the slot."""
    case = replace(case, status=status, asked=case.asked + 1)
    task = CountId(f"{case.case}.{case.asked}")
    tx.append_event(CountWanted(task, case.slot, case.sku), now_ms)
    return keep(tx, replace(case, task=task), now_ms)


def close(
    tx: Writing, case: CountCase, status: CaseStatus, site: EpcisSite, now_ms: int
) -> CountCase:
    """The slot is settled: what was seen and the books agree, or were made to."""
    case = _let_go(tx, replace(case, status=status, settled_ms=now_ms), now_ms)
    tx.append_event(SlotSettled(case.slot, case.known_until_ms), now_ms)
    tell_epcis(tx, case, site, now_ms)
    tx.tally({Tally.SLOTS_SETTLED: 1})
    return keep(tx, case, now_ms)


def forget(case: CountCase) -> CountCase:
    """The case when nothing of what was seen and counted of it is believed any more."""
    people = tuple(replace(person, used=False) for person in case.people)
    return replace(case, people=people, sound=False)


def supersede(tx: Writing, case: CountCase, now_ms: int) -> None:
    """The books were corrected otherwise: what was seen before is worth nothing."""
    keep(tx, _let_go(tx, replace(case, status=CaseStatus.SUPERSEDED), now_ms), now_ms)


def keep(tx: Writing, case: CountCase, now_ms: int) -> CountCase:
    """Keep a case as it is now."""
    kept = replace(case, changed_ms=now_ms, version=case.version + 1, entry=tx.last_entry())
    tx.put_case(kept)
    return kept


def fits(tx: Reading, shelves: Shelves, case: CountCase) -> bool:
    """Whether the slot can hold what the books would say: pieces may have moved since."""
    held = {p.sku: p.quantity for p in tx.holdings(account=slot_account(case.slot)) if p.quantity}
    after = held.pop(case.sku, 0) + case.difference
    alone = not held or case.reason is CountReason.MISMATCH_CLASS
    return 0 <= after <= shelves.capacity and (alone or not after)


def adjust(tx: Writing, case: CountCase, now_ms: int) -> None:
    """Set the books to what was found, and say so. Of another SKU that was booked there nothing
    is left."""
    changes = [(f"count/{case.case}", case.sku, case.difference)]
    if case.reason is CountReason.MISMATCH_CLASS:
        changes += [
            (f"count/{case.case}/{place.sku}", place.sku, -place.quantity)
            for place in tx.holdings(account=slot_account(case.slot))
            if place.quantity and place.sku != case.sku
        ]
    _post(tx, case, [change for change in changes if change[2]], now_ms)


def _post(
    tx: Writing, case: CountCase, changes: Sequence[tuple[str, Sku, int]], now_ms: int
) -> None:
    if not changes:
        return
    moved: dict[str, list[Movement]] = {}
    for change in changes:
        moved[change[0]] = _movements(tx, case, change, now_ms)
        tx.post(moved[change[0]])
    for key, sku, _ in reversed(changes):
        for movement in moved[key]:
            follow(tx, movement)
        quantity = tx.balance(slot_account(case.slot), sku)
        tx.append_event(StockStated((Balance(case.slot, sku, quantity),)), now_ms)
        tell_terms(tx, case.slot, sku, now_ms)
        withdraw_in_vain(tx, case.slot, shares_of(tx, case.slot, sku), now_ms)
        name, cause = key.removeprefix("count/"), Cause(case.case, case.reason, case.decided_by)
        tell_adjusted(tx, name, case.slot, sku, moved[key], cause, now_ms)
    tx.tally({Tally.COUNT_ADJUSTMENTS: 1})


def _movements(
    tx: Reading, case: CountCase, change: tuple[str, Sku, int], now_ms: int
) -> list[Movement]:
    """What a change of a slot moves, lot by lot."""
    key, sku, by = change
    parts = spread(shares_of(tx, case.slot, sku), by)
    return [
        movement_of_count(f"{key}/lot/{lot}" if lot else key, case.slot, sku, part, now_ms, lot)
        for lot, part in parts
    ]


def _quarantine(tx: Writing, case: CountCase, now_ms: int) -> CountCase:
    case = _drop_task(tx, case, now_ms)
    if not case.quarantined:
        tx.append_event(SlotQuarantined(case.slot), now_ms)
        tx.tally({Tally.SLOTS_QUARANTINED: 1})
    _tell(tx, case, True, now_ms)
    return keep(tx, replace(case, status=CaseStatus.APPROVE, quarantined=True), now_ms)


def _let_go(tx: Writing, case: CountCase, now_ms: int) -> CountCase:
    """Nobody needs to do anything about the slot any more."""
    case = _drop_task(tx, case, now_ms)
    if case.quarantined:
        tx.append_event(SlotReleased(case.slot), now_ms)
        _tell(tx, case, False, now_ms)
    return replace(case, quarantined=False)


def _drop_task(tx: Writing, case: CountCase, now_ms: int) -> CountCase:
    if case.task is None:
        return case
    shown = tx.count_task(case.task)
    if shown is not None and shown.open:
        tx.put_count_task(replace(shown, withdrawn_ms=now_ms))
    tx.append_event(CountConfirmed(case.task), now_ms)
    return replace(case, task=None)


def _tell(tx: Writing, case: CountCase, active: bool, now_ms: int) -> None:
    text = f"{case.case}: {case.reason.value.replace('_', ' ')}, {case.difference:+d} {case.sku}"
    alarm = RaiseAlarm(AlarmKind.SLOT_QUARANTINED, case.slot, text, active)
    keep_alarms(tx, [alarm], now_ms)
