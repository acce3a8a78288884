"""What the bridge answers. Times are milliseconds of the bridge's clock (since 1970 UTC)."""

from pydantic import BaseModel, ConfigDict

from planner.warehouse.commands import AlarmKind
from planner.warehouse.picks import ShortReason
from wms_bridge.records import OrderStatus


class Answer(BaseModel):
    """Made from the service's record of the same fields."""

    model_config = ConfigDict(from_attributes=True)


class SkusTaken(Answer):
    """How many articles were added or replaced."""

    skus: int


class StockTaken(Answer):
    """How many slots were filled with how many pieces."""

    slots: int
    pieces: int


class BalanceOut(Answer):
    """Pieces of an SKU in a slot, by the books."""

    slot: str
    sku: str
    quantity: int


class StockOut(Answer):
    """Balances by slot."""

    stock: list[BalanceOut]


class OrderTaken(Answer):
    """The order is kept, and this stays its answer."""

    order: str
    lines: int
    pieces: int
    received_ms: int


class Rejection(Answer):
    """What is wrong with a row; in JSON, ``row`` counts the orders sent from 1."""

    row: int
    order: str
    code: str
    field: str
    value: str
    problem: str
    remedy: str


class OrdersTaken(Answer):
    """``accepted`` orders are kept (``repeated`` of them were before); ``rejected_orders`` are
    not, for the reasons in ``rejections``."""

    accepted: int
    repeated: int
    rejected: int
    rejected_orders: list[str]
    rejections: list[Rejection]


class OrderOut(Answer):
    """An order and its progress."""

    number: int
    order: str
    status: OrderStatus
    received_ms: int
    due_ms: int | None
    completed_ms: int | None
    lines: int
    lines_closed: int
    pieces: int
    picked: int
    short: int


class OrdersOut(Answer):
    """Orders, newest first."""

    orders: list[OrderOut]


class LineOut(Answer):
    """A line: ``shown`` pieces are being picked, ``short`` pieces will not come."""

    line: str
    sku: str
    quantity: int
    picked: int
    short: int
    shown: int
    reason: ShortReason | None


class OrderDetailsOut(OrderOut):
    """An order with its lines in ``order_lines``."""

    order_lines: list[LineOut]


class PickTakenOut(Answer):
    """The pick is posted, and this stays its answer."""

    pick: str
    quantity: int
    reason: ShortReason | None
    confirmed_ms: int


class AlarmOut(Answer):
    """The latest word on one subject."""

    kind: AlarmKind
    subject: str
    text: str
    active: bool
    changed_ms: int


class AlarmsOut(Answer):
    """Alarms, the latest change first."""

    alarms: list[AlarmOut]


class DiscrepancyOut(Answer):
    """A slot held ``found`` pieces where the books had ``books``."""

    number: int
    at_ms: int
    pick: str
    station: str
    slot: str
    sku: str
    books: int
    found: int


class DiscrepanciesOut(Answer):
    """Discrepancies, newest first."""

    discrepancies: list[DiscrepancyOut]


class CommandResult(Answer):
    """Whether a command was taken, and if not what is wrong with it."""

    accepted: bool
    code: str = ""
    field: str = ""
    problem: str = ""
    remedy: str = ""


class CommandsTaken(Answer):
    """One result per command, in the order sent."""

    results: list[CommandResult]


class WmsStatus(Answer):
    """The way to the WMS. ``backlog`` confirmations are not delivered; ``configured`` is whether
    there is a WMS to deliver to, and ``healthy`` whether the last attempt reached it."""

    configured: bool
    healthy: bool
    backlog: int
    failures: int
    last_error: str
    last_error_ms: int | None
    last_delivered_ms: int | None
    next_attempt_ms: int | None


class StatusOut(Answer):
    """How the bridge is. ``feed`` is the number of the latest event for the fleet."""

    site: str
    version: str
    now_ms: int
    started_ms: int
    feed: int
    wms: WmsStatus
