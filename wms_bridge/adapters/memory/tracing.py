"""The part of the store in memory for serials and packs; see :mod:`wms_bridge.ports.tracing`."""

from dataclasses import dataclass

from wms_bridge.adapters.memory.changing import Changing


@dataclass(slots=True)
class TracingTables:
    """Records by their names."""


class MemoryTracingReading:
    """Questions to the tables."""

    _tracing: TracingTables


class MemoryTracingWriting(MemoryTracingReading, Changing):
    """Changes to the tables."""
