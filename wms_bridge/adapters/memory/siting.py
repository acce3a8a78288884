"""The part of the store in memory for the draft of the site; see :mod:`wms_bridge.ports.siting`."""

from wms_bridge.adapters.memory.changing import Changing
from wms_bridge.adapters.memory.tables import OverTables
from wms_bridge.records.siting import SiteDraft

THE = ""
"""The name of what there is one of."""


class MemorySitingReading(OverTables):
    """Questions to the tables."""

    def site_draft(self) -> SiteDraft | None:
        return self._tables.site_draft.get(THE)


class MemorySitingWriting(MemorySitingReading, Changing):
    """Changes to the tables."""

    def put_site_draft(self, draft: SiteDraft) -> None:
        self._set(self._tables.site_draft, THE, draft)
