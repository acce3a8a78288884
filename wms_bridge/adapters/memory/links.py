"""The part of the store in memory for links to a WMS; see :mod:`wms_bridge.ports.links`."""

from dataclasses import dataclass

from wms_bridge.adapters.memory.changing import Changing


@dataclass(slots=True)
class LinksTables:
    """Records by their names."""


class MemoryLinksReading:
    """Questions to the tables."""

    _links: LinksTables


class MemoryLinksWriting(MemoryLinksReading, Changing):
    """Changes to the tables."""
