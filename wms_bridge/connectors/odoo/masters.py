"""What is where in Odoo: the numbers of locations, articles and lots, kept once looked up."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, TypeVar

from planner.warehouse.ids import Sku, SlotId
from wms_bridge.connectors.odoo.address import Locations, OdooAddress
from wms_bridge.connectors.odoo.wire import OdooWire, Row
from wms_bridge.ports.store import DeliveryFailed

AT_ONCE = 500
LOT = "stock.production.lot"
Key = TypeVar("Key", bound=str)
Value = TypeVar("Value")


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
        self._locations: dict[str, int] = {}
        self._articles: dict[Sku, Article] = {}
        self._lots: dict[tuple[int, str], int] = {}

    async def warehouse(self) -> Warehouse:
        """The one that the address names."""
        if self._warehouse is None:
            kinds = ["lot_stock_id", "out_type_id", "in_type_id", "int_type_id", "company_id"]
            steps = ["delivery_steps", "reception_steps"]
            domain = [["code", "=", self._address.warehouse]]
            found = await self._wire.find("stock.warehouse", domain, [*kinds, *steps])
            if len(found) != 1:
                raise _missing("warehouse", self._address.warehouse)
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
                raise _missing("location for", usage)
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

    def code_of(self, slot: SlotId) -> str:
        """What Odoo calls the place of a slot."""
        return slot if self._address.locations is Locations.SLOT else slot.partition("/")[0]

    async def inside(self) -> list[Any]:
        """Says of a location that it is one of the warehouse for pieces to lie in."""
        stock = (await self.warehouse()).stock
        return [["usage", "=", "internal"], ["id", "child_of", stock], ["id", "!=", stock]]

    async def locations(self, codes: Collection[str]) -> dict[str, int]:
        """Numbers of locations below the stock location, by barcode or name."""
        if missing := [code for code in codes if code not in self._locations]:
            inside = await self.inside()
            for part in _parts(missing):
                named = ["|", ["barcode", "in", part], ["name", "in", part]]
                found = await self._wire.find(
                    "stock.location", [*named, *inside], ["name", "barcode"]
                )
                for row in found:
                    self._locations.setdefault(place_of(row), row["id"])
        return {code: _known(self._locations, code, "location") for code in codes}

    async def location(self, slot: SlotId) -> int:
        """Number of the place of a slot."""
        code = self.code_of(slot)
        return (await self.locations([code]))[code]

    async def articles(self, skus: Collection[Sku]) -> dict[Sku, Article]:
        """Numbers of articles."""
        if missing := [sku for sku in skus if sku not in self._articles]:
            for part in _parts(missing):
                fields = ["default_code", "uom_id", "tracking"]
                domain = [["default_code", "in", part]]
                for row in await self._wire.find("product.product", domain, fields):
                    has_lots = row["tracking"] != "none"
                    article = Article(row["id"], number_of(row["uom_id"]), has_lots)
                    self._articles.setdefault(Sku(row["default_code"]), article)
        return {sku: _known(self._articles, sku, "article") for sku in skus}

    async def article(self, sku: Sku) -> Article:
        """Number of an article."""
        return (await self.articles([sku]))[sku]

    def forget(self, skus: Collection[Sku]) -> None:
        """They have changed."""
        for sku in skus:
            self._articles.pop(sku, None)

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


def _check_steps(row: Row, name: str) -> None:
    for field, one_step in (("delivery_steps", "ship_only"), ("reception_steps", "one_step")):
        if row[field] != one_step:
            raise DeliveryFailed(
                f"warehouse {name} has {field} {row[field]}, {one_step} is needed", refused=True
            )


def _parts(names: list[str] | list[Sku]) -> list[list[str]]:
    return [list(names[start : start + AT_ONCE]) for start in range(0, len(names), AT_ONCE)]


def _known(found: dict[Key, Value], key: Key, kind: str) -> Value:
    if key not in found:
        raise _missing(kind, str(key))
    return found[key]


def _missing(kind: str, name: str) -> DeliveryFailed:
    return DeliveryFailed(f"Odoo has no {kind} {name}", refused=True)
