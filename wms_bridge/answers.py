"""What the bridge answers over HTTP and :class:`wms_bridge.client.BridgeClient` reads, where that
is not one of the bridge's records. Times are milliseconds of its clock (since 1970 UTC)."""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.warehouse.flows import Flow
from planner.warehouse.ids import LineId, OrderId, ReceiptId, Sku, SlotId
from planner.warehouse.picks import ShortReason
from planner.warehouse.view import Kpis
from wms_bridge.orderfile import RejectedRow
from wms_bridge.phases import OrderPhase
from wms_bridge.records.work import OrderStatus


@dataclass(frozen=True, slots=True)
class OrderLineProgress:
    """One line; see :class:`wms_bridge.records.work.LineRecord`."""

    line: LineId
    sku: Sku
    quantity: int
    picked: int
    short: int
    shown: int
    reason: ShortReason | None
    flow: Flow


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """One order; see :class:`wms_bridge.records.work.OrderRecord`."""

    number: int
    order: OrderId
    status: OrderStatus
    received_ms: int
    due_ms: int | None
    completed_ms: int | None
    lines: int
    lines_closed: int
    pieces: int
    picked: int
    short: int
    priority: int


@dataclass(frozen=True, slots=True)
class OrderWithLines(OrderProgress):
    """One order and its lines, and how far it is; ``etag`` is what a change may name in the
    header If-Match, so that nothing is done to an order that is another by then."""

    phase: OrderPhase
    order_lines: tuple[OrderLineProgress, ...]
    etag: str = ""


@dataclass(frozen=True, slots=True)
class Rejection:
    """Why a row (in CSV the line of the file, else the place in the list, from 1) was not taken."""

    row: int
    order: str
    code: str
    field: str
    value: str
    problem: str
    remedy: str


def rejection_of(row: RejectedRow) -> Rejection:
    """Why a row of an order file that could not be read was not taken."""
    return Rejection(
        row.row, row.order, "invalid_order", row.column, row.value, row.problem, row.remedy
    )


@dataclass(frozen=True, slots=True)
class BulkTaken:
    """``accepted`` orders are kept (``repeated`` of them were before); ``rejected_orders`` are
    not, for the reasons in ``rejections``; ``rejections_left`` more stand only in the reject file.
    Under a ``key`` the bridge remembers how far it is: all orders that end at ``row`` or before are
    done, and all there are if ``complete``."""

    key: str | None
    complete: bool
    row: int
    accepted: int
    repeated: int
    rejected: int
    rejected_orders: tuple[str, ...]
    rejections: tuple[Rejection, ...]
    rejections_left: int


@dataclass(frozen=True, slots=True)
class ReceiptProgress:
    """Goods received; see :class:`wms_bridge.records.work.ReceiptRecord`."""

    number: int
    receipt: ReceiptId
    sku: Sku
    quantity: int
    put: int
    shown: int
    received_ms: int
    completed_ms: int | None


@dataclass(frozen=True, slots=True)
class CommandTaken:
    """Whether a command was taken, and if not what is wrong with it."""

    accepted: bool
    code: str = ""
    field: str = ""
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class OutboxEntry:
    """A message for the WMS, without its body; see
    :class:`wms_bridge.records.work.OutboxMessage`."""

    number: int
    message: str
    order: OrderId | None
    created_ms: int
    attempts: int
    refusals: int
    error: str
    delivered_ms: int | None
    dead_ms: int | None
    receipt: ReceiptId | None = None
    slot: SlotId | None = None


@dataclass(frozen=True, slots=True)
class WmsStatus:
    """The way to the WMS. ``configured`` is whether there is one to deliver to, ``healthy`` whether
    the last attempt reached it. ``backlog`` confirmations are not delivered yet; ``dead`` ones were
    refused too often and wait for somebody to retry them: ``dead_messages`` are the latest."""

    configured: bool
    healthy: bool
    backlog: int
    failures: int
    last_error: str
    last_error_ms: int | None
    last_delivered_ms: int | None
    next_attempt_ms: int | None
    dead: int
    dead_messages: tuple[OutboxEntry, ...]


@dataclass(frozen=True, slots=True)
class BridgeStatus:
    """How the bridge is. ``feed`` is the number of the latest event for the fleet;
    ``view_age_ms`` is how long ago the latest view of the floor came, null before the first."""

    site: str
    version: str
    now_ms: int
    started_ms: int
    feed: int
    view_age_ms: int | None
    wms: WmsStatus


@dataclass(frozen=True, slots=True)
class BridgeKpis:
    """Counts by name (see :class:`wms_bridge.records.work.Tally`) and the floor's figures."""

    bridge: Mapping[str, int]
    floor: Kpis | None
