"""Doing what captured events mean, over a transaction. An event is known by its ``eventID``, or by
its event hash if it has none; whoever calls throws the transaction away if an error is raised."""

import hashlib
from dataclasses import dataclass, replace

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import IdempotencyConflict, InvalidReceipt, NotFound
from planner.warehouse.ids import ReceiptId, Sku
from planner.warehouse.receipts import Receipt
from wms_bridge.captures.meaning import (
    Commissioned,
    DeclaredWrong,
    Grouped,
    Meaning,
    Received,
    meaning_of,
)
from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.epcis.read import read_event
from wms_bridge.epcis.write import write_event
from wms_bridge.ledger import SUPPLIER
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.receiving import receipt_key, take_receipt
from wms_bridge.records.tracing import Happening, Name, Thing
from wms_bridge.requests import remember
from wms_bridge.serials.believing import MendParams
from wms_bridge.serials.carrying import begin, carry_serials
from wms_bridge.serials.mending import take_seen
from wms_bridge.serials.naming import sku_in
from wms_bridge.serials.nesting import within
from wms_bridge.serials.packing import PackAction, Packing, pack
from wms_bridge.shelves import Shelves

_MENDS = MendParams()


@dataclass(frozen=True, slots=True)
class Captured:
    """An event that is kept: ``event`` is how it came (JSON), ``outcome`` what was done."""

    event_id: str
    outcome: str
    event: str


@dataclass(frozen=True, slots=True)
class ToCapture:
    """An event to be done: ``event_id`` is its own or its hash, ``content`` that hash. ``event`` is
    ``None`` for a kind that is not known: it is kept."""

    event_id: str
    content: str
    raw: str
    event: EpcisEvent | None

    @property
    def key(self) -> str:
        """What it is kept under. That an event was wrong is said under the id of that event."""
        wrong = self.event is not None and self.event.error_declaration is not None
        return _key(self.event_id, wrong)


def _key(event_id: str, wrong: bool = False) -> str:
    digest = hashlib.sha256(event_id.encode()).hexdigest()
    return f"epcis/{'wrong' if wrong else 'event'}/{digest}"


def capture(
    tx: Writing, shelves: Shelves, site: EpcisSite, told: ToCapture, now_ms: int
) -> Captured | None:
    """Do what an event means, and keep it; ``None`` if it came before.

    :class:`IdempotencyConflict` if its id came with another event; otherwise what the rules raise:
    then nothing of it is kept.
    """
    known = tx.remembered(told.key)
    if known is not None:
        if known.body_hash == told.content:
            return None
        raise IdempotencyConflict(
            "this eventID was used for another event",
            field="eventID",
            value=told.event_id,
            remedy="Give every event an id of its own; declare a wrong one with errorDeclaration.",
        )
    outcome = _do(tx, shelves, site, told, now_ms)
    captured = Captured(told.event_id, outcome, told.raw)
    remember(tx, told.key, told.content, encode(captured).decode(), now_ms)
    return captured


def find_captured(tx: Reading, event_id: str) -> Captured | None:
    """A captured event by its id."""
    known = tx.remembered(_key(event_id))
    return None if known is None else from_json(decode(known.answer), Captured)


def _do(tx: Writing, shelves: Shelves, site: EpcisSite, told: ToCapture, now_ms: int) -> str:
    if told.event is None:
        return "kept: a kind of event that is not known here"
    meaning: Meaning = meaning_of(told.event, site)
    if not isinstance(meaning, DeclaredWrong) and tx.remembered(_key(told.event_id, wrong=True)):
        return "kept: declared wrong before it came"
    match meaning:
        case Received():
            return _receive(tx, shelves, meaning, told, now_ms)
        case Commissioned():
            return _commission(tx, meaning, told)
        case Grouped(said=Packing() as packing):
            pack(tx, packing, now_ms)
            return "packed" if packing.action is PackAction.ADD else "unpacked"
        case Grouped(said=seen):
            assert not isinstance(seen, Packing)
            take_seen(tx, seen, _MENDS, now_ms)
            return "seen together"
        case DeclaredWrong():
            return _undo(tx, site, meaning, told, now_ms)
        case _:
            return f"kept: {meaning.why}"


@dataclass(frozen=True, slots=True)
class _Delivery:
    sku: Sku
    quantity: int
    lot: str = ""
    codes: tuple[str, ...] = ()


def _receive(
    tx: Writing, shelves: Shelves, received: Received, told: ToCapture, now_ms: int
) -> str:
    """A receipt for each class of goods. Serials that do not fit the books become doubts: the goods
    are there."""
    digest = hashlib.sha256(told.event_id.encode()).hexdigest()[:16]
    names = []
    for number, delivery in enumerate(_deliveries(tx, received), start=1):
        receipt_id = ReceiptId(f"epcis-{digest}-{number}")
        receipt = Receipt(receipt_id, delivery.sku, delivery.quantity, delivery.lot)
        take_receipt(tx, shelves, receipt, receipt_key(receipt_id), now_ms)
        if delivery.codes:
            entry = tx.movement(f"receipt/{receipt_id}")
            assert entry is not None, receipt_id
            carry_serials(tx, entry.movement, delivery.codes, sensed=True)
        names.append(receipt_id)
    return f"received as {', '.join(names[:5])}" + (" ..." if len(names) > 5 else "")


def _deliveries(tx: Reading, received: Received) -> list[_Delivery]:
    found = [_Delivery(_sku(tx, name), n, name.lot) for name, n in received.pieces.items()]
    single: dict[Sku, list[str]] = {}
    for name in received.serials:
        single.setdefault(_sku(tx, name), []).append(str(name))
    for sku, codes in single.items():
        found.append(_Delivery(sku, len(codes), received.lot, tuple(codes)))
    return found + [_packed(tx, name) for name in received.packs]


def _packed(tx: Reading, name: Name) -> _Delivery:
    """What is in a pack, as it was told before it came."""
    box = tx.things([name]).get(name)
    inside = () if box is None else within(tx, [box.number])
    pieces = [each for each in inside if each.name.of_goods]
    held: dict[Sku, int] = {}
    for each in pieces:
        sku = _sku(tx, each.name)
        held[sku] = held.get(sku, 0) + 1
    packs = [box.number, *(each.number for each in inside)] if box is not None else []
    for content in tx.contents(packs):
        sku = _sku(tx, content.what)
        held[sku] = held.get(sku, 0) + content.quantity
    if len(held) != 1:
        raise NotFound(
            "a pack whose contents are not known, or of several kinds of goods",
            field="epcList",
            value=str(name),
            remedy="Send an AggregationEvent with what is in it first, or receive its contents.",
        )
    [(sku, quantity)] = held.items()
    return _Delivery(sku, quantity, codes=(str(name),))


def _sku(tx: Reading, name: Name) -> Sku:
    """Which article it is: known by its GTIN, or the GTIN is the SKU (with or without zeros)."""
    known = sku_in(name.kind) or tx.sku_of_kind(name.kind)
    if known is not None:
        return known
    gtin = name.kind.partition("/")[2]
    forms = [Sku(gtin[cut:]) for cut in (0, 1, 2, 6) if not gtin[:cut].strip("0")]
    found = tx.known_skus(forms)
    for form in forms:
        if form in found:
            return form
    raise InvalidReceipt(
        "goods that are not in the catalogue",
        field="epcClass",
        value=name.kind,
        remedy="Add an article whose SKU is the GTIN with PUT /v1/skus, and send the event again.",
    )


def _commission(tx: Writing, meaning: Commissioned, told: ToCapture) -> str:
    known = tx.things(meaning.names)
    new = [name for name in meaning.names if name not in known]
    if new:
        key = f"announced/{told.key}"
        occurrence = begin(tx, key, Happening.ANNOUNCED, meaning.at_ms)
        for name in new:
            tx.put_kind(name.kind, sku_in(name.kind))
        tx.add_things(
            [
                Thing(0, name, None, "", SUPPLIER, None, occurrence.number, meaning.at_ms)
                for name in new
            ]
        )
    return f"{len(new)} serials are known now"


def _undo(tx: Writing, site: EpcisSite, wrong: DeclaredWrong, told: ToCapture, now_ms: int) -> str:
    """A packing is undone. Goods that were received are not: they may be in pods."""
    known = None if wrong.event_id is None else find_captured(tx, wrong.event_id)
    if known is None:
        return "kept: an event that did not come here was wrong"
    meaning = meaning_of(read_event(decode(known.event)), site)
    if not isinstance(meaning, Grouped) or not isinstance(meaning.said, Packing):
        return f"kept, for people to look at: what was wrong here was '{known.outcome}'"
    packing = meaning.said
    adding = packing.action is PackAction.ADD
    action = PackAction.DELETE if adding else PackAction.ADD
    undone = replace(
        packing, key=f"{packing.key}/undo", action=action, at_ms=min(wrong.declared_ms, now_ms)
    )
    pack(tx, undone, now_ms)
    return "undone: unpacked" if adding else "undone: packed again"


def to_capture(event: EpcisEvent, content: str) -> ToCapture:
    """An event that could be read, with its hash."""
    raw = encode(write_event(event)).decode()
    if event.error_declaration is not None:
        content = hashlib.sha256(raw.encode()).hexdigest()
    return ToCapture(event.event_id or content, content, raw, event)
