"""Tryton's JSON: decimals, dates and times are objects with a ``__class__``."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

from wms_bridge.ports.store import DeliveryFailed

_TIME_PARTS = ("hour", "minute", "second", "microsecond")
_DATE_PARTS = ("year", "month", "day")


def to_text(value: object) -> bytes:
    """JSON as Tryton reads it."""
    return json.dumps(value, default=_tagged, separators=(",", ":")).encode()


def from_text(text: bytes) -> Any:
    """What Tryton's JSON says; :class:`ValueError` on what is none."""
    return json.loads(text, object_hook=_plain)


def whole(quantity: float) -> int:
    """Pieces; :class:`DeliveryFailed` (refused) on a part of one, litres say."""
    pieces = round(quantity)
    if abs(pieces - quantity) > 1e-6:
        raise DeliveryFailed(f"{quantity} is no number of pieces", refused=True)
    return pieces


def at_ms(when: dt.datetime) -> int:
    """A stamp of Tryton, which is UTC without saying so."""
    return round(when.replace(tzinfo=dt.UTC).timestamp() * 1000)


def _tagged(value: object) -> dict[str, Any]:
    if isinstance(value, Decimal):
        return {"__class__": "Decimal", "decimal": str(value)}
    if isinstance(value, dt.datetime):
        parts = {name: getattr(value, name) for name in (*_DATE_PARTS, *_TIME_PARTS)}
        return {"__class__": "datetime", **parts}
    if isinstance(value, dt.date):
        return {"__class__": "date", **{name: getattr(value, name) for name in _DATE_PARTS}}
    raise TypeError(f"{type(value).__name__} has no place in Tryton's JSON")


def _plain(found: dict[str, Any]) -> Any:
    kind = found.get("__class__")
    if kind == "Decimal":
        return Decimal(found["decimal"])
    if kind == "datetime":
        return dt.datetime(*(int(found[name]) for name in (*_DATE_PARTS, *_TIME_PARTS)))  # type: ignore[arg-type]
    if kind == "date":
        return dt.date(*(int(found[name]) for name in _DATE_PARTS))
    return found
