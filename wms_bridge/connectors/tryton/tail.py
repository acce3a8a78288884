"""Reading on in a table by the time of the last change, with nothing missed and little twice.

Tryton stamps a record when its transaction begins and shows it when that ends, so a stamp may come
to light after later ones. Every poll therefore looks back by an overlap, and the cursor keeps what
was seen in it."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planner.codec.messages import decode, encode
from planner.warehouse.errors import InvalidMessage

LONG_AGO = dt.datetime(1970, 1, 1)
Stamped = tuple[int, dt.datetime]
"""Number of a record and when it was last changed."""


@dataclass(frozen=True, slots=True)
class Tail:
    """``at`` is the latest stamp taken, ``seen`` what was taken of those after ``at - overlap``."""

    at: dt.datetime = LONG_AGO
    seen: Mapping[int, dt.datetime] = field(default_factory=dict)

    def floor(self, overlap: dt.timedelta) -> dt.datetime:
        """From where to look."""
        return self.at if self.at == LONG_AGO else self.at - overlap

    def fresh(self, found: Sequence[Stamped], limit: int) -> tuple[Stamped, ...]:
        """The first ``limit`` of what was found that were not taken as they are now."""
        news = [one for one in found if self.seen.get(one[0]) != one[1]]
        return tuple(news[:limit])

    def after(self, taken: Sequence[Stamped], overlap: dt.timedelta) -> "Tail":
        """Having taken these, in the order of their stamps."""
        at = max([self.at, *(stamp for _, stamp in taken)])
        seen = {**self.seen, **dict(taken)}
        kept = {number: stamp for number, stamp in seen.items() if stamp >= at - overlap}
        return Tail(at, kept)

    def to_cursor(self) -> str:
        """As a connector's cursor."""
        seen = {str(number): stamp.isoformat() for number, stamp in self.seen.items()}
        return encode({"at": self.at.isoformat(), "seen": seen}).decode()


def read_tail(cursor: str) -> Tail:
    """:class:`InvalidMessage` on a cursor that is not ours."""
    if not cursor:
        return Tail()
    try:
        told: Any = decode(cursor.encode())
        seen = {int(number): _stamp(stamp) for number, stamp in told["seen"].items()}
        return Tail(_stamp(told["at"]), seen)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise InvalidMessage("not a cursor of Tryton", field="cursor", value=cursor) from error


def _stamp(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)
