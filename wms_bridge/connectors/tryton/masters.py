"""What is where in Tryton: the numbers of locations, articles and lots, kept once looked up."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeVar

from planner.warehouse.ids import Sku, SlotId
from wms_bridge.connectors.tryton.address import Locations, TrytonAddress
from wms_bridge.connectors.tryton.wire import TrytonWire
from wms_bridge.ports.store import DeliveryFailed

AT_ONCE = 500
Key = TypeVar("Key", bound=str)
Value = TypeVar("Value")


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
        self._locations: dict[str, int] = {}
        self._articles: dict[Sku, Article] = {}
        self._lots: dict[tuple[int, str], int] = {}

    async def warehouse(self) -> Warehouse:
        """The one that the address names."""
        if self._warehouse is None:
            kinds = ("input", "output", "storage", "lost_found")
            domain = [["code", "=", self._address.warehouse], ["type", "=", "warehouse"]]
            fields = [f"{kind}_location" for kind in kinds]
            found = await self._wire.find("stock.location", domain, fields)
            if len(found) != 1:
                raise _missing("warehouse", self._address.warehouse)
            numbers = [found[0][name] for name in fields]
            if None in numbers or numbers[1] == numbers[2]:
                raise DeliveryFailed(
                    f"warehouse {self._address.warehouse} needs a lost and found location, and an"
                    " output location apart from its storage",
                    refused=True,
                )
            self._warehouse = Warehouse(found[0]["id"], *numbers)
        return self._warehouse

    def code_of(self, slot: SlotId) -> str:
        """What Tryton calls the place of a slot."""
        return slot if self._address.locations is Locations.SLOT else slot.partition("/")[0]

    async def locations(self, codes: Collection[str]) -> dict[str, int]:
        """Numbers of storage locations."""
        if missing := [code for code in codes if code not in self._locations]:
            root = (await self.warehouse()).number
            inside = [["type", "=", "storage"], ["parent", "child_of", [root], "parent"]]
            for part in _parts(missing):
                domain = [["code", "in", part], *inside]
                for row in await self._wire.find("stock.location", domain, ["code"]):
                    self._locations.setdefault(row["code"], row["id"])
        return {code: _known(self._locations, code, "location") for code in codes}

    async def location(self, slot: SlotId) -> int:
        """Number of the place of a slot."""
        code = self.code_of(slot)
        return (await self.locations([code]))[code]

    async def articles(self, skus: Collection[Sku]) -> dict[Sku, Article]:
        """Numbers of articles."""
        if missing := [sku for sku in skus if sku not in self._articles]:
            for part in _parts(missing):
                domain = [["code", "in", part]]
                for row in await self._wire.find(
                    "product.product", domain, ["code", "default_uom"]
                ):
                    article = Article(row["id"], row["default_uom"])
                    self._articles.setdefault(Sku(row["code"]), article)
        return {sku: _known(self._articles, sku, "article") for sku in skus}

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


def _parts(names: list[str] | list[Sku]) -> list[list[str]]:
    return [list(names[start : start + AT_ONCE]) for start in range(0, len(names), AT_ONCE)]


def _known(found: dict[Key, Value], key: Key, kind: str) -> Value:
    if key not in found:
        raise _missing(kind, str(key))
    return found[key]


def _missing(kind: str, name: str) -> DeliveryFailed:
    return DeliveryFailed(f"Tryton has no {kind} {name}", refused=True)
