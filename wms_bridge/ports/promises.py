"""What reservations and news for the WMS need of a store; part of :mod:`wms_bridge.ports`."""

from typing import Protocol


class PromisesReading(Protocol):
    """Questions to the store."""


class PromisesWriting(PromisesReading, Protocol):
    """Changes to the store."""
