"""``tryton://user:password@host:port/database``, and the wire to it."""

import os
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.tryton.wire import TIMEOUT_S, TrytonWire

PASSWORD_VARIABLE = "PODHERD_WMS_PASSWORD"
FENCE_S = 90.0
OVERLAP_S = 60.0
_SCHEMES = {"tryton": "http", "tryton+http": "http", "tryton+https": "https"}
_PORTS = {"http": 8000, "https": 443}
_KNOWN = ("fence_s", "timeout_s", "overlap_s", "locations", "warehouse")


class Locations(StrEnum):
    """What a location of the WMS is to us."""

    POD = "pod"
    SLOT = "slot"


@dataclass(frozen=True, slots=True)
class TrytonAddress:
    """Where a Tryton is and how it is used; ``shown`` has no secrets. ``overlap_s`` is how far back
    every poll looks again: longer than the longest transaction there."""

    endpoint: str
    shown: str
    user: str
    password: str
    fence_s: float = FENCE_S
    timeout_s: float = TIMEOUT_S
    overlap_s: float = OVERLAP_S
    locations: Locations = Locations.POD
    warehouse: str = "WH"

    @property
    def fence_ms(self) -> int:
        """See :class:`wms_bridge.connectors.port.Connector`."""
        return round(self.fence_s * 1000)

    def wire(self, transport: httpx.AsyncBaseTransport | None = None) -> TrytonWire:
        """A connection, not yet logged in."""
        return TrytonWire(self.endpoint, self.user, self.password, self.timeout_s, transport)


def read_address(url: str) -> TrytonAddress:
    """:class:`InvalidMessage` on an address that cannot be used."""
    parts = urlsplit(url)
    web = _SCHEMES.get(parts.scheme)
    database = parts.path.strip("/")
    if web is None or not parts.hostname or not database or "/" in database:
        raise _wrong("not the address of a Tryton", parts.scheme)
    if not parts.username:
        raise _wrong("it names no user", "")
    query = parse_qs(parts.query, keep_blank_values=True)
    unknown = sorted(set(query) - set(_KNOWN))
    if unknown:
        raise _wrong(f"what it can say is {', '.join(_KNOWN)}", unknown[0])
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{host}:{parts.port or _PORTS[web]}/{database}"
    return TrytonAddress(
        endpoint=f"{web}://{place}/rpc/",
        shown=f"{parts.scheme}://{place}",
        user=unquote(parts.username),
        password=_password(parts.password),
        fence_s=_seconds(query, "fence_s", FENCE_S),
        timeout_s=_seconds(query, "timeout_s", TIMEOUT_S),
        overlap_s=_seconds(query, "overlap_s", OVERLAP_S),
        locations=_locations(query),
        warehouse=query.get("warehouse", ["WH"])[0],
    )


def _password(written: str | None) -> str:
    if written:
        return unquote(written)
    password = os.environ.get(PASSWORD_VARIABLE, "")
    if not password:
        raise InvalidMessage(
            "there is no password",
            field=PASSWORD_VARIABLE,
            remedy=f"Set the environment variable {PASSWORD_VARIABLE}.",
        )
    return password


def _locations(query: dict[str, list[str]]) -> Locations:
    text = query.get("locations", ["pod"])[0]
    try:
        return Locations(text)
    except ValueError:
        raise _wrong("locations is pod or slot", text) from None


def _seconds(query: dict[str, list[str]], name: str, usual: float) -> float:
    if name not in query:
        return usual
    text = query[name][0]
    try:
        value = float(text)
    except ValueError:
        raise _wrong(f"{name} is no number of seconds", text) from None
    if not 0 < value < float("inf"):
        raise _wrong(f"{name} is more than 0 seconds", text)
    return value


def _wrong(problem: str, value: str) -> InvalidMessage:
    return InvalidMessage(
        problem,
        field="wms",
        value=value,
        remedy="Write tryton://user:password@host:port/database; see docs/guides/wms-tryton.md.",
    )
