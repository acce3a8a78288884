"""The part of the store in memory for put walls; see :mod:`wms_bridge.ports.walls`."""

from planner.warehouse.ids import StationId
from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.records.walls import WallPlace, WorkDone


class MemoryWallsReading(OverTables):
    """Questions to the tables."""

    def wall(self, station: StationId) -> tuple[WallPlace, ...]:
        kept = self._tables.wall_places
        return tuple(kept[key] for key in sorted(key for key in kept if key[0] == station))

    def work_done(self, station: StationId, since_ms: int) -> WorkDone:
        done = [
            pick
            for pick in self._tables.picks.values()
            if pick.task.station == station
            and pick.confirmed_ms is not None
            and pick.confirmed_ms >= since_ms
        ]
        given = [pick for pick in done if pick.quantity]
        return WorkDone(
            len(done),
            len({pick.task.line for pick in given}),
            sum(pick.quantity or 0 for pick in given),
        )


class MemoryWallsWriting(MemoryWallsReading, Changing):
    """Changes to the tables."""

    def put_wall_place(self, place: WallPlace) -> None:
        self._set(self._tables.wall_places, (place.station, place.place), place)
