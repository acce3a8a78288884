"""Packings as EPCIS AggregationEvents, to others and from others (EPCIS 2.0, 7.4.3)."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace

from planner.codec.messages import encode
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import SlotId
from wms_bridge.epcis.counting import PREFIXES
from wms_bridge.epcis.event import AggregationEvent, EpcisEvent, Place, Quantity
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.values import ms_of
from wms_bridge.epcis.write import write_event
from wms_bridge.ledger import Account
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.counts import EpcisRecord
from wms_bridge.records.tracing import Mend, MendState, Name
from wms_bridge.serials.mending import Seen
from wms_bridge.serials.naming import name_of_uri, read_name, uri_of
from wms_bridge.serials.nesting import account_of
from wms_bridge.serials.packing import ClassQuantity, PackAction, Packed, Packing

UNKNOWN_PLACE = "unknown"
MAX_EVENTS = 1_000
_PIECES = (None, "H87", "EA")
"""Units of whole pieces (UN/ECE Recommendation 20); none at all means the same."""


def tell_packing(tx: Writing, packing: Packing, packed: Packed, site: EpcisSite) -> None:
    """Keep the event of a packing that was done."""
    _keep(tx, [event_of_packing(tx, packing, packed, site)], packing.at_ms)


def tell_mends(tx: Writing, mends: Iterable[Mend], site: EpcisSite) -> None:
    """Keep the events of mends that were done: out of one pack, into another."""
    for mend in mends:
        if mend.state is not MendState.APPLIED or mend.decided_ms is None:
            continue
        things = tx.numbered_things([n for n in (mend.child, mend.was, mend.now) if n])
        child = things[mend.child].name
        steps = ((mend.was, PackAction.DELETE), (mend.now, PackAction.ADD))
        events = [
            _event(tx, action, things[pack].name, (child,), (), mend.decided_ms, site)
            for pack, action in steps
            if pack is not None
        ]
        _keep(tx, events, mend.decided_ms)


def event_of_packing(
    tx: Reading, packing: Packing, packed: Packed, site: EpcisSite
) -> AggregationEvent:
    """The event that says the same as a packing."""
    children = tuple(read_name(child) for child in packed.children)
    contents = tuple((read_name(each.what), each.quantity) for each in packing.contents)
    parent = read_name(packed.parent)
    return _event(tx, packing.action, parent, children, contents, packing.at_ms, site)


def packings_of(
    events: Iterable[EpcisEvent], site: EpcisSite, *, announced: bool
) -> tuple[tuple[Packing | Seen, ...], int]:
    """What AggregationEvents say: packings (ADD, DELETE) and things seen together (OBSERVE), in
    their order; and how many other events there were.

    :class:`InvalidMessage` on an event without a parent that ADDs, or with parts of pieces.
    """
    found: list[Packing | Seen] = []
    others = 0
    for at, event in enumerate(events):
        if at == MAX_EVENTS:
            raise InvalidMessage("too many events", remedy=f"Send at most {MAX_EVENTS} at once.")
        if not isinstance(event, AggregationEvent) or event.error_declaration is not None:
            others += 1
            continue
        try:
            found.append(_read(event, site, announced))
        except InvalidMessage as error:
            error.field = f"eventList[{at}].{error.field}".rstrip(".")
            raise
    return tuple(found), others


def _event(
    tx: Reading,
    action: PackAction,
    parent: Name,
    children: tuple[Name, ...],
    contents: tuple[tuple[Name, int], ...],
    at_ms: int,
    site: EpcisSite,
) -> AggregationEvent:
    box = tx.things([parent]).get(parent)
    place = None if box is None else _place(account_of(tx, box), site)
    quantities = tuple(Quantity(uri_of(what, site), number) for what, number in contents)
    event = AggregationEvent(
        event_time=site.time_of(at_ms),
        time_zone_offset=site.time_zone_offset,
        biz_step="packing" if action is PackAction.ADD else "unpacking",
        disposition="in_progress",
        read_point=place,
        biz_location=place,
        action=action.value,
        parent_id=uri_of(parent, site),
        child_epcs=tuple(uri_of(child, site) for child in children) or None,
        child_quantities=quantities or None,
    )
    return replace(event, event_id=event_hash(event, PREFIXES))


def _place(account: Account, site: EpcisSite) -> Place | None:
    slot = account.removeprefix("slot:")
    return Place(site.place_of(SlotId(slot))) if account != slot else None


def _keep(tx: Writing, events: Iterable[EpcisEvent], at_ms: int) -> None:
    tx.add_epcis(
        [
            EpcisRecord(0, event.event_id or "", at_ms, encode(write_event(event)).decode())
            for event in events
        ]
    )


def _read(event: AggregationEvent, site: EpcisSite, announced: bool) -> Packing | Seen:
    children = tuple(str(name_of_uri(uri, site)) for uri in event.child_epcs or ())
    contents = tuple(_quantity(each, site) for each in event.child_quantities or ())
    parent = None if event.parent_id is None else str(name_of_uri(event.parent_id, site))
    at_ms = ms_of(event.event_time)
    key = event.event_id or event_hash(event, PREFIXES)
    digest = hashlib.sha256(key.encode()).hexdigest()
    if event.action == "OBSERVE":
        place = event.read_point.id if event.read_point else UNKNOWN_PLACE
        return Seen(digest, at_ms, place[:100], children, parent)
    if parent is None:
        raise InvalidMessage(
            "no parent", field="parentID", remedy="Name the pack, as an SSCC for example."
        )
    action = PackAction(event.action)
    return Packing(f"epcis/{digest}", action, parent, at_ms, children, contents, False, announced)


def _quantity(quantity: Quantity, site: EpcisSite) -> ClassQuantity:
    number = quantity.quantity
    if quantity.uom not in _PIECES or number is None or number != int(number):
        raise InvalidMessage(
            "not a number of pieces",
            field="childQuantityList",
            value=f"{number} {quantity.uom or ''}".strip(),
            remedy="Send whole pieces: quantity without uom.",
        )
    return ClassQuantity(str(name_of_uri(quantity.epc_class, site)), int(number))
