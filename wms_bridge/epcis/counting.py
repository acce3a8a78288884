"""What a count of a slot says, as EPCIS events (CBV 2.0, 7.1 and 7.2).

What was found is an ObjectEvent that observes it; ``disposition`` says whether it is what the books
had. A change of the books adds an event of what is missing and one of what is there beyond them.
Nothing of this is ADD or DELETE, which are for objects that begin and cease to be: what is missing
may turn up. Every event has its hash as ``eventID``: the same count told twice is the same event.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.errors import InvalidCount, InvalidMessage, InvalidTag
from planner.warehouse.ids import EpcUri, Sku, SlotId
from wms_bridge.epcis import values
from wms_bridge.epcis import vocabulary as words
from wms_bridge.epcis.event import (
    BizTransaction,
    EpcisDocument,
    EpcisEvent,
    ErrorDeclaration,
    ObjectEvent,
    PersistentDisposition,
    Place,
    Quantity,
    SensorElement,
)
from wms_bridge.epcis.hash import event_hash
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.write import write_document

PREFIXES = words.prefixes_of({words.OUR_PREFIX: words.OUR_NAMESPACE})
"""Prefixes of the documents that are made here."""
CONTEXT = [words.GS1_CONTEXT, {words.OUR_PREFIX: words.OUR_NAMESPACE}]

COUNT_TYPE = f"{words.OUR_NAMESPACE}count"
"""Type of the business transaction that a count is."""
PIECE = "H87"
"""Piece, in UN/ECE Recommendation 20."""


@dataclass(frozen=True, slots=True)
class SlotStock:
    """So many pieces of one SKU. ``gtin`` has 8, 12, 13 or 14 digits; ``epcs`` are the tagged
    pieces among them: of the books those that should be there, of a count those that were read."""

    sku: Sku
    pieces: int
    gtin: str | None = None
    epcs: tuple[EpcUri, ...] = ()


@dataclass(frozen=True, slots=True)
class CountedSlot:
    """A count that is settled: what the books had as of ``at_ms`` (ms since 1970 UTC), and what was
    found. ``adjusted_ms`` is when the books were changed to it, ``None`` if they were not;
    ``whole_round`` says that the whole stock was taken, not single slots. ``kinds`` and
    ``evidence`` are those of :class:`planner.warehouse.counts.SlotCount`.

    Raises :class:`InvalidCount` or, for an EPC that is no EPC URI, :class:`InvalidTag`.
    """

    slot: SlotId
    count_id: str
    booked: SlotStock
    found: SlotStock
    at_ms: int
    kinds: frozenset[EvidenceKind]
    evidence: tuple[str, ...]
    adjusted_ms: int | None = None
    whole_round: bool = False

    def __post_init__(self) -> None:
        for name, stock in (("booked", self.booked), ("found", self.found)):
            _check_stock(stock, f"{self.slot}.{name}")
        if not (self.slot and self.count_id and self.kinds and self.evidence):
            raise InvalidCount(
                "a count has a place, an id and evidence",
                field=f"{self.slot}.evidence",
                value=(self.count_id, self.evidence),
                remedy="Name the slot, the count, what was seen and its kinds.",
            )
        if self.adjusted_ms is not None and self.adjusted_ms < self.at_ms:
            raise InvalidCount(
                "books are changed after the count",
                field=f"{self.slot}.adjusted_ms",
                value=self.adjusted_ms,
                remedy=f"Send a time from {self.at_ms} on.",
            )

    @property
    def same_class(self) -> bool:
        """Whether nothing but the SKU of the books was found."""
        return self.found.sku == self.booked.sku or self.found.pieces == 0


def events_of_count(count: CountedSlot, site: EpcisSite) -> tuple[EpcisEvent, ...]:
    """What was found; then, if the books were changed, what is missing and what is there beyond
    them."""
    events = [_observed(count, site)]
    if count.adjusted_ms is not None:
        missing, surplus = _differences(count)
        if missing.pieces:
            events.append(_missing(count, missing, count.adjusted_ms, site))
        if surplus.pieces:
            events.append(_surplus(count, surplus, count.adjusted_ms, site))
    return tuple(replace(event, event_id=event_hash(event, PREFIXES)) for event in events)


def declare_error(
    event: EpcisEvent,
    at_ms: int,
    site: EpcisSite,
    *,
    reason: str = "incorrect_data",
    corrective_event_ids: Iterable[str] = (),
) -> EpcisEvent:
    """The same event with the declaration that it was wrong: nothing else of it changes, its
    ``eventID`` either (EPCIS 2.0, 7.4.1.2). ``reason`` is ``incorrect_data``, ``did_not_occur`` or
    a URI; ``corrective_event_ids`` name the events that are right. ``recordTime`` goes: whoever
    captures it sets it anew.

    Raises :class:`InvalidMessage` for an event without an id, or one declared wrong already.
    """
    if event.event_id is None or event.error_declaration is not None:
        raise InvalidMessage(
            "only an event that has an eventID can be declared wrong, and once",
            field="eventID",
            value=event.event_id,
            remedy="Send the event as it was captured.",
        )
    instead = values.many(values.uri)(list(corrective_event_ids), "correctiveEventIDs")
    declaration = ErrorDeclaration(
        declaration_time=site.time_of(at_ms),
        reason=values.vocabulary(words.ERROR_REASONS)(reason, "reason"),
        corrective_event_ids=instead or None,
    )
    return replace(event, error_declaration=declaration, record_time=None)


def document(events: Iterable[EpcisEvent], created_ms: int) -> dict[str, Any]:
    """An ``EPCISDocument`` of events made here, as JSON data."""
    made = EpcisDocument(
        context=CONTEXT,
        schema_version="2.0",
        creation_date=values.time_of(created_ms),
        events=tuple(events),
    )
    return write_document(made)


def disposition_of(count: CountedSlot) -> str:
    """How what was found stands to the books, as a disposition of the CBV."""
    booked, found = count.booked, count.found
    if not count.same_class:
        return "mismatch_class"
    strange = set(found.epcs) - set(booked.epcs)
    if strange and booked.epcs:
        return "mismatch_instance"
    if found.pieces != booked.pieces:
        return "mismatch_instance" if booked.epcs else "mismatch_quantity"
    unread = set(booked.epcs) - set(found.epcs)
    return "completeness_inferred" if unread else "completeness_verified"


def _observed(count: CountedSlot, site: EpcisSite) -> ObjectEvent:
    here = Place(site.place_of(count.slot))
    bare = _event(count, count.at_ms, disposition_of(count), site)
    bare = replace(bare, read_point=here, biz_location=here)
    if count.found.pieces == 0:
        # Quantities are positive (EPCIS 2.0, QuantityElement); that nothing is there is measured.
        nothing = SensorElement(reports=({"type": "Count", "value": 0, "uom": PIECE},))
        return replace(bare, sensor_elements=(nothing,))
    return _with_objects(bare, count.found, site)


def _missing(count: CountedSlot, stock: SlotStock, at_ms: int, site: EpcisSite) -> ObjectEvent:
    bare = _event(count, at_ms, "unknown", site)
    bare = replace(bare, read_point=Place(site.place_of(count.slot)))
    if stock.epcs:
        bare = replace(bare, persistent_disposition=PersistentDisposition(set=("unavailable",)))
    return _with_objects(bare, stock, site)


def _surplus(count: CountedSlot, stock: SlotStock, at_ms: int, site: EpcisSite) -> ObjectEvent:
    here = Place(site.place_of(count.slot))
    bare = _event(count, at_ms, "sellable_not_accessible", site)
    bare = replace(bare, read_point=here, biz_location=here)
    if stock.epcs:
        bare = replace(bare, persistent_disposition=PersistentDisposition(unset=("unavailable",)))
    return _with_objects(bare, stock, site)


def _event(count: CountedSlot, at_ms: int, disposition: str, site: EpcisSite) -> ObjectEvent:
    """What all events of a count share; objects and places are to be added."""
    booked, found = count.booked, count.found
    ours = {
        "slot": count.slot,
        "bookedSku": booked.sku,
        "booked": booked.pieces,
        "found": found.pieces,
        "evidenceKind": sorted(count.kinds),
        "evidence": sorted(set(count.evidence)),
    }
    return ObjectEvent(
        event_time=site.time_of(at_ms),
        time_zone_offset=site.time_zone_offset,
        action="OBSERVE",
        biz_step="stock_taking" if count.whole_round else "cycle_counting",
        disposition=disposition,
        biz_transactions=(BizTransaction(site.count_of(count.count_id), COUNT_TYPE),),
        extensions={f"{words.OUR_PREFIX}:{name}": value for name, value in ours.items()},
    )


def _with_objects(event: ObjectEvent, stock: SlotStock, site: EpcisSite) -> ObjectEvent:
    """Tagged pieces by their EPCs, the others by class: the two lists name different pieces."""
    untagged = stock.pieces - len(stock.epcs)
    classes = (Quantity(site.class_of(stock.sku, stock.gtin), untagged),) if untagged else None
    return replace(event, epcs=stock.epcs or None, quantities=classes)


def _differences(count: CountedSlot) -> tuple[SlotStock, SlotStock]:
    """What is missing of the books, and what is there beyond them."""
    booked, found = count.booked, count.found
    if not count.same_class:
        return booked, found
    by_tag = booked.epcs or booked.pieces == 0
    strange = tuple(each for each in found.epcs if each not in booked.epcs) if by_tag else ()
    surplus = max(len(strange), found.pieces - booked.pieces)
    missing = booked.pieces + surplus - found.pieces
    unread = tuple(each for each in booked.epcs if each not in found.epcs)
    unseen = booked.pieces - len(booked.epcs) + len(unread)
    # Unless all that was not read is gone, nobody knows which tags are gone and which are dead.
    gone = unread if unseen == missing else ()
    return (
        replace(booked, pieces=missing, epcs=gone),
        replace(found, pieces=surplus, epcs=strange),
    )


def _check_stock(stock: SlotStock, field: str) -> None:
    for at, epc in enumerate(stock.epcs):
        if not epc.startswith("urn:epc:id:"):
            raise InvalidTag(
                "not an EPC URI",
                field=f"{field}.epcs[{at}]",
                value=epc,
                remedy="Send the pure identity, urn:epc:id:sgtin:...",
            )
        values.uri(epc, f"{field}.epcs[{at}]")
    if len(set(stock.epcs)) < len(stock.epcs) or stock.pieces < len(stock.epcs):
        raise InvalidCount(
            "as many pieces as tags, or more; every tag once",
            field=f"{field}.epcs",
            value=(stock.pieces, len(stock.epcs)),
            remedy="Count tagged and untagged pieces together, and name each tag once.",
        )
