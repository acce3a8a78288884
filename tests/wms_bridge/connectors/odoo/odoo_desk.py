"""A connector and a clerk at an Odoo."""

from collections.abc import Mapping
from typing import Any

from planner.warehouse.ids import Sku
from tests.wms_bridge.connectors.contract.cuts import CuttingTransport
from tests.wms_bridge.connectors.contract.desk import Desk, Words
from wms_bridge.connectors.odoo.clerk import OdooClerk
from wms_bridge.connectors.odoo.clerk import connect as clerk_at
from wms_bridge.connectors.odoo.connector import OdooConnector, connect
from wms_bridge.connectors.port import OrderDocument


class OdooDesk(Desk):
    """With what only an Odoo has."""

    connector: OdooConnector
    clerk: OdooClerk
    words = Words(
        version="Odoo 14.",
        cancelled="cancel",
        entered="assigned",
        nothing_there="cancel",  # Odoo books no empty delivery.
        lost="Inventory adjustment",
        to_customers=("Customers",),
        suppliers="Vendors",
        fewest_changes=2,
    )

    def __init__(self, url: str, clerk_url: str):
        cuts = CuttingTransport()
        super().__init__(connect(url, cuts), clerk_at(clerk_url), cuts)

    async def ship_by_hand(self, reference: str) -> None:
        wire = self.clerk._wire
        fields = ["id", "move_line_ids"]
        (found,) = await wire.find("stock.picking", [["origin", "=", reference]], fields)
        lines = [["id", "in", found["move_line_ids"]], ["qty_done", "=", 0]]
        for line in await wire.find("stock.move.line", lines, ["product_uom_qty"]):
            done = {"qty_done": line["product_uom_qty"]}
            await wire.do("stock.move.line", "write", [line["id"]], done)
        context = {"skip_backorder": True, "picking_ids_not_to_backorder": [found["id"]]}
        await wire.do("stock.picking", "button_validate", [found["id"]], context=context)

    async def rename(self, sku: Sku, name: str) -> None:
        wire = self.clerk._wire
        (found,) = await wire.find("product.template", [["default_code", "=", sku]], ["id"])
        await wire.do("product.template", "write", [found["id"]], {"name": name})

    async def make_again(self, reference: str) -> None:
        wire = self.clerk._wire
        (first,) = await wire.find("stock.picking", [["origin", "=", reference]], ["id"])
        made = await wire.do("stock.picking", "copy", first["id"])
        await wire.do("stock.picking", "write", [made], {"origin": reference})

    def asks(self, call: Mapping[str, Any]) -> bool:
        params = call["params"]
        method = params["args"][4] if params["service"] == "object" else params["method"]
        return method in ("search_read", "authenticate", "version")

    def news(self) -> list[OrderDocument]:
        """Documents that come twice once."""
        return list({(one.reference, one.version): one for one in super().news()}.values())
