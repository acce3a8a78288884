"""``tryton://user:password@host:port/database``, and the wire to it."""

from dataclasses import dataclass

import httpx

from wms_bridge.connectors.database_address import DatabaseAddress, Form, Locations
from wms_bridge.connectors.tryton.wire import TIMEOUT_S, TrytonWire

FENCE_S = 90.0
OVERLAP_S = 60.0
_FORM = Form("tryton", "a Tryton", port=8000)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrytonAddress(DatabaseAddress):
    """Where a Tryton is and how it is used."""

    def wire(self, transport: httpx.AsyncBaseTransport | None = None) -> TrytonWire:
        """A connection, not yet logged in."""
        return TrytonWire(self.endpoint, self.user, self.password, self.timeout_s, transport)


def read_address(url: str) -> TrytonAddress:
    """:class:`InvalidMessage` on an address that cannot be used."""
    told = _FORM.read(url)
    return TrytonAddress(
        endpoint=f"{told.site}/{told.database}/rpc/",
        shown=told.shown,
        user=told.user,
        password=told.password,
        fence_s=told.seconds("fence_s", FENCE_S),
        timeout_s=told.seconds("timeout_s", TIMEOUT_S),
        overlap_s=told.seconds("overlap_s", OVERLAP_S),
        locations=told.choice("locations", Locations.POD),
        warehouse=told.text("warehouse", "WH"),
    )
