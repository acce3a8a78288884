"""What the connection to a WMS need of a store; part of :mod:`wms_bridge.ports`."""

from typing import Protocol


class LinksReading(Protocol):
    """Questions to the store."""


class LinksWriting(LinksReading, Protocol):
    """Changes to the store."""
