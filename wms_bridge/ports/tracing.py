"""What serials and packs need of a store; part of :mod:`wms_bridge.ports`."""

from typing import Protocol


class TracingReading(Protocol):
    """Questions to the store."""


class TracingWriting(TracingReading, Protocol):
    """Changes to the store."""
