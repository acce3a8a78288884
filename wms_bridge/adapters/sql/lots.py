"""The part of the database for lots; see :mod:`wms_bridge.ports.lots`."""

from sqlalchemy import Connection


class SqlLotsReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection


class SqlLotsWriting(SqlLotsReading):
    """Changes over one connection inside one transaction."""
