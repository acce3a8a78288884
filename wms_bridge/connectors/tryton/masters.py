"""What is where in Tryton: the numbers of locations, articles and lots, kept once looked up."""

from collections.abc import Collection
from dataclasses import dataclass

from planner.warehouse.ids import Sku, SlotId
from wms_bridge.connectors.lookup import Lookup, no_such
from wms_bridge.connectors.tryton.address import TrytonAddress
from wms_bridge.connectors.tryton.wire import TrytonWire
from wms_bridge.ports.store import DeliveryFailed

SYSTEM = "Tryton"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The numbers of a warehouse's own locations."""

    number: int
    input: int
    output: int
    storage: int
    lost_found: int


@dataclass(frozen=True, slots=True)
class Article:
    """An article (``product.product``) and its unit."""

    number: int
    unit: int


class Masters:
    """Looks up by code; :class:`DeliveryFailed` (refused) on what Tryton does not have."""

    def __init__(self, wire: TrytonWire, address: TrytonAddress):
        self._wire = wire
        self._address = address
        self._warehouse: Warehouse | None = None
        self._locations = Lookup(SYSTEM, "location", self._read_locations)
        self._articles = Lookup(SYSTEM, "article", self._read_articles)
        self._lots: dict[tuple[int, str], int] = {}

    async def warehouse(self) -> Warehouse:
        """The one that the address names."""
        if self._warehouse is None:
            kinds = ("input", "output", "storage", "lost_found")
            domain = [["code", "=", self._address.warehouse], ["type", "=", "warehouse"]]
            fields = [f"{kind}_location" for kind in kinds]
            found = await self._wire.find("stock.location", domain, fields)
            if len(found) != 1:
                raise no_such(SYSTEM, "warehouse", self._address.warehouse)
            numbers = [found[0][name] for name in fields]
            if None in numbers or numbers[1] == numbers[2]:
                raise DeliveryFailed(
                    f"warehouse {self._address.warehouse} needs a lost and found location, and an"
                    " output location apart from its storage",
                    refused=True,
                )
            self._warehouse = Warehouse(found[0]["id"], *numbers)
        return self._warehouse

    async def locations(self, codes: Collection[str]) -> dict[str, int]:
        """Numbers of storage locations."""
        return await self._locations.find(codes)

    async def location(self, slot: SlotId) -> int:
        """Number of the place of a slot."""
        code = self._address.code_of(slot)
        return (await self.locations([code]))[code]

    async def _read_locations(self, codes: list[str]) -> list[tuple[str, int]]:
        root = (await self.warehouse()).number
        inside = [["type", "=", "storage"], ["parent", "child_of", [root], "parent"]]
        domain = [["code", "in", codes], *inside]
        rows = await self._wire.find("stock.location", domain, ["code"])
        return [(row["code"], row["id"]) for row in rows]

    async def articles(self, skus: Collection[Sku]) -> dict[Sku, Article]:
        """Numbers of articles."""
        return await self._articles.find(skus)

    async def _read_articles(self, skus: list[Sku]) -> list[tuple[Sku, Article]]:
        fields = ["code", "default_uom"]
        rows = await self._wire.find("product.product", [["code", "in", skus]], fields)
        return [(Sku(row["code"]), Article(row["id"], row["default_uom"])) for row in rows]

    async def lot(self, article: int, name: str) -> int | None:
        """Number of a lot, which is made if there is none; ``None`` for no name."""
        if not name:
            return None
        key = (article, name)
        if key not in self._lots:
            domain = [["product", "=", article], ["number", "=", name]]
            found = await self._wire.find("stock.lot", domain, ["id"], limit=1)
            if found:
                self._lots[key] = found[0]["id"]
            else:
                record = {"product": article, "number": name}
                (self._lots[key],) = await self._wire.do("stock.lot.create", [record])
        return self._lots[key]
