"""What we tell as EPCIS events, and what a repository tells as receipts. Pure.

=================  =================================================================
message            events, one for each slot
=================  =================================================================
order confirmed    ObjectEvent OBSERVE, picking, of the order
receipt put away   ObjectEvent OBSERVE, storing, of the receipt
stock adjusted     ObjectEvent OBSERVE, cycle_counting, disposition mismatch_quantity
others             none
=================  =================================================================

An event carries the name of its message, so that two messages never make one event; its hash
(CBV 2.0, 8.9) is its ``eventID``: the same however often it is made.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from urllib.parse import quote

from planner.warehouse.ids import ReceiptId, Sku, SlotId
from planner.warehouse.receipts import Receipt
from wms_bridge.captures.meaning import Received, meaning_of
from wms_bridge.connectors.port import ReceiptDocument
from wms_bridge.epcis.counting import PREFIXES
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.epcis.event import (
    BizTransaction,
    EpcisEvent,
    ObjectEvent,
    Place,
    Quantity,
)
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.vocabulary import OUR_PREFIX
from wms_bridge.messages import OrderConfirmed, ReceiptPutAway, StockAdjusted, WmsMessage
from wms_bridge.records.tracing import Name
from wms_bridge.serials.naming import GTIN, kind_of_sku, read_name, sku_in, uri_of

MESSAGE = f"{OUR_PREFIX}:message"
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class _Pieces:
    sku: Sku
    quantity: int
    lot: str = ""
    serials: tuple[str, ...] = ()


def events_of(message: WmsMessage, site: EpcisSite) -> tuple[ObjectEvent, ...]:
    """The events that say the same as a message; none if there is nothing to say in EPCIS."""
    return tuple(
        replace(event, event_id=event_hash(event, PREFIXES)) for event in _events(message, site)
    )


def _events(message: WmsMessage, site: EpcisSite) -> Iterator[ObjectEvent]:
    match message:
        case OrderConfirmed():
            by_slot: dict[SlotId, list[_Pieces]] = {}
            for line in message.lines:
                for pick in line.picks:
                    told = _Pieces(line.sku, pick.quantity, pick.lot, pick.serials)
                    by_slot.setdefault(pick.slot, []).append(told)
            order = _document(site, "po", message.order)
            for slot, picked in by_slot.items():
                head = ("picking", "in_progress", slot, message.completed_ms, order)
                yield _event(message.message, *head, picked, site)
        case ReceiptPutAway():
            receipt = _document(site, "recadv", message.receipt)
            for filled in message.slots:
                stored = [_Pieces(message.sku, filled.quantity, filled.lot)]
                head = (
                    *("storing", "sellable_accessible", filled.slot),
                    *(message.completed_ms, receipt),
                )
                yield _event(message.message, *head, stored, site)
        case StockAdjusted() if message.difference:
            case = BizTransaction(site.count_of(message.case))
            head = (
                *("cycle_counting", "mismatch_quantity", message.slot),
                *(message.at_ms, case),
            )
            pieces = [_Pieces(message.sku, abs(message.difference))]
            event = _event(message.message, *head, pieces, site)
            more = {f"{OUR_PREFIX}:difference": message.difference}
            yield replace(event, extensions={**event.extensions, **more})
        case _:
            return


def _event(
    message: str,
    step: str,
    disposition: str,
    slot: SlotId,
    at_ms: int,
    document: BizTransaction,
    pieces: Sequence[_Pieces],
    site: EpcisSite,
) -> ObjectEvent:
    place = Place(site.place_of(slot))
    epcs = [uri_of(read_name(serial, one.sku), site) for one in pieces for serial in one.serials]
    classes: dict[str, int] = {}
    for one in pieces:
        if one.serials:
            continue
        uri = uri_of(replace(class_of(one.sku), lot=one.lot), site)
        classes[uri] = classes.get(uri, 0) + one.quantity
    return ObjectEvent(
        event_time=site.time_of(at_ms),
        time_zone_offset=site.time_zone_offset,
        action="OBSERVE",
        biz_step=step,
        disposition=disposition,
        read_point=place,
        biz_location=place,
        biz_transactions=(document,),
        epcs=tuple(epcs) or None,
        quantities=tuple(Quantity(uri, n) for uri, n in classes.items()) or None,
        extensions={MESSAGE: message},
    )


def class_of(sku: Sku) -> Name:
    """The class of goods: by its GTIN if the SKU is one."""
    digits = sku.isascii() and sku.isdigit() and len(sku) in _GTIN_LENGTHS
    if digits and check_digit(sku[:-1]) == sku[-1]:
        return Name(f"{GTIN}/{sku.zfill(14)}")
    return Name(kind_of_sku(sku))


def _document(site: EpcisSite, kind: str, name: str) -> BizTransaction:
    separator = ":" if site.owner.startswith("urn:") else "/"
    return BizTransaction(separator.join((site.owner, "bt", quote(name, safe=""))), kind)


def receipts_of(event: EpcisEvent, site: EpcisSite) -> tuple[ReceiptDocument, ...]:
    """Goods that an event says have come in, one receipt for each class; none if it says nothing of
    that. :class:`~planner.warehouse.errors.InvalidMessage` if it cannot be used. What is in packs
    is not known here."""
    meaning = meaning_of(event, site)
    if not isinstance(meaning, Received):
        return ()
    key = event.event_id or event_hash(event)
    digest = hashlib.sha256(key.encode()).hexdigest()[:16]
    goods = {(sku_of(name), name.lot): n for name, n in meaning.pieces.items()}
    for name in meaning.serials:
        place = (sku_of(name), meaning.lot)
        goods[place] = goods.get(place, 0) + 1
    return tuple(
        ReceiptDocument(
            event_hash(event), Receipt(ReceiptId(f"epcis-{digest}-{number}"), sku, quantity, lot)
        )
        for number, ((sku, lot), quantity) in enumerate(goods.items(), start=1)
    )


def sku_of(name: Name) -> Sku:
    """The article: its own number, or the GTIN without the zero before a GTIN-13."""
    known = sku_in(name.kind)
    return known or Sku(name.kind.partition("/")[2].removeprefix("0"))
