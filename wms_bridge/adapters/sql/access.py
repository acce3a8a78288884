"""The part of the database for access and audit; see :mod:`wms_bridge.ports.access`."""

from sqlalchemy import Connection


class SqlAccessReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection


class SqlAccessWriting(SqlAccessReading):
    """Changes over one connection inside one transaction."""
