"""The places of a site where stock can lie."""

from collections.abc import Iterator

from planner.warehouse.ids import PodId, SlotId, StationId
from planner.warehouse.site import Site, StationRole
from planner.warehouse.stock import slot_id


class Shelves:
    """All slots of all pods of a site, and its stations."""

    def __init__(self, site: Site):
        self.capacity = site.pod_model.slot_capacity
        self.stations = tuple(station.id for station in site.stations)
        self.put_stations = tuple(
            station.id for station in site.stations if StationRole.REPLENISH in station.roles
        )
        self.order_slots = {station.id: station.order_slots for station in site.stations}
        self.pods = pod_names(site.pod_count)
        self._slots = frozenset(_slots(site, self.pods))

    def has_slot(self, slot: SlotId) -> bool:
        """Whether the site has this slot."""
        return slot in self._slots

    def has_station(self, station: StationId) -> bool:
        """Whether the site has this station."""
        return station in self.stations


def pod_names(count: int) -> tuple[PodId, ...]:
    """``P001`` and so on, with as many digits as the last one needs, 3 at least."""
    digits = max(3, len(str(count)))
    return tuple(PodId(f"P{number:0{digits}d}") for number in range(1, count + 1))


def _slots(site: Site, pods: tuple[PodId, ...]) -> Iterator[SlotId]:
    model = site.pod_model
    for pod in pods:
        for face in model.faces:
            for level in range(1, model.levels + 1):
                for column in range(1, model.columns + 1):
                    yield slot_id(pod, face, level, column)
