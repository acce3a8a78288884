"""What interventions need of a store; part of :mod:`wms_bridge.ports`."""

from collections.abc import Collection, Sequence
from typing import Protocol

from planner.warehouse.ids import InterventionId
from wms_bridge.records.interventions import InterventionQuery, InterventionRecord


class InterventionsReading(Protocol):
    """Questions to the store. Records that are not there are ``None``."""

    def intervention(self, number: int) -> InterventionRecord | None:
        """One intervention."""

    def intervention_named(self, intervention: InterventionId) -> InterventionRecord | None:
        """The intervention with an id."""

    def interventions(self, query: InterventionQuery) -> tuple[InterventionRecord, ...]:
        """Interventions as asked for."""

    def last_intervention(self) -> int:
        """Number of the latest intervention; 0 if there is none."""

    def last_intervention_about(self, subjects: Collection[str]) -> int:
        """Number of the latest intervention about one of the subjects; 0 if there is none."""

    def interventions_in_force(self, subjects: Collection[str]) -> tuple[InterventionRecord, ...]:
        """Those in force about one of the subjects, by number."""

    def last_intervention_change(self) -> int:
        """Number of the latest change of an intervention; 0 if there is none."""

    def interventions_changed(self, after: int, limit: int) -> tuple[InterventionRecord, ...]:
        """Interventions whose latest change has a number above ``after``, by that."""


class InterventionsWriting(InterventionsReading, Protocol):
    """Changes to the store."""

    def add_intervention(self, record: InterventionRecord, subjects: Sequence[str]) -> None:
        """Keep a new intervention about some subjects."""

    def put_intervention(self, record: InterventionRecord) -> None:
        """Replace the intervention of this number."""
