"""The part of the database for the draft of the site; see :mod:`wms_bridge.ports.siting`."""

import msgspec
from sqlalchemy import Connection

from planner.codec.messages import encode
from wms_bridge.adapters.sql.rows import Row
from wms_bridge.adapters.sql.siting_tables import SITE_DRAFT
from wms_bridge.adapters.sql.statements import changes, insert_into, keys, select_by, update_by
from wms_bridge.records.siting import SiteDraft

THE = ""
"""The name of what there is one of."""


class SqlSitingReading:
    """Questions over one connection inside one transaction."""

    def __init__(self, connection: Connection):
        self._connection = connection

    def site_draft(self) -> SiteDraft | None:
        rows = self._connection.execute(select_by(SITE_DRAFT, "name"), keys(name=THE)).mappings()
        return next((msgspec.json.decode(row["body"], type=SiteDraft) for row in rows), None)


class SqlSitingWriting(SqlSitingReading):
    """Changes over one connection inside one transaction."""

    def put_site_draft(self, draft: SiteDraft) -> None:
        row: Row = {"name": THE, "body": encode(draft).decode()}
        done = self._connection.execute(update_by(SITE_DRAFT, "name"), changes(row, "name"))
        if done.rowcount == 0:
            self._connection.execute(insert_into(SITE_DRAFT), row)
