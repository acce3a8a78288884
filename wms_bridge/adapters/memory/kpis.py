"""The part of the store in memory for key figures and shifts; see :mod:`wms_bridge.ports.kpis`."""

from collections.abc import Sequence

from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.records.kpis import KpiMeter, KpiSample, ShiftPlan
from wms_bridge.records.work import OrderStatus

THE = ""
"""The name of what there is one of."""
_DONE = (OrderStatus.COMPLETE, OrderStatus.COMPLETE_SHORT)


class MemoryKpisReading(OverTables):
    """Questions to the tables."""

    def kpi_meter(self) -> KpiMeter | None:
        return self._tables.kpis.meter.get(THE)

    def kpi_samples(
        self, length_ms: int, from_ms: int, to_ms: int, limit: int | None = None
    ) -> tuple[KpiSample, ...]:
        kept = self._tables.kpis.samples
        found = (key for key in kept if key[0] == length_ms and from_ms <= key[1] < to_ms)
        return tuple(kept[key] for key in sorted(found)[:limit])

    def kpi_sample_count(self, length_ms: int) -> int:
        return sum(key[0] == length_ms for key in self._tables.kpis.samples)

    def oldest_kpi_samples(self, length_ms: int, limit: int) -> tuple[KpiSample, ...]:
        kept = self._tables.kpis.samples
        found = sorted(key for key in kept if key[0] == length_ms)
        return tuple(kept[key] for key in found[:limit])

    def completed_orders(self, after_ms: int, until_ms: int) -> tuple[tuple[int, int], ...]:
        found = (
            (order.completed_ms, order.received_ms)
            for order in self._tables.orders.values()
            if order.status in _DONE and order.completed_ms is not None
        )
        return tuple(
            (received, completed)
            for completed, received in sorted(found)
            if after_ms < completed <= until_ms
        )

    def open_case_count(self) -> int:
        return sum(case.status.open for case in self._tables.cases.values())

    def shift_plan(self) -> ShiftPlan | None:
        return self._tables.kpis.shifts.get(THE)


class MemoryKpisWriting(MemoryKpisReading, Changing):
    """Changes to the tables."""

    def put_kpi_meter(self, meter: KpiMeter) -> None:
        self._set(self._tables.kpis.meter, THE, meter)

    def put_kpi_samples(self, samples: Sequence[KpiSample]) -> None:
        for sample in samples:
            self._set(self._tables.kpis.samples, (sample.length_ms, sample.start_ms), sample)

    def remove_kpi_samples(self, length_ms: int, before_ms: int) -> None:
        kept = self._tables.kpis.samples
        for key in [key for key in kept if key[0] == length_ms and key[1] < before_ms]:
            self._remove(kept, key)

    def put_shift_plan(self, plan: ShiftPlan) -> None:
        self._set(self._tables.kpis.shifts, THE, plan)
