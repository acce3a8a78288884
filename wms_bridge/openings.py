"""Stations that an operator closes and opens."""

from planner.warehouse.errors import NotFound
from planner.warehouse.events import StationClosed, StationOpened
from planner.warehouse.ids import StationId
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.work import StationRecord
from wms_bridge.shelves import Shelves


def stations(tx: Reading, shelves: Shelves) -> tuple[StationRecord, ...]:
    """All stations of the site, in its order."""
    known = {record.station: record for record in tx.stations()}
    return tuple(known.get(name, StationRecord(name)) for name in shelves.stations)


def set_station(
    tx: Writing, shelves: Shelves, station: StationId, closed: bool, at_once: bool, now_ms: int
) -> StationRecord:
    """Close or open a station; one that is so already is left as it is. :class:`NotFound` if the
    site has none of this name."""
    check_station(shelves, station)
    at_once = closed and at_once
    now = next(record for record in stations(tx, shelves) if record.station == station)
    if (now.closed, now.at_once) == (closed, at_once):
        return now
    record = StationRecord(station, closed, at_once, now_ms)
    tx.put_station(record)
    tx.append_event(StationClosed(station, at_once) if closed else StationOpened(station), now_ms)
    return record


def check_station(shelves: Shelves, station: StationId) -> None:
    """:class:`NotFound` if the site has no such station."""
    if not shelves.has_station(station):
        raise NotFound(
            "the site has no such station",
            field="station",
            value=station,
            remedy=f"Known: {', '.join(shelves.stations)}.",
        )
