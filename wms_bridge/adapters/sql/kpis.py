"""The part of the database for key figures and shifts; see :mod:`wms_bridge.ports.kpis`."""

from collections.abc import Sequence
from typing import TypeVar

import msgspec
from sqlalchemy import Connection, RowMapping, Table, delete, func, select

from planner.codec.messages import encode
from wms_bridge.adapters.sql.count_tables import COUNT_CASE
from wms_bridge.adapters.sql.kpis_tables import KPI_METER, KPI_SAMPLE, SHIFT_PLAN
from wms_bridge.adapters.sql.rows import Row
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.adapters.sql.tables import ORDER
from wms_bridge.records.kpis import KpiMeter, KpiSample, Measured, ShiftPlan
from wms_bridge.records.work import OrderStatus

THE = ""
"""The name of what there is one of."""
Record = TypeVar("Record")
# Not by our codec in two steps: there are many of them, and their buckets have numbers for names.
_MEASURED = msgspec.json.Decoder(Measured)
_DONE = (OrderStatus.COMPLETE.value, OrderStatus.COMPLETE_SHORT.value)


class SqlKpisReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def kpi_meter(self) -> KpiMeter | None:
        return self._the(KPI_METER, KpiMeter)

    def kpi_samples(
        self, length_ms: int, from_ms: int, to_ms: int, limit: int | None = None
    ) -> tuple[KpiSample, ...]:
        of = KPI_SAMPLE.c
        query = select(KPI_SAMPLE).where(of.length_ms == length_ms)
        query = query.where(of.start_ms >= from_ms, of.start_ms < to_ms)
        query = query.order_by(of.start_ms).limit(limit)
        return tuple(_sample_of(row) for row in self._connection.execute(query).mappings())

    def kpi_sample_count(self, length_ms: int) -> int:
        query = select(func.count()).where(KPI_SAMPLE.c.length_ms == length_ms)
        return self._connection.execute(query).scalar() or 0

    def oldest_kpi_samples(self, length_ms: int, limit: int) -> tuple[KpiSample, ...]:
        of = KPI_SAMPLE.c
        query = select(KPI_SAMPLE).where(of.length_ms == length_ms)
        query = query.order_by(of.start_ms).limit(limit)
        return tuple(_sample_of(row) for row in self._connection.execute(query).mappings())

    def completed_orders(self, after_ms: int, until_ms: int) -> tuple[tuple[int, int], ...]:
        of = ORDER.c
        query = (
            select(of.received_ms, of.completed_ms)
            .where(of.completed_ms > after_ms, of.completed_ms <= until_ms)
            .where(of.status.in_(_DONE))
            .order_by(of.completed_ms, of.received_ms)
        )
        return tuple((row[0], row[1]) for row in self._connection.execute(query))

    def open_case_count(self) -> int:
        query = select(func.count()).select_from(COUNT_CASE).where(COUNT_CASE.c.open)
        return self._connection.execute(query).scalar() or 0

    def shift_plan(self) -> ShiftPlan | None:
        return self._the(SHIFT_PLAN, ShiftPlan)

    def _the(self, table: Table, kind: type[Record]) -> Record | None:
        rows = self._connection.execute(select_by(table, "name"), keys(name=THE)).mappings()
        return next((msgspec.json.decode(row["body"], type=kind) for row in rows), None)


class SqlKpisWriting(SqlKpisReading):
    """Changes over one connection inside one transaction."""

    def put_kpi_meter(self, meter: KpiMeter) -> None:
        self._put(KPI_METER, {"name": THE, "body": encode(meter).decode()}, "name")

    def put_kpi_samples(self, samples: Sequence[KpiSample]) -> None:
        for sample in samples:
            row: Row = {
                "length_ms": sample.length_ms,
                "start_ms": sample.start_ms,
                "body": encode(sample.measured).decode(),
            }
            self._put(KPI_SAMPLE, row, "length_ms", "start_ms")

    def remove_kpi_samples(self, length_ms: int, before_ms: int) -> None:
        of = KPI_SAMPLE.c
        gone = delete(KPI_SAMPLE).where(of.length_ms == length_ms, of.start_ms < before_ms)
        self._connection.execute(gone)

    def put_shift_plan(self, plan: ShiftPlan) -> None:
        self._put(SHIFT_PLAN, {"name": THE, "body": encode(plan).decode()}, "name")

    def _put(self, table: Table, row: Row, *names: str) -> None:
        done = self._connection.execute(update_by(table, *names), changes(row, *names))
        if done.rowcount == 0:
            self._connection.execute(insert_into(table), row)


def _sample_of(row: RowMapping) -> KpiSample:
    return KpiSample(row["start_ms"], row["length_ms"], _MEASURED.decode(row["body"]))
