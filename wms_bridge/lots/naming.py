"""Finding the lot that goods belong to, or keeping a new one."""

from dataclasses import dataclass, replace

from planner.warehouse.errors import InvalidReceipt, InvalidStock
from planner.warehouse.ids import NO_LOT, Lot, Sku
from wms_bridge.names import MAX_TIME_MS, check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.lots import LotQuery, LotRecord, Rotation, RotationRule

MAX_CODE = 20
"""Most characters of a lot code (GS1 General Specifications, AI 10)."""
Refusal = type[InvalidStock] | type[InvalidReceipt]


@dataclass(frozen=True, slots=True)
class LotName:
    """What is told of the lot of some goods: the maker's ``code``, whose they are, when they
    expire (ms since 1970 UTC). All of it may be unknown."""

    code: str = ""
    owner: str = ""
    expires_ms: int | None = None


UNKNOWN = LotName()


def lot_for(
    tx: Writing, sku: Sku, name: LotName, fallback: str, now_ms: int, refusal: Refusal
) -> Lot:
    """The lot that goods of this name belong to; a new one is kept. Goods of which nothing is told
    belong to none, unless their SKU goes first in, first out: then ``fallback`` is their code."""
    if name == UNKNOWN:
        if rotation_of(tx, sku).rule is not RotationRule.FIFO:
            return NO_LOT
        name = LotName(code=fallback)
    known = _known(tx, sku, name)
    if known is None:
        return _keep(tx, sku, name, now_ms).lot
    if name.expires_ms is None or known.expires_ms == name.expires_ms:
        return known.lot
    if known.expires_ms is None:
        tx.put_lot_record(replace(known, expires_ms=name.expires_ms))
        return known.lot
    raise refusal(
        f"lot {name.code} of {sku} expires at {known.expires_ms}",
        field="expires_ms",
        value=name.expires_ms,
        remedy="Send the lot's own date, or correct it with PUT /v1/lots.",
    )


def check_lot_name(name: LotName, field: str, refusal: Refusal) -> None:
    """Raise ``refusal`` if something of the name cannot be kept."""
    if name.code:
        check_name(name.code, f"{field}lot", refusal, MAX_CODE)
    if name.owner:
        check_name(name.owner, f"{field}owner", refusal)
    if name.expires_ms is not None and not 0 <= name.expires_ms <= MAX_TIME_MS:
        raise refusal(
            "time out of range",
            field=f"{field}expires_ms",
            value=name.expires_ms,
            remedy=f"Send whole milliseconds from 0 to {MAX_TIME_MS}.",
        )


def rotation_of(tx: Reading, sku: Sku) -> Rotation:
    """How an SKU is rotated: as was said of it, or else of the site."""
    return tx.rotation(sku) or tx.rotation(Sku("")) or Rotation(sku, RotationRule.NONE)


def _known(tx: Reading, sku: Sku, name: LotName) -> LotRecord | None:
    found = tx.lots(LotQuery(sku=sku, code=name.code, owner=name.owner, limit=1000))
    if not name.code:  # told apart by their date only
        found = tuple(lot for lot in found if lot.expires_ms == name.expires_ms)
    return found[0] if found else None


def _keep(tx: Writing, sku: Sku, name: LotName, now_ms: int) -> LotRecord:
    number = tx.last_lot() + 1
    record = LotRecord(
        number, Lot(f"L{number:06d}"), sku, name.code, name.owner, name.expires_ms, now_ms
    )
    tx.put_lot_record(record)
    return record
