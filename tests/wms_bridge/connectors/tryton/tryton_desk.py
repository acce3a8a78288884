"""A connector and a clerk at a Tryton."""

from collections.abc import Mapping
from typing import Any

from planner.warehouse.ids import Sku
from tests.wms_bridge.connectors.contract.cuts import CuttingTransport
from tests.wms_bridge.connectors.contract.desk import Desk, Words
from wms_bridge.connectors.tryton.clerk import TrytonClerk
from wms_bridge.connectors.tryton.clerk import connect as clerk_at
from wms_bridge.connectors.tryton.connector import TrytonConnector, connect


class TrytonDesk(Desk):
    """With what only a Tryton has."""

    connector: TrytonConnector
    clerk: TrytonClerk
    words = Words(
        version="Tryton 8.",
        cancelled="cancelled",
        entered="waiting",
        nothing_there="done",
        lost="Lost and Found",
        to_customers=("OUT", "CUS"),
        suppliers="SUP",
        fewest_changes=6,
    )

    def __init__(self, url: str, clerk_url: str):
        cuts = CuttingTransport()
        super().__init__(connect(url, cuts), clerk_at(clerk_url), cuts)

    async def ship_by_hand(self, reference: str) -> None:
        wire = self.clerk._wire
        shipment = "stock.shipment.out"
        (found,) = await wire.find(shipment, [["reference", "=", reference]], ["id"])
        for button in ("assign_try", "pick", "pack", "do"):
            await wire.do(f"{shipment}.{button}", [found["id"]])

    async def rename(self, sku: Sku, name: str) -> None:
        wire = self.clerk._wire
        (found,) = await wire.find("product.template", [["code", "=", sku]], ["id"])
        await wire.do("product.template.write", [found["id"]], {"name": name})

    async def make_again(self, reference: str) -> None:
        wire = self.clerk._wire
        (first,) = await wire.find(
            "stock.shipment.internal",
            [["reference", "=", reference]],
            ["from_location", "to_location", "reference"],
        )
        del first["id"]
        await wire.do("stock.shipment.internal.create", [first])

    def asks(self, call: Mapping[str, Any]) -> bool:
        method: str = call["method"]
        return method.endswith((".search_read", ".get_preferences", ".login"))
