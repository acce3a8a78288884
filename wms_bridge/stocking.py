"""Catalogue and opening stock."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import InvalidStock, PodherdError
from planner.warehouse.events import SkuStated, StockStated
from planner.warehouse.flows import SkuFacts
from planner.warehouse.ids import NO_LOT, Sku
from planner.warehouse.stock import Balance
from wms_bridge.holds.expiring import hold_if_expired
from wms_bridge.ledger import Movement, opening_movement, slot_account
from wms_bridge.lots.naming import UNKNOWN, LotName, check_lot_name, lot_for
from wms_bridge.lots.terms import tell_terms
from wms_bridge.names import check_name, check_quantity
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import SkuRecord
from wms_bridge.requests import body_hash, recall, remember
from wms_bridge.serials.carrying import carry_serials
from wms_bridge.shelves import Shelves

BALANCES_PER_EVENT = 500
MAX_FACT = 1_000_000_000
"""Most grams of a piece, most pieces in a case."""


@dataclass(frozen=True, slots=True)
class StockLoaded:
    """Answer to opening stock: how many slots were filled with how many pieces."""

    slots: int
    pieces: int


def put_skus(tx: Writing, skus: Sequence[SkuRecord], now_ms: int = 0) -> None:
    """Add to the catalogue, and tell the fleet what is news to it. :class:`InvalidStock` on an
    unusable SKU."""
    for index, record in enumerate(skus):
        check_sku(record, f"skus[{index}].")
    latest = {record.sku: record.facts for record in skus}
    known = {record.sku: record.facts for record in tx.sku_records(latest)}
    news = [facts for sku, facts in latest.items() if facts != known.get(sku, SkuFacts(sku))]
    tx.put_skus(skus)
    for start in range(0, len(news), BALANCES_PER_EVENT):
        tx.append_event(SkuStated(tuple(news[start : start + BALANCES_PER_EVENT])), now_ms)


NO_LOTS: Mapping[int, LotName] = {}
NO_SERIALS: Mapping[int, Sequence[str]] = {}


def load_stock(
    tx: Writing,
    shelves: Shelves,
    records: Sequence[Balance],
    key: str,
    now_ms: int,
    lots: Mapping[int, LotName] = NO_LOTS,
    serials: Mapping[int, Sequence[str]] = NO_SERIALS,
) -> StockLoaded:
    """Post opening stock, all records or none; ``lots`` has what is told of the lot of some, and
    ``serials`` which serials some have, by their place in ``records``. :class:`InvalidStock` names
    the first record that cannot be: unknown slot or SKU, more than fits, a slot that has stock or
    comes twice, another date of a lot, a serial that is here already."""
    for index, record in enumerate(records):
        check_name(record.slot, f"records[{index}].slot", InvalidStock)
        check_name(record.sku, f"records[{index}].sku", InvalidStock)
        check_lot_name(lots.get(index, UNKNOWN), f"records[{index}].", InvalidStock)
    told = (records, lots, serials) if serials else (records, lots) if lots else records
    digest = body_hash("stock", told)
    answer = recall(tx, key, digest)
    if answer is not None:
        return from_json(decode(answer), StockLoaded)
    _check(tx, shelves, records)
    filled = [record for record in records if record.quantity]
    moved = _movements(tx, records, key, now_ms, lots)
    tx.post(tuple(moved.values()))
    for index, movement in moved.items():
        _carry(tx, movement, serials.get(index, ()), index)
    for start in range(0, len(records), BALANCES_PER_EVENT):
        chunk = tuple(records[start : start + BALANCES_PER_EVENT])
        tx.append_event(StockStated(chunk), now_ms)
    for index in lots:
        tell_terms(tx, records[index].slot, records[index].sku, now_ms)
    loaded = StockLoaded(len(filled), sum(record.quantity for record in filled))
    remember(tx, key, digest, encode(loaded).decode(), now_ms)
    return loaded


def _movements(
    tx: Writing, records: Sequence[Balance], key: str, now_ms: int, lots: Mapping[int, LotName]
) -> dict[int, Movement]:
    """By the place of the record; of those that have pieces."""
    moves = {}
    for index, record in enumerate(records):
        if record.quantity:
            name = lots.get(index, UNKNOWN)
            known = name != UNKNOWN
            lot = lot_for(tx, record.sku, name, "", now_ms, InvalidStock) if known else NO_LOT
            hold_if_expired(tx, lot, now_ms)
            moves[index] = opening_movement(record, key, now_ms, lot)
    return moves


def _carry(tx: Writing, movement: Movement, serials: Sequence[str], index: int) -> None:
    try:
        carry_serials(tx, movement, serials)
    except PodherdError as error:
        error.field = f"records[{index}].serials"
        raise


def check_sku(record: SkuRecord, field: str = "") -> None:
    """:class:`InvalidStock` on an unusable SKU; ``field`` stands before the names of fields."""
    check_name(record.sku, f"{field}sku", InvalidStock)
    for name in ("size_class", "velocity_class"):
        if getattr(record, name) is not None:
            check_name(getattr(record, name), f"{field}{name}", InvalidStock)
    for name, least in (("weight_g", 0), ("case_quantity", 1)):
        value = getattr(record, name)
        if value is not None and not least <= value <= MAX_FACT:
            raise InvalidStock(
                "out of range",
                field=f"{field}{name}",
                value=value,
                remedy=f"Send a whole number from {least} to {MAX_FACT}, or null if unknown.",
            )
    if record.piece_value is not None and not 0 <= record.piece_value <= MAX_FACT:
        raise InvalidStock(
            "out of range",
            field=f"{field}piece_value",
            value=record.piece_value,
            remedy=f"Send a number from 0 to {MAX_FACT}, or null if unknown.",
        )


def _check(tx: Reading, shelves: Shelves, records: Sequence[Balance]) -> None:
    known = tx.known_skus({record.sku for record in records})
    taken = {place.account: place.sku for place in tx.holdings() if place.quantity > 0}
    for index, record in enumerate(records):
        field = f"records[{index}]"
        if not shelves.has_slot(record.slot):
            raise InvalidStock(
                "the site has no such slot",
                field=f"{field}.slot",
                value=record.slot,
                remedy="Slots are named <pod>/<face>/<level>/<column>; GET /v1/site tells them.",
            )
        if record.sku not in known:
            raise unknown_sku(record.sku, f"{field}.sku")
        check_quantity(record.quantity, f"{field}.quantity", InvalidStock, least=0)
        if record.quantity > shelves.capacity:
            raise InvalidStock(
                f"a slot holds at most {shelves.capacity} pieces",
                field=f"{field}.quantity",
                value=record.quantity,
                remedy="Spread the pieces over more slots.",
            )
        account = slot_account(record.slot)
        if account in taken:
            raise InvalidStock(
                f"the slot is taken by {taken[account]}; a slot holds one SKU and is opened once",
                field=f"{field}.slot",
                value=record.slot,
                remedy="Name each slot once, and only slots that are empty.",
            )
        taken[account] = record.sku


def unknown_sku(sku: Sku, field: str) -> InvalidStock:
    """The error for an SKU that is not in the catalogue."""
    return InvalidStock(
        "SKU is not in the catalogue",
        field=field,
        value=sku,
        remedy="Add it with PUT /v1/skus first.",
    )
