"""What the bridge answers to :class:`wms_bridge.client.BridgeClient`. Times are milliseconds of
the bridge's clock (since 1970 UTC)."""

from collections.abc import Mapping
from dataclasses import dataclass

from planner.warehouse.ids import LineId, OrderId, Sku
from planner.warehouse.picks import ShortReason
from planner.warehouse.view import Kpis
from wms_bridge.records import OrderStatus


@dataclass(frozen=True, slots=True)
class OrderLineProgress:
    """One line; see :class:`wms_bridge.records.LineRecord`."""

    line: LineId
    sku: Sku
    quantity: int
    picked: int
    short: int
    shown: int
    reason: ShortReason | None


@dataclass(frozen=True, slots=True)
class OrderProgress:
    """One order; see :class:`wms_bridge.records.OrderRecord`. ``order_lines`` is filled when one
    order is asked for, and empty in lists."""

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
    order_lines: tuple[OrderLineProgress, ...] = ()


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


@dataclass(frozen=True, slots=True)
class BulkTaken:
    """``accepted`` orders are kept (``repeated`` of them were before), ``rejected`` are not."""

    accepted: int
    repeated: int
    rejected: int
    rejected_orders: tuple[str, ...]
    rejections: tuple[Rejection, ...]


@dataclass(frozen=True, slots=True)
class CommandTaken:
    """Whether a command was taken, and if not what is wrong with it."""

    accepted: bool
    code: str = ""
    field: str = ""
    problem: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class WmsStatus:
    """The way to the WMS; ``backlog`` confirmations are not delivered yet."""

    configured: bool
    healthy: bool
    backlog: int
    failures: int
    last_error: str
    last_error_ms: int | None
    last_delivered_ms: int | None
    next_attempt_ms: int | None


@dataclass(frozen=True, slots=True)
class BridgeStatus:
    """How the bridge is; ``feed`` is the number of the latest event for the fleet."""

    site: str
    version: str
    now_ms: int
    started_ms: int
    feed: int
    wms: WmsStatus


@dataclass(frozen=True, slots=True)
class BridgeKpis:
    """Counts by name (see :class:`wms_bridge.records.Tally`) and the floor's figures."""

    bridge: Mapping[str, int]
    floor: Kpis | None
