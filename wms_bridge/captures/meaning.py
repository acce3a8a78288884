"""What an EPCIS event of somebody else means for us. Pure: no books are asked.

========================  ======================================================================
event                     meaning
========================  ======================================================================
ObjectEvent, receiving    goods received: pieces by class, serials, whole packs
ObjectEvent, ADD,         serials are known before they come
commissioning
AggregationEvent          ADD and DELETE pack and unpack, OBSERVE is a sighting
with errorDeclaration     the event was wrong: a packing is undone, others are for people
any other                 kept
========================  ======================================================================
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from planner.warehouse.errors import InvalidMessage
from wms_bridge.epcis.digital_link import ID_GS1, canonical
from wms_bridge.epcis.event import AggregationEvent, EpcisEvent, ObjectEvent, Quantity
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.values import ms_of
from wms_bridge.records.tracing import Name
from wms_bridge.serials.aggregation import packings_of
from wms_bridge.serials.mending import Seen
from wms_bridge.serials.naming import name_of_uri
from wms_bridge.serials.packing import Packing

RECEIVING, COMMISSIONING = "receiving", "commissioning"
_NOTES: Mapping[str, str] = {
    "shipping": "shipped by somebody else",
    "void_shipping": "a shipment that was taken back",
    "departing": "under way",
    "arriving": "arrived, not yet received",
    "decommissioning": "serials that are no more",
    "destroying": "destroyed elsewhere",
}
_PIECES = (None, "H87", "EA")
"""Units of whole pieces (UN/ECE Recommendation 20)."""
_LOT = "cbvmda:lotNumber"
MAX_OBJECTS = 10_000


@dataclass(frozen=True, slots=True)
class Received:
    """Goods that came in: pieces by class, single pieces and packs by name. ``lot`` is that of
    single pieces."""

    at_ms: int
    pieces: Mapping[Name, int]
    serials: tuple[Name, ...]
    packs: tuple[Name, ...]
    lot: str = ""


@dataclass(frozen=True, slots=True)
class Commissioned:
    """Serials that were given to pieces or packs."""

    at_ms: int
    names: tuple[Name, ...]


@dataclass(frozen=True, slots=True)
class Grouped:
    """What is in which pack, or was seen with it."""

    said: Packing | Seen


@dataclass(frozen=True, slots=True)
class DeclaredWrong:
    """An event of this id was wrong; ``declared_ms`` is when that was said."""

    event_id: str | None
    declared_ms: int


@dataclass(frozen=True, slots=True)
class Noted:
    """Nothing for us to do."""

    why: str


Meaning: TypeAlias = Received | Commissioned | Grouped | DeclaredWrong | Noted


def meaning_of(event: EpcisEvent, site: EpcisSite) -> Meaning:
    """What an event means; :class:`InvalidMessage` if it means something and cannot be used."""
    if event.error_declaration is not None:
        return DeclaredWrong(event.event_id, ms_of(event.error_declaration.declaration_time))
    if isinstance(event, AggregationEvent):
        [said], _ = packings_of([event], site, announced=True)
        return Grouped(said)
    step = event.biz_step or ""
    if isinstance(event, ObjectEvent):
        if step == RECEIVING and event.action != "DELETE":
            elsewhere = _elsewhere(event, site)
            return Noted(f"received at {elsewhere}") if elsewhere else _received(event, site)
        if step == COMMISSIONING and event.action == "ADD" and event.epcs:
            return Commissioned(ms_of(event.event_time), _names(event.epcs, site))
    return Noted(_NOTES.get(step, "nothing for us to do"))


def _received(event: ObjectEvent, site: EpcisSite) -> Received:
    pieces: Counter[Name] = Counter()
    for at, quantity in enumerate(event.quantities or ()):
        name = name_of_uri(quantity.epc_class, site)
        pieces[name] += _whole(quantity, f"quantityList[{at}]")
    names = _names(event.epcs or (), site)
    if not pieces and not names:
        raise InvalidMessage(
            "nothing was received", field="epcList", remedy="Name objects, or leave the event out."
        )
    return Received(
        ms_of(event.event_time),
        pieces,
        tuple(name for name in names if name.of_goods),
        tuple(name for name in names if not name.of_goods),
        _lot(event.ilmd or {}),
    )


def _names(uris: tuple[str, ...], site: EpcisSite) -> tuple[Name, ...]:
    if len(uris) > MAX_OBJECTS:
        raise InvalidMessage(
            "too many objects", field="epcList", remedy=f"Name at most {MAX_OBJECTS} in an event."
        )
    found = dict.fromkeys(name_of_uri(uri, site) for uri in uris)
    for name in found:
        if not name.serial:
            raise InvalidMessage(
                "a class, not a thing", field="epcList", value=str(name), remedy="Use quantityList."
            )
    return tuple(found)


def _whole(quantity: Quantity, field: str) -> int:
    number = quantity.quantity
    if quantity.uom in _PIECES and number is not None and number >= 1 and number == int(number):
        return int(number)
    raise InvalidMessage(
        "not a number of pieces",
        field=field,
        value=f"{number} {quantity.uom or ''}".strip(),
        remedy="Send whole pieces: quantity without uom.",
    )


def _lot(ilmd: Mapping[str, Any]) -> str:
    lot = ilmd.get(_LOT, "")
    return lot if isinstance(lot, str) else ""


def _elsewhere(event: EpcisEvent, site: EpcisSite) -> str:
    """Where it happened, if that is a GLN and not ours; empty if it is ours or cannot be told."""
    if site.gln is None:
        return ""
    for place in (event.biz_location, event.read_point):
        found = canonical(place.id) if place is not None else ""
        start = f"{ID_GS1}/414/"
        if found.startswith(start):
            gln = found.removeprefix(start).partition("/")[0]
            return "" if gln == site.gln else gln
    return ""
