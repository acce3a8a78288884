"""Reading on in a feed: what to ask for next, given what was answered. Pure."""

import hashlib
from dataclasses import dataclass
from typing import Any

from planner.codec.messages import decode, encode
from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.rest.expressions import iso_time, time_ms
from wms_bridge.connectors.rest.mapfile import Paging


@dataclass(frozen=True, slots=True)
class Place:
    """Where reading is: what was changed ``since`` (as the WMS writes it), on ``page``; ``high`` is
    the latest stamp seen and ``last`` tells the page before apart. Pages of one look go by the
    ``since`` it began with."""

    since: str | int
    page: int = 1
    high: str | int | None = None
    last: str = ""


def asked(paging: Paging, cursor: str) -> dict[str, Any]:
    """What the query of a feed may name: ``cursor``, ``since``, ``page``, ``offset``, ``size``."""
    told: dict[str, Any] = {"size": paging.size, "cursor": cursor or paging.start}
    place = _place(paging, cursor)
    return {
        **told,
        "since": place.since,
        "page": place.page,
        "offset": (place.page - 1) * paging.size,
    }


def read_on(paging: Paging, cursor: str, answer: Any, items: list[Any]) -> tuple[str, bool]:
    """The next cursor, and whether there is more at once. ``ValueError`` on an answer without what
    is needed for it."""
    more = len(items) >= paging.size
    if paging.more is not None:
        more = bool(paging.more.on(answer))
    if paging.style == "cursor":
        found = paging.next.on(answer) if paging.next else None
        return (cursor if found is None or found == "" else str(found)), more
    place = _place(paging, cursor)
    high = _highest(paging, place, items) if paging.style == "since" else None
    digest = hashlib.sha256(encode(items)).hexdigest()[:16]
    if place.page > 1 and items and digest == place.last:
        raise ValueError("the same page came twice")
    if more:
        return encode(Place(place.since, place.page + 1, high, digest)).decode(), True
    since = place.since if high is None else _shifted(high, paging.overlap_s)
    return encode(Place(since)).decode(), False


def _place(paging: Paging, cursor: str) -> Place:
    if paging.style == "cursor" or not cursor:
        return Place(paging.start)
    told = decode(cursor)
    if not isinstance(told, dict):
        raise InvalidMessage("not a cursor of this feed", field="cursor", value=cursor)
    return Place(told["since"], told["page"], told["high"], told["last"])


def _highest(paging: Paging, place: Place, items: list[Any]) -> str | int | None:
    high = place.high
    for item in items:
        stamp = paging.stamp.on(item) if paging.stamp else None
        if not isinstance(stamp, str | int):
            raise ValueError(f"no stamp at {paging.stamp.text if paging.stamp else ''}")
        if high is None or time_ms(stamp, "stamp") > time_ms(high, "stamp"):
            high = stamp
    return high


def _shifted(stamp: str | int, overlap_s: float) -> str | int:
    earlier = max(0, time_ms(stamp, "stamp") - round(overlap_s * 1000))
    return earlier if isinstance(stamp, int) else iso_time(earlier)
