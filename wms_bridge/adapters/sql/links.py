"""The part of the database for links to a WMS; see :mod:`wms_bridge.ports.links`."""

from sqlalchemy import Connection


class SqlLinksReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection


class SqlLinksWriting(SqlLinksReading):
    """Changes over one connection inside one transaction."""
