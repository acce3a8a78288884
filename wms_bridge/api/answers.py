"""The bodies of answers: lists, and what is taken over from records in part."""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel

from planner.codec.messages import from_json, to_json
from planner.warehouse.ids import OrderId, PickId
from planner.warehouse.picks import ShortReason
from planner.warehouse.stock import Balance
from wms_bridge.answers import CommandTaken, OrderProgress
from wms_bridge.records import AlarmRecord, Discrepancy

Kind = TypeVar("Kind")


def part_of(record: object, kind: type[Kind], **more: object) -> Kind:
    """Those fields of a record that ``kind`` has, and more."""
    return from_json({**to_json(record), **to_json(more)}, kind)


class SkusTaken(BaseModel):
    """How many articles were added or replaced."""

    skus: int


class StockOut(BaseModel):
    """Balances by slot."""

    stock: tuple[Balance, ...]


@dataclass(frozen=True, slots=True)
class OrderTaken:
    """The order is kept, and this stays its answer."""

    order: OrderId
    lines: int
    pieces: int
    received_ms: int


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


class AlarmsOut(BaseModel):
    """Alarms, the latest change first."""

    alarms: tuple[AlarmRecord, ...]


class DiscrepanciesOut(BaseModel):
    """Discrepancies, newest first."""

    discrepancies: tuple[Discrepancy, ...]


class CommandsTaken(BaseModel):
    """One result per command, in the order sent."""

    results: tuple[CommandTaken, ...]
