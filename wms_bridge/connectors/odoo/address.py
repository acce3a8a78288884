"""``odoo://user:password@host:port/database``, and the wire to it."""

from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import unquote

import httpx

from wms_bridge.connectors.database_address import DatabaseAddress, Form, Locations
from wms_bridge.connectors.odoo.wire import TIMEOUT_S, OdooWire

FENCE_S = 150.0
"""Longer than Odoo lets a request run (``limit_time_real``, 120 s)."""
OVERLAP_S = 120.0
_FORM = Form("odoo", "an Odoo", port=8069, more=("backorders",))


class Backorders(StrEnum):
    """What becomes of pieces that were not found."""

    NEVER = "never"
    CREATE = "create"
    """Another transfer, that is an order of its own by its number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OdooAddress(DatabaseAddress):
    """Where an Odoo is and how it is used."""

    database: str
    backorders: Backorders = Backorders.NEVER

    def wire(self, transport: httpx.AsyncBaseTransport | None = None) -> OdooWire:
        """A connection, not yet logged in."""
        who = (self.database, self.user, self.password)
        return OdooWire(self.endpoint, *who, self.timeout_s, transport)


def read_address(url: str) -> OdooAddress:
    """:class:`InvalidMessage` on an address that cannot be used."""
    told = _FORM.read(url)
    return OdooAddress(
        endpoint=f"{told.site}/jsonrpc",
        database=unquote(told.database),
        shown=told.shown,
        user=told.user,
        password=told.password,
        fence_s=told.seconds("fence_s", FENCE_S),
        timeout_s=told.seconds("timeout_s", TIMEOUT_S),
        overlap_s=told.seconds("overlap_s", OVERLAP_S),
        locations=told.choice("locations", Locations.POD),
        backorders=told.choice("backorders", Backorders.NEVER),
        warehouse=told.text("warehouse", "WH"),
    )
