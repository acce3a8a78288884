"""The part of the database for put walls; see :mod:`wms_bridge.ports.walls`."""

from sqlalchemy import Connection, bindparam, case, func, select

from planner.warehouse.ids import StationId
from wms_bridge.adapters.sql.rows import record_of, row_of
from wms_bridge.adapters.sql.statements import changes, insert_into, update_by
from wms_bridge.adapters.sql.tables import PICK
from wms_bridge.adapters.sql.walls_tables import WALL_PLACE
from wms_bridge.records.walls import WallPlace, WorkDone

_KEY = ("station", "place")
_WALL = (
    select(WALL_PLACE)
    .where(WALL_PLACE.c.station == bindparam("station"))
    .order_by(WALL_PLACE.c.place)
)
_DONE = select(
    func.count(),
    func.count(case((PICK.c.quantity > 0, PICK.c.line)).distinct()),
    func.coalesce(func.sum(PICK.c.quantity), 0),
).where(
    PICK.c.station == bindparam("station"),
    PICK.c.confirmed_ms.is_not(None),
    PICK.c.confirmed_ms >= bindparam("since"),
)


class SqlWallsReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def wall(self, station: StationId) -> tuple[WallPlace, ...]:
        rows = self._connection.execute(_WALL, {"station": station}).mappings()
        return tuple(record_of(row, WallPlace) for row in rows)

    def work_done(self, station: StationId, since_ms: int) -> WorkDone:
        given = {"station": station, "since": since_ms}
        picks, lines, pieces = self._connection.execute(_DONE, given).one()
        return WorkDone(picks, lines, int(pieces))


class SqlWallsWriting(SqlWallsReading):
    """Changes over one connection inside one transaction."""

    def put_wall_place(self, place: WallPlace) -> None:
        row = row_of(place)
        done = self._connection.execute(update_by(WALL_PLACE, *_KEY), changes(row, *_KEY))
        if done.rowcount == 0:
            self._connection.execute(insert_into(WALL_PLACE), row)
