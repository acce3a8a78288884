"""What key figures and shifts need of a store; part of :mod:`wms_bridge.ports.store`."""

from collections.abc import Sequence
from typing import Protocol

from wms_bridge.records.kpis import KpiMeter, KpiSample, ShiftPlan


class KpisReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def kpi_meter(self) -> KpiMeter | None:
        """Where counting stands."""

    def kpi_samples(
        self, length_ms: int, from_ms: int, to_ms: int, limit: int | None = None
    ) -> tuple[KpiSample, ...]:
        """The first ``limit`` samples of one length that start from ``from_ms`` on and before
        ``to_ms``, by time; all without a limit."""

    def kpi_sample_count(self, length_ms: int) -> int:
        """How many samples of a length there are."""

    def oldest_kpi_samples(self, length_ms: int, limit: int) -> tuple[KpiSample, ...]:
        """The first samples of a length, by time."""

    def completed_orders(self, after_ms: int, until_ms: int) -> tuple[tuple[int, int], ...]:
        """Orders that became complete, or complete short, after a time and up to another: when each
        was received and completed, by the latter."""

    def open_case_count(self) -> int:
        """How many counts of slots are still to be decided."""

    def shift_plan(self) -> ShiftPlan | None:
        """The shifts of the site, if anybody has set them."""


class KpisWriting(KpisReading, Protocol):
    """Changes to the store."""

    def put_kpi_meter(self, meter: KpiMeter) -> None:
        """Keep where counting stands."""

    def put_kpi_samples(self, samples: Sequence[KpiSample]) -> None:
        """Keep samples, each instead of one of the same time and length."""

    def remove_kpi_samples(self, length_ms: int, before_ms: int) -> None:
        """Forget samples of a length that start before a time."""

    def put_shift_plan(self, plan: ShiftPlan) -> None:
        """Replace the shifts of the site."""
