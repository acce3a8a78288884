"""What customers want: pick orders and their lines."""

from dataclasses import dataclass

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.ids import NO_LOT, LineId, Lot, OrderId, Sku


@dataclass(frozen=True, slots=True)
class OrderLine:
    """``quantity`` pieces (positive) of one SKU, of goods of ``owner`` (empty: the site's own), and
    only of ``lot`` if it names one: such pieces are kept for lines that do."""

    line: LineId
    sku: Sku
    quantity: int
    owner: str = ""
    lot: Lot = NO_LOT

    def __post_init__(self) -> None:
        if self.quantity <= 0:
            raise InvalidOrder(
                "quantity must be positive",
                field=f"{self.line}.quantity",
                value=self.quantity,
                remedy="Send 1 or more pieces, or leave the line out.",
            )


@dataclass(frozen=True, slots=True)
class PickOrder:
    """One order of the WMS; ``due_ms`` is the time it should be complete, if it has one; orders of
    higher ``priority`` go first (0 is ordinary, 1 and more rush)."""

    order: OrderId
    lines: tuple[OrderLine, ...]
    due_ms: int | None = None
    priority: int = 0

    def __post_init__(self) -> None:
        if not self.lines:
            raise InvalidOrder(
                "an order needs at least one line", field=f"{self.order}.lines", value=[]
            )
        if self.priority < 0:
            raise InvalidOrder(
                "priority cannot be negative",
                field=f"{self.order}.priority",
                value=self.priority,
                remedy="Send 0 for an ordinary order, 1 or more for a rush order.",
            )


def line_id(order: OrderId, number: int) -> LineId:
    """Name of the ``number``-th line of an order, counted from 1."""
    return LineId(f"{order}#{number}")
