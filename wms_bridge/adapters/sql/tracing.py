"""The part of the database for serials and packs; see :mod:`wms_bridge.ports.tracing`."""

from sqlalchemy import Connection


class SqlTracingReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection


class SqlTracingWriting(SqlTracingReading):
    """Changes over one connection inside one transaction."""
