"""The part of the store in memory for lots; see :mod:`wms_bridge.ports.lots`."""

from dataclasses import dataclass

from wms_bridge.adapters.memory.changing import Changing


@dataclass(slots=True)
class LotsTables:
    """Records by their names."""


class MemoryLotsReading:
    """Questions to the tables."""

    _lots: LotsTables


class MemoryLotsWriting(MemoryLotsReading, Changing):
    """Changes to the tables."""
