"""What a settled case tells the world: EPCIS events, kept in the transaction that settles it."""

from planner.codec.messages import encode
from planner.warehouse.ids import Sku
from wms_bridge.epcis.counting import CountedSlot, SlotStock, declare_error, events_of_count
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.write import write_event
from wms_bridge.ledger import slot_account
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.counts import CaseStatus, CountCase, EpcisRecord

_GTIN_LENGTHS = (8, 12, 13, 14)


def tell_epcis(tx: Writing, case: CountCase, site: EpcisSite, now_ms: int) -> None:
    """Keep the events of a case that was settled at ``now_ms``; its books are adjusted already. A
    count that a supervisor has rejected is told, and declared to be wrong."""
    counted = _counted(tx, case, now_ms)
    events = list(events_of_count(counted, site))
    if case.status is CaseStatus.REJECTED:
        events.append(declare_error(events[0], now_ms, site))
    tx.add_epcis([_record(event, case, now_ms) for event in events])


def _counted(tx: Reading, case: CountCase, now_ms: int) -> CountedSlot:
    changed = case.status in (CaseStatus.ADJUSTED, CaseStatus.APPROVED)
    booked, found = case.count.books, case.count.likeliest
    if changed or case.status is CaseStatus.CONFIRMED:
        found = booked + case.difference
    at_ms = case.count.until_ms
    return CountedSlot(
        case.slot,
        case.case,
        _other_booked(tx, case) or _stock(case.sku, booked),
        _stock(case.sku, found),
        at_ms,
        case.count.kinds,
        case.count.evidence,
        # The robot's clock may be ahead of ours.
        max(now_ms, at_ms) if changed else None,
    )


def _other_booked(tx: Reading, case: CountCase) -> SlotStock | None:
    """What was booked in the slot if that was another SKU than was found in it."""
    account = slot_account(case.slot)
    for place in tx.holdings(account=account):
        if place.sku != case.sku and place.quantity > 0:
            return _stock(place.sku, place.quantity)
    for entry in tx.movements_of(account, case.opened_ms):
        movement = entry.movement
        if movement.key.partition("/lot/")[0] == f"count/{case.case}/{movement.sku}":
            return _stock(movement.sku, movement.quantity)
    return None


def _stock(sku: Sku, pieces: int) -> SlotStock:
    return SlotStock(sku, pieces, str(sku) if _is_gtin(sku) else None)


def _is_gtin(sku: Sku) -> bool:
    """Whether an SKU is a GTIN: many catalogues number their goods so."""
    digits = sku.isascii() and sku.isdigit() and len(sku) in _GTIN_LENGTHS
    return digits and check_digit(sku[:-1]) == sku[-1]


def _record(event: EpcisEvent, case: CountCase, now_ms: int) -> EpcisRecord:
    declared = event.error_declaration is not None
    at_ms = now_ms if declared else case.count.until_ms
    name = f"{event.event_id}{'#error' if declared else ''}"
    return EpcisRecord(0, name, at_ms, encode(write_event(event)).decode())
