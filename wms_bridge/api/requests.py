"""What callers send. Only the shape is checked here; the rules are in the service."""

from collections.abc import Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from planner.warehouse.errors import InvalidOrder, InvalidReceipt, InvalidStock
from planner.warehouse.ids import OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from planner.warehouse.picks import ShortReason
from planner.warehouse.receipts import Receipt
from planner.warehouse.stock import Balance
from wms_bridge.deciding import Decision
from wms_bridge.lots.naming import UNKNOWN, LotName
from wms_bridge.names import check_quantity, check_rank
from wms_bridge.records.counts import CaseAction
from wms_bridge.records.work import SkuRecord
from wms_bridge.serials.carrying import MAX_SERIALS

MAX_LINE_NUMBER = 1_000_000


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class SkuIn(_Request):
    """An article."""

    sku: StrictStr
    description: StrictStr = Field("", max_length=500)
    size_class: StrictStr | None = None
    velocity_class: StrictStr | None = None
    weight_g: StrictInt | None = None
    case_quantity: StrictInt | None = None
    piece_value: StrictFloat | StrictInt | None = None


class SkusIn(_Request):
    """Articles to add or replace."""

    skus: list[SkuIn]

    def records(self) -> tuple[SkuRecord, ...]:
        """As the service takes them."""
        return tuple(_sku(item) for item in self.skus)


Serials = Annotated[
    tuple[StrictStr, ...],
    Field(
        max_length=MAX_SERIALS,
        description="Serials (a pack stands for what is in it), as scanned and as far as known.",
    ),
]


class StockIn(_Request):
    """Pieces of an SKU in a slot, and what is known of their lot and serials."""

    slot: StrictStr
    sku: StrictStr
    quantity: StrictInt
    lot: StrictStr = ""
    expires_ms: StrictInt | None = None
    owner: StrictStr = ""
    serials: Serials = ()


class OpeningStockIn(_Request):
    """Stock that is there at the start."""

    records: list[StockIn]

    def balances(self) -> tuple[Balance, ...]:
        """As the service takes them; :class:`InvalidStock` on a negative quantity."""
        for index, record in enumerate(self.records):
            check_quantity(record.quantity, f"records[{index}].quantity", InvalidStock, least=0)
        return tuple(
            Balance(SlotId(record.slot), Sku(record.sku), record.quantity)
            for record in self.records
        )

    def lots(self) -> dict[int, LotName]:
        """What is told of the lots of some records, by their place."""
        told = (LotName(record.lot, record.owner, record.expires_ms) for record in self.records)
        return {index: name for index, name in enumerate(told) if name != UNKNOWN}

    def serials(self) -> dict[int, tuple[str, ...]]:
        """The serials of some records, by their place."""
        return {i: record.serials for i, record in enumerate(self.records) if record.serials}


class OrderLineIn(_Request):
    """One line, of goods of ``owner`` (empty: the site's own); ``number`` is the WMS's own, else
    lines count from 1 in the order given."""

    sku: StrictStr
    quantity: StrictInt
    owner: StrictStr = ""
    number: StrictInt | None = Field(None, ge=1, le=MAX_LINE_NUMBER)


class OrderIn(_Request):
    """What a pick order asks for, complete; ``due_ms`` is the site time by which it should be
    complete; orders of higher ``priority`` go first."""

    lines: list[OrderLineIn]
    due_ms: StrictInt | None = None
    priority: StrictInt = 0

    def pick_order(self, order: str) -> PickOrder:
        """As the service takes it; :class:`InvalidOrder` names the wrong field."""
        if not self.lines:
            raise InvalidOrder(
                "an order needs at least one line",
                field="lines",
                value=[],
                remedy="Send one line or more.",
            )
        for index, line in enumerate(self.lines):
            check_quantity(line.quantity, f"lines[{index}].quantity", InvalidOrder)
        check_rank(self.priority, self.due_ms, InvalidOrder)
        lines = tuple(_lines(order, self.lines))
        return PickOrder(OrderId(order), lines, self.due_ms, self.priority)


class NamedOrderIn(OrderIn):
    """An order of a bulk, with its id."""

    order: StrictStr

    def named(self) -> PickOrder:
        """As the service takes it; :class:`InvalidOrder` names the wrong field."""
        return self.pick_order(self.order)


class PriorityIn(_Request):
    """An order's new place among the others; without ``due_ms`` it is due when it was."""

    priority: StrictInt
    due_ms: StrictInt | None = None


class CloseIn(_Request):
    """How a station is closed."""

    at_once: StrictBool = False


class ReceiptIn(_Request):
    """Goods received: ``lot`` is the maker's code (GS1 AI 10), ``expires_ms`` when they expire
    (AI 17), ``owner`` whose they are (empty: the site's own)."""

    receipt: StrictStr
    sku: StrictStr
    quantity: StrictInt
    lot: StrictStr = ""
    expires_ms: StrictInt | None = None
    owner: StrictStr = ""
    serials: Serials = ()

    def goods(self) -> Receipt:
        """As the service takes them; :class:`InvalidReceipt` on a quantity out of range."""
        check_quantity(self.quantity, "quantity", InvalidReceipt)
        return Receipt(
            ReceiptId(self.receipt),
            Sku(self.sku),
            self.quantity,
            self.lot,
            self.expires_ms,
            self.owner,
        )


class ConfirmPutIn(_Request):
    """What was put into the slot; if that is less than asked no more fit."""

    quantity: StrictInt
    serials: Serials = ()


class ConfirmIn(_Request):
    """What the picker took; with a ``reason`` if that is less than asked, or more; ``lot`` is the
    code of the lot if it was scanned."""

    quantity: StrictInt
    reason: ShortReason | None = None
    lot: StrictStr = ""
    serials: Serials = ()


class ConfirmCountIn(_Request):
    """How many pieces the person ``by`` has counted."""

    quantity: StrictInt
    by: StrictStr


class DecisionIn(_Request):
    """What a supervisor decides of a case as it was in ``version``, and why."""

    action: CaseAction
    reason: StrictStr
    by: StrictStr = ""
    version: StrictInt

    def decision(self) -> Decision:
        """As the service takes it."""
        return Decision(self.action, self.reason, self.by, self.version)


def _sku(item: SkuIn) -> SkuRecord:
    return SkuRecord(
        Sku(item.sku),
        item.description,
        item.size_class,
        item.velocity_class,
        item.weight_g,
        item.case_quantity,
        item.piece_value,
    )


def _lines(order: str, lines: Sequence[OrderLineIn]) -> list[OrderLine]:
    return [
        OrderLine(
            line_id(OrderId(order), line.number or place),
            Sku(line.sku),
            line.quantity,
            line.owner,
        )
        for place, line in enumerate(lines, start=1)
    ]
