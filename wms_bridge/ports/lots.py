"""What lots, owners, holds and recalls need of a store; part of :mod:`wms_bridge.ports`."""

from typing import Protocol


class LotsReading(Protocol):
    """Questions to the store."""


class LotsWriting(LotsReading, Protocol):
    """Changes to the store."""
