"""What put walls need of a store; part of :mod:`wms_bridge.ports.store`."""

from typing import Protocol

from planner.warehouse.ids import StationId
from wms_bridge.records.walls import WallPlace, WorkDone


class WallsReading(Protocol):
    """Questions to the store."""

    def wall(self, station: StationId) -> tuple[WallPlace, ...]:
        """The places of a station's put wall that were ever taken, by number."""

    def work_done(self, station: StationId, since_ms: int) -> WorkDone:
        """What was picked at a station at ``since_ms`` or later."""


class WallsWriting(WallsReading, Protocol):
    """Changes to the store."""

    def put_wall_place(self, place: WallPlace) -> None:
        """Give a place to an order, whoever had it before."""
