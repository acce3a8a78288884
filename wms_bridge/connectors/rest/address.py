"""``rest+http(s)://[user:password@]host[:port][/base]?map=FILE``, and the wire to it."""

import os
from dataclasses import dataclass, replace
from urllib.parse import parse_qs, unquote, urlsplit

import httpx
import msgspec

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.rest.expressions import Template
from wms_bridge.connectors.rest.mapfile import RestMap, find_map, read_map
from wms_bridge.connectors.rest.wire import RestWire

_TIMES = ("fence_s", "timeout_s")
_KNOWN = ("map", *_TIMES)
PASSWORD_VARIABLE = "PODHERD_WMS_PASSWORD"


@dataclass(frozen=True, slots=True)
class RestAddress:
    """Where a WMS is and how it is talked to; ``shown`` has no secrets."""

    base: str
    shown: str
    map: RestMap
    auth: tuple[str, str] | None = None

    @property
    def fence_ms(self) -> int:
        """0 if the WMS itself knows repeats."""
        return 0 if self.map.idempotency_header else round(self.map.fence_s * 1000)

    def wire(self, transport: httpx.AsyncBaseTransport | None = None) -> RestWire:
        """:class:`InvalidMessage` if a secret is not in the environment."""
        used = self.map
        headers = dict(used.headers)
        if used.auth is not None:
            secret = os.environ.get(used.auth.secret)
            if not secret:
                raise InvalidMessage(
                    "the WMS wants a secret that is not in the environment",
                    field=used.auth.secret,
                    remedy=f"Set the environment variable {used.auth.secret}.",
                )
            headers[used.auth.header] = Template(used.auth.value).fill({"secret": secret})
        return RestWire(self.base, headers, used.timeout_s, used.not_done, self.auth, transport)


def read_address(url: str) -> RestAddress:
    """:class:`InvalidMessage` on an address or a map that cannot be used."""
    parts = urlsplit(url)
    query = parse_qs(parts.query)
    scheme = parts.scheme.removeprefix("rest+")
    if scheme not in ("http", "https") or not parts.hostname:
        raise _wrong("not the address of a REST WMS", parts.scheme)
    unknown = [name for name in query if name not in _KNOWN]
    if unknown or "map" not in query:
        raise _wrong("what it can say is map (needed), fence_s and timeout_s", parts.query)
    found = read_map(find_map(query["map"][0]))
    changes = {name: _seconds(name, query[name][0]) for name in _TIMES if name in query}
    found = msgspec.structs.replace(found, **changes)
    host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    place = host if parts.port is None else f"{host}:{parts.port}"
    base = f"{scheme}://{place}{parts.path}"
    address = RestAddress(base, f"rest+{base}", found)
    if parts.username is None:
        return address
    password = unquote(parts.password or os.environ.get(PASSWORD_VARIABLE, ""))
    return replace(address, auth=(unquote(parts.username), password))


def _seconds(name: str, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise _wrong(f"{name} is no number of seconds", text) from None
    if not 0 <= value < float("inf"):
        raise _wrong(f"{name} is 0 or more seconds", text)
    return value


def _wrong(problem: str, value: str) -> InvalidMessage:
    return InvalidMessage(
        problem,
        field="wms",
        value=value,
        remedy="Write rest+http://host:port/base?map=FILE; see docs/guides/wms-rest.md.",
    )
