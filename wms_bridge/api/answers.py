"""The bodies of answers: lists, and what is taken over from records in part."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from planner.codec.messages import from_json, to_json
from planner.warehouse.ids import CountId, OrderId, PickId, PutId, ReceiptId, Sku, SlotId
from planner.warehouse.picks import ShortReason
from planner.warehouse.stock import Balance
from wms_bridge.answers import CommandTaken, OrderProgress, ReceiptProgress
from wms_bridge.count_answers import CountResult
from wms_bridge.phases import InTote, OrderPhase, PutBack
from wms_bridge.records.work import Discrepancy, OrderStatus, StationRecord

Kind = TypeVar("Kind")


def part_of(record: object, kind: type[Kind], **more: object) -> Kind:
    """Those fields of a record that ``kind`` has, and more."""
    return from_json({**to_json(record), **to_json(more)}, kind)


class SkusTaken(BaseModel):
    """How many articles were added or replaced."""

    skus: int


class StockOut(BaseModel):
    """Balances by slot; after ``next`` there are more."""

    stock: tuple[Balance, ...]
    next: SlotId | None = None


@dataclass(frozen=True, slots=True)
class OrderTaken:
    """The order is kept, and this stays its answer."""

    order: OrderId
    lines: int
    pieces: int
    received_ms: int


@dataclass(frozen=True, slots=True)
class OrderAlteredOut:
    """How an order is after a change; see :class:`wms_bridge.changing.OrderAltered`."""

    order: OrderId
    phase: OrderPhase
    status: OrderStatus
    priority: int
    due_ms: int | None
    lines: int
    pieces: int
    picked: int
    withdrawn: int
    put_back: tuple[PutBack, ...]
    in_tote: tuple[InTote, ...]
    changed: bool
    at_ms: int


class OrdersOut(BaseModel):
    """Orders as asked for."""

    orders: tuple[OrderProgress, ...]


@dataclass(frozen=True, slots=True)
class PickTakenOut:
    """The pick is posted, and this stays its answer."""

    pick: PickId
    quantity: int
    reason: ShortReason | None
    confirmed_ms: int


@dataclass(frozen=True, slots=True)
class ReceiptTaken:
    """The goods are booked onto the dock, and this stays the answer."""

    receipt: ReceiptId
    sku: Sku
    quantity: int
    received_ms: int


class ReceiptsOut(BaseModel):
    """Goods received as asked for, oldest first."""

    receipts: tuple[ReceiptProgress, ...]


@dataclass(frozen=True, slots=True)
class PutTakenOut:
    """The put is posted, and this stays its answer."""

    put: PutId
    quantity: int
    confirmed_ms: int


@dataclass(frozen=True, slots=True)
class PickFailedOut:
    """The pick waits for a person, and this stays its answer."""

    pick: PickId
    failed_ms: int


class StationsOut(BaseModel):
    """All stations."""

    stations: tuple[StationRecord, ...]


class DiscrepanciesOut(BaseModel):
    """Discrepancies, newest first."""

    discrepancies: tuple[Discrepancy, ...]


class CountsTaken(BaseModel):
    """One result per count, in the order sent."""

    results: tuple[CountResult, ...]


@dataclass(frozen=True, slots=True)
class CountMadeOut:
    """The count is taken, and this stays its answer, whatever the books say."""

    count: CountId
    quantity: int
    by: str
    confirmed_ms: int


class CommandsTaken(BaseModel):
    """One result per command, in the order sent."""

    results: tuple[CommandTaken, ...]
