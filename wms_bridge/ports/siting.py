"""What the draft of the site file needs of a store; part of :mod:`wms_bridge.ports.store`."""

from typing import Protocol

from wms_bridge.records.siting import SiteDraft


class SitingReading(Protocol):
    """Questions to the store."""

    def site_draft(self) -> SiteDraft | None:
        """The draft as it was last changed; ``None`` before the first."""


class SitingWriting(SitingReading, Protocol):
    """Changes to the store."""

    def put_site_draft(self, draft: SiteDraft) -> None:
        """Replace the draft."""
