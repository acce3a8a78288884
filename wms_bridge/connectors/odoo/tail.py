"""Reading on in a table by the time of the last change, with nothing missed and little twice.

Odoo stamps a record when its transaction begins and shows it when that ends, so a stamp may come to
light after later ones; and it tells stamps in whole seconds, so two changes may have the same one.
Every poll therefore looks back by an overlap, and the cursor keeps what was seen in it, with a mark
of its contents."""

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.codec.messages import decode, encode
from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.odoo.wire import OdooWire, Row

LONG_AGO = dt.datetime(1970, 1, 1)
_FORM = "%Y-%m-%d %H:%M:%S"


@dataclass(frozen=True, slots=True)
class Tail:
    """``at`` is the latest stamp taken, ``seen`` the marks of what was taken of those after
    ``at - overlap``, each with its stamp."""

    at: dt.datetime = LONG_AGO
    seen: Mapping[int, tuple[dt.datetime, str]] = field(default_factory=dict)

    def floor(self, overlap: dt.timedelta) -> dt.datetime:
        """From where to look."""
        return self.at if self.at == LONG_AGO else self.at - overlap

    def fresh(self, found: Sequence[Row]) -> list[Row]:
        """Those of what was found that were not taken as they are now."""
        return [row for row in found if self.seen.get(row["id"], ("", ""))[1] != mark(row)]

    def after(self, taken: Sequence[Row], overlap: dt.timedelta) -> "Tail":
        """Having taken these, in the order of their stamps."""
        stamped = {row["id"]: (when(row["write_date"]), mark(row)) for row in taken}
        at = max([self.at, *(stamp for stamp, _ in stamped.values())])
        seen = {**self.seen, **stamped}
        kept = {number: one for number, one in seen.items() if one[0] >= at - overlap}
        return Tail(at, kept)

    def to_cursor(self) -> str:
        """As a connector's cursor."""
        seen = {str(number): [as_text(stamp), told] for number, (stamp, told) in self.seen.items()}
        return encode({"at": as_text(self.at), "seen": seen}).decode()


def read_tail(cursor: str) -> Tail:
    """:class:`InvalidMessage` on a cursor that is not ours."""
    if not cursor:
        return Tail()
    try:
        told: Any = decode(cursor.encode())
        seen = {int(one): (when(stamp), str(at)) for one, (stamp, at) in told["seen"].items()}
        return Tail(when(told["at"]), seen)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidMessage("not a cursor of Odoo", field="cursor", value=cursor) from error


async def latest_changes(
    wire: OdooWire,
    model: str,
    domain: list[Any],
    fields: list[str],
    tail: Tail,
    overlap: dt.timedelta,
    limit: int = 100,
) -> tuple[list[Row], bool]:
    """Records changed since, at most so many, and whether there are more."""
    since = ["write_date", ">=", as_text(tail.floor(overlap))]
    asked = limit + len(tail.seen) + 1
    wanted = [*fields, "write_date"]
    found = await wire.find(model, [*domain, since], wanted, "write_date, id", asked)
    fresh = tail.fresh(found)
    return fresh[:limit], len(fresh) > limit


def mark(row: Row) -> str:
    """Differs when a record as it was read does."""
    text = json.dumps(row, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def when(text: str) -> dt.datetime:
    """A stamp of Odoo's, in UTC without saying so; :class:`ValueError` on what is none."""
    return dt.datetime.strptime(text, _FORM)


def as_text(stamp: dt.datetime) -> str:
    """As Odoo writes it."""
    return stamp.strftime(_FORM)


def at_ms(stamp: str) -> int:
    """A stamp of Odoo's in ms since 1970."""
    return round(when(stamp).replace(tzinfo=dt.UTC).timestamp() * 1000)
