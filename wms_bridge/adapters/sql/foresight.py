"""The part of the database for forecasts of orders; see :mod:`wms_bridge.ports.foresight`."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import Connection, Select, Table, and_, delete, func, select

from planner.warehouse.ids import OrderId, PodId, Sku, SlotId, StationId
from planner.warehouse.stock import pod_of
from wms_bridge.adapters.sql.foresight_tables import OUTCOME, PREDICTION
from wms_bridge.adapters.sql.rows import pick_of, record_of, row_of
from wms_bridge.adapters.sql.statements import OPEN_PICK, changes, insert_into, update_by
from wms_bridge.adapters.sql.tables import BALANCE, LINE, ORDER, OUTBOX, PICK
from wms_bridge.records.foresight import OrderOutcome, Prediction
from wms_bridge.records.work import (
    LineRecord,
    OrderRecord,
    OrderStatus,
    OutboxMessage,
    PickRecord,
)

Record = TypeVar("Record")
_CHUNK = 500
_IN_SLOTS = and_(BALANCE.c.account >= "slot:", BALANCE.c.account < "slot;", BALANCE.c.quantity > 0)
"""';' is the character after ':'."""
_OPEN = ORDER.c.status == OrderStatus.OPEN.value


class SqlForesightReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def open_orders(self) -> tuple[OrderRecord, ...]:
        return self._records(select(ORDER).where(_OPEN).order_by(ORDER.c.number), OrderRecord)

    def lines_of(self, orders: Collection[OrderId]) -> Mapping[OrderId, tuple[LineRecord, ...]]:
        found: defaultdict[OrderId, list[LineRecord]] = defaultdict(list)
        for chunk in _chunks(orders):
            query = select(LINE).where(LINE.c.order.in_(chunk))
            for line in self._records(query.order_by(LINE.c.order, LINE.c.position), LineRecord):
                found[line.order].append(line)
        return {order: tuple(lines) for order, lines in found.items()}

    def all_open_picks(self) -> tuple[PickRecord, ...]:
        return self._shown(select(PICK).where(OPEN_PICK).order_by(PICK.c.number))

    def picks_of_order(self, order: OrderId) -> tuple[PickRecord, ...]:
        return self._shown(select(PICK).where(PICK.c.order == order).order_by(PICK.c.number))

    def pick_stations(self, orders: Collection[OrderId]) -> Mapping[OrderId, StationId]:
        found: dict[OrderId, StationId] = {}
        for chunk in _chunks(orders):
            latest = select(func.max(PICK.c.number)).where(PICK.c.order.in_(chunk))
            numbers = latest.group_by(PICK.c.order)
            query = select(PICK.c.order, PICK.c.station).where(PICK.c.number.in_(numbers))
            rows = self._connection.execute(query)
            found |= {OrderId(row[0]): StationId(row[1]) for row in rows}
        return found

    def slot_stock(self) -> Mapping[Sku, int]:
        query = select(BALANCE.c.sku, func.sum(BALANCE.c.quantity)).where(_IN_SLOTS)
        rows = self._connection.execute(query.group_by(BALANCE.c.sku))
        return {Sku(row[0]): int(row[1]) for row in rows}

    def sku_pods(self, skus: Collection[Sku]) -> Mapping[Sku, frozenset[PodId]]:
        found: defaultdict[Sku, set[PodId]] = defaultdict(set)
        for chunk in _chunks(skus):
            query = select(BALANCE.c.sku, BALANCE.c.account).where(BALANCE.c.sku.in_(chunk))
            for sku, account in self._connection.execute(query.where(_IN_SLOTS)):
                found[Sku(sku)].add(pod_of(SlotId(account.removeprefix("slot:"))))
        return {sku: frozenset(pods) for sku, pods in found.items()}

    def orders_with_sku(self, sku: Sku) -> frozenset[OrderId]:
        query = select(LINE.c.order).join(ORDER, ORDER.c.order == LINE.c.order)
        rows = self._connection.execute(query.where(_OPEN, LINE.c.sku == sku))
        return frozenset(OrderId(row[0]) for row in rows)

    def messages_of_order(self, order: OrderId) -> tuple[OutboxMessage, ...]:
        query = select(OUTBOX).where(OUTBOX.c.order == order).order_by(OUTBOX.c.number)
        return self._records(query, OutboxMessage)

    def open_predictions(self) -> tuple[Prediction, ...]:
        of = PREDICTION.c
        query = select(PREDICTION).where(of.finished_ms.is_(None)).order_by(of.order, of.at_ms)
        return self._records(query, Prediction)

    def scored_predictions(self, from_ms: int, to_ms: int, limit: int) -> tuple[Prediction, ...]:
        of = PREDICTION.c
        query = select(PREDICTION).where(of.finished_ms >= from_ms, of.finished_ms < to_ms)
        query = query.order_by(of.finished_ms.desc(), of.order.desc(), of.at_ms.desc())
        return self._records(query.limit(limit), Prediction)[::-1]

    def outcomes(self, from_ms: int, to_ms: int, limit: int) -> tuple[OrderOutcome, ...]:
        of = OUTCOME.c
        query = select(OUTCOME).where(of.finished_ms >= from_ms, of.finished_ms < to_ms)
        query = query.order_by(of.finished_ms.desc(), of.order.desc())
        return self._records(query.limit(limit), OrderOutcome)[::-1]

    def _records(self, query: Select[Any], kind: type[Record]) -> tuple[Record, ...]:
        rows = self._connection.execute(query).mappings()
        return tuple(record_of(row, kind) for row in rows)

    def _shown(self, query: Select[Any]) -> tuple[PickRecord, ...]:
        return tuple(pick_of(row) for row in self._connection.execute(query).mappings())


class SqlForesightWriting(SqlForesightReading):
    """Changes over one connection inside one transaction."""

    def put_predictions(self, predictions: Sequence[Prediction]) -> None:
        for one in predictions:
            self._replace(PREDICTION, one, "order", "at_ms")

    def remove_predictions(self, order: OrderId) -> None:
        of = PREDICTION.c
        self._connection.execute(
            delete(PREDICTION).where(of.order == order, of.finished_ms.is_(None))
        )

    def put_outcomes(self, outcomes: Sequence[OrderOutcome]) -> None:
        for one in outcomes:
            self._replace(OUTCOME, one, "order")

    def forget_foresight(self, before_ms: int) -> None:
        for table in (PREDICTION, OUTCOME):
            self._connection.execute(delete(table).where(table.c.finished_ms < before_ms))

    def _replace(self, table: Table, record: object, *names: str) -> None:
        row = row_of(record)
        done = self._connection.execute(update_by(table, *names), changes(row, *names))
        if done.rowcount == 0:
            self._connection.execute(insert_into(table), row)


def _chunks(names: Collection[str]) -> list[list[str]]:
    ordered = sorted(names)
    return [ordered[start : start + _CHUNK] for start in range(0, len(ordered), _CHUNK)]
