"""The part of the database for promises to the WMS; see :mod:`wms_bridge.ports.promises`."""

from sqlalchemy import Connection


class SqlPromisesReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection


class SqlPromisesWriting(SqlPromisesReading):
    """Changes over one connection inside one transaction."""
