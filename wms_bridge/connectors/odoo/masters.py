"""What is where in Odoo: the numbers of locations, articles and lots, kept once looked up."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from planner.warehouse.ids import Sku, SlotId
from wms_bridge.connectors.lookup import Lookup, no_such
from wms_bridge.connectors.odoo.address import OdooAddress
from wms_bridge.connectors.odoo.wire import OdooWire, Row
from wms_bridge.ports.store import DeliveryFailed

SYSTEM = "Odoo"
LOT = "stock.production.lot"


@dataclass(frozen=True, slots=True)
class Warehouse:
    """The numbers of a warehouse: its stock location, its kinds of transfers, and where pieces come
    from and go to outside."""

    number: int
    company: int
    stock: int
    outgoing: int
    incoming: int
    internal: int
    customers: int
    suppliers: int
    lost: int


@dataclass(frozen=True, slots=True)
class Article:
    """An article (``product.product``), its unit, and whether each piece of it has a lot."""

    number: int
    unit: int
    has_lots: bool


class Masters:
    """Looks up by code; :class:`DeliveryFailed` (refused) on what Odoo does not have."""

    def __init__(self, wire: OdooWire, address: OdooAddress):
        self._wire = wire
        self._address = address
        self._warehouse: Warehouse | None = None
        self._locations = Lookup(SYSTEM, "location", self._read_locations)
        self._articles = Lookup(SYSTEM, "article", self._read_articles)
        self._lots: dict[tuple[int, str], int] = {}

    async def warehouse(self) -> Warehouse:
        """The one that the address names."""
        if self._warehouse is None:
            kinds = ["lot_stock_id", "out_type_id", "in_type_id", "int_type_id", "company_id"]
            steps = ["delivery_steps", "reception_steps"]
            domain = [["code", "=", self._address.warehouse]]
            found = await self._wire.find("stock.warehouse", domain, [*kinds, *steps])
            if len(found) != 1:
                raise no_such(SYSTEM, "warehouse", self._address.warehouse)
            _check_steps(found[0], self._address.warehouse)
            self._warehouse = await self._ends(found[0])
        return self._warehouse

    async def _ends(self, row: Row) -> Warehouse:
        company = number_of(row["company_id"])
        ends: dict[str, int] = {}
        for usage in ("customer", "supplier", "inventory"):
            domain = [
                ["usage", "=", usage],
                ["scrap_location", "=", False],
                ["company_id", "in", [company, False]],
            ]
            found = await self._wire.find("stock.location", domain, ["id"], limit=1)
            if not found:
                raise no_such(SYSTEM, "location for", usage)
            ends[usage] = found[0]["id"]
        return Warehouse(
            number=row["id"],
            company=company,
            stock=number_of(row["lot_stock_id"]),
            outgoing=number_of(row["out_type_id"]),
            incoming=number_of(row["in_type_id"]),
            internal=number_of(row["int_type_id"]),
            customers=ends["customer"],
            suppliers=ends["supplier"],
            lost=ends["inventory"],
        )

    async def inside(self) -> list[Any]:
        """Says of a location that it is one of the warehouse for pieces to lie in."""
        stock = (await self.warehouse()).stock
        return [["usage", "=", "internal"], ["id", "child_of", stock], ["id", "!=", stock]]

    async def locations(self, codes: Collection[str]) -> dict[str, int]:
        """Numbers of locations below the stock location, by barcode or name."""
        return await self._locations.find(codes)

    async def location(self, slot: SlotId) -> int:
        """Number of the place of a slot."""
        code = self._address.code_of(slot)
        return (await self.locations([code]))[code]

    async def _read_locations(self, codes: list[str]) -> list[tuple[str, int]]:
        named = ["|", ["barcode", "in", codes], ["name", "in", codes]]
        domain = [*named, *await self.inside()]
        rows = await self._wire.find("stock.location", domain, ["name", "barcode"])
        return [(place_of(row), row["id"]) for row in rows]

    async def articles(self, skus: Collection[Sku]) -> dict[Sku, Article]:
        """Numbers of articles."""
        return await self._articles.find(skus)

    async def _read_articles(self, skus: list[Sku]) -> list[tuple[Sku, Article]]:
        fields = ["default_code", "uom_id", "tracking"]
        rows = await self._wire.find("product.product", [["default_code", "in", skus]], fields)
        return [(Sku(row["default_code"]), _article(row)) for row in rows]

    async def article(self, sku: Sku) -> Article:
        """Number of an article."""
        return (await self.articles([sku]))[sku]

    def forget(self, skus: Collection[Sku]) -> None:
        """They have changed."""
        self._articles.forget(skus)

    async def lot(self, article: Article, name: str) -> int | None:
        """Number of a lot, which is made if there is none; ``None`` for no name and for articles
        that have no lots in Odoo."""
        if not name or not article.has_lots:
            return None
        key = (article.number, name)
        if key not in self._lots:
            domain = [["product_id", "=", article.number], ["name", "=", name]]
            found = await self._wire.find(LOT, domain, ["id"], limit=1)
            if found:
                self._lots[key] = found[0]["id"]
            else:
                company = (await self.warehouse()).company
                record = {"product_id": article.number, "name": name, "company_id": company}
                self._lots[key] = await self._wire.do(LOT, "create", record)
        return self._lots[key]


def place_of(location: Row) -> str:
    """What a location is called: its barcode, or its name where it has none."""
    return str(location["barcode"] or location["name"])


def number_of(link: Any) -> int:
    """Of a record that another one names: Odoo tells its number and its name."""
    return int(link[0])


def _article(row: Row) -> Article:
    return Article(row["id"], number_of(row["uom_id"]), has_lots=row["tracking"] != "none")


def _check_steps(row: Row, name: str) -> None:
    for field, one_step in (("delivery_steps", "ship_only"), ("reception_steps", "one_step")):
        if row[field] != one_step:
            raise DeliveryFailed(
                f"warehouse {name} has {field} {row[field]}, {one_step} is needed", refused=True
            )
