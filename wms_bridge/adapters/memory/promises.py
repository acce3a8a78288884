"""The part of the store in memory for promises to the WMS; see :mod:`wms_bridge.ports.promises`."""

from dataclasses import dataclass

from wms_bridge.adapters.memory.changing import Changing


@dataclass(slots=True)
class PromisesTables:
    """Records by their names."""


class MemoryPromisesReading:
    """Questions to the tables."""

    _promises: PromisesTables


class MemoryPromisesWriting(MemoryPromisesReading, Changing):
    """Changes to the tables."""
