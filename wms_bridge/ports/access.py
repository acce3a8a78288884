"""What accounts, keys and the audit log need of a store; part of :mod:`wms_bridge.ports`."""

from typing import Protocol


class AccessReading(Protocol):
    """Questions to the store."""


class AccessWriting(AccessReading, Protocol):
    """Changes to the store."""
