"""``odoo://user:password@host:port/database``, and the wire to it."""

import os
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from urllib.parse import parse_qs, unquote, urlsplit

import httpx

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.odoo.wire import TIMEOUT_S, OdooWire

PASSWORD_VARIABLE = "PODHERD_WMS_PASSWORD"
FENCE_S = 150.0
"""Longer than Odoo lets a request run (``limit_time_real``, 120 s)."""
OVERLAP_S = 120.0
_SCHEMES = {"odoo": "http", "odoo+http": "http", "odoo+https": "https"}
_PORTS = {"http": 8069, "https": 443}
_KNOWN = ("fence_s", "timeout_s", "overlap_s", "locations", "warehouse", "backorders")
Choice = TypeVar("Choice", bound=StrEnum)


class Locations(StrEnum):
    """What a location of the WMS is to us."""

    POD = "pod"
    SLOT = "slot"


class Backorders(StrEnum):
    """What becomes of pieces that were not found."""

    NEVER = "never"
    CREATE = "create"
    """Another transfer, that is an order of its own by its number."""


@dataclass(frozen=True, slots=True)
class OdooAddress:
    """Where an Odoo is and how it is used; ``shown`` has no secrets. ``overlap_s`` is how far back
    every poll looks again: longer than the longest transaction there."""

    endpoint: str
    database: str
    shown: str
    user: str
    password: str
    fence_s: float = FENCE_S
    timeout_s: float = TIMEOUT_S
    overlap_s: float = OVERLAP_S
    locations: Locations = Locations.POD
    backorders: Backorders = Backorders.NEVER
    warehouse: str = "WH"

    @property
    def fence_ms(self) -> int:
        """See :class:`wms_bridge.connectors.port.Connector`."""
        return round(self.fence_s * 1000)

    def wire(self, transport: httpx.AsyncBaseTransport | None = None) -> OdooWire:
        """A connection, not yet logged in."""
        who = (self.database, self.user, self.password)
        return OdooWire(self.endpoint, *who, self.timeout_s, transport)


def read_address(url: str) -> OdooAddress:
    """:class:`InvalidMessage` on an address that cannot be used."""
    parts = urlsplit(url)
    web = _SCHEMES.get(parts.scheme)
    database = parts.path.strip("/")
    if web is None or not parts.hostname or not database or "/" in database:
        raise _wrong("not the address of an Odoo", parts.scheme)
    if not parts.username:
        raise _wrong("it names no user", "")
    query = parse_qs(parts.query, keep_blank_values=True)
    unknown = sorted(set(query) - set(_KNOWN))
    if unknown:
        raise _wrong(f"what it can say is {', '.join(_KNOWN)}", unknown[0])
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = f"{host}:{parts.port or _PORTS[web]}"
    return OdooAddress(
        endpoint=f"{web}://{place}/jsonrpc",
        database=unquote(database),
        shown=f"{parts.scheme}://{place}/{database}",
        user=unquote(parts.username),
        password=_password(parts.password),
        fence_s=_seconds(query, "fence_s", FENCE_S),
        timeout_s=_seconds(query, "timeout_s", TIMEOUT_S),
        overlap_s=_seconds(query, "overlap_s", OVERLAP_S),
        locations=_choice(query, "locations", Locations.POD),
        backorders=_choice(query, "backorders", Backorders.NEVER),
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


def _choice(query: dict[str, list[str]], name: str, usual: Choice) -> Choice:
    text = query.get(name, [str(usual)])[0]
    try:
        return type(usual)(text)
    except ValueError:
        raise _wrong(f"{name} is {' or '.join(type(usual))}", text) from None


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
        remedy="Write odoo://user:password@host:port/database; see docs/guides/wms-odoo.md.",
    )
