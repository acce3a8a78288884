"""The part of the store in memory for access and audit; see :mod:`wms_bridge.ports.access`."""

from dataclasses import dataclass

from wms_bridge.adapters.memory.changing import Changing


@dataclass(slots=True)
class AccessTables:
    """Records by their names."""


class MemoryAccessReading:
    """Questions to the tables."""

    _access: AccessTables


class MemoryAccessWriting(MemoryAccessReading, Changing):
    """Changes to the tables."""
