"""What robots that count can see from where; made once for a site, never changes in a run.

A stored pod shows its first face to the aisle cells beside its spot: from there it is looked at,
standing or in passing.
"""

import numpy as np

from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.warehouse.ids import PodId, SlotId
from planner.warehouse.site import Scanner, Site
from planner.warehouse.stock import slot_id


class Sights:
    """``scanners`` by robot type; ``places`` are the aisle nodes beside every spot (none where it
    is shut in by others), ``spots`` the spots beside every aisle node; ``one_way`` the aisle nodes
    which another robot cannot turn back from; ``slots`` those on every pod's first face."""

    def __init__(self, site: Site, roadmap: Roadmap):
        self.scanners: dict[str, Scanner] = {
            kind.id: kind.scanner for kind in site.robot_types if kind.scanner is not None
        }
        self.places = _aisle_beside(roadmap, site.pitch_m)
        self.spots: dict[int, tuple[int, ...]] = {}
        for spot, places in self.places.items():
            for place in places:
                self.spots[place] = (*self.spots.get(place, ()), spot)
        self.one_way = frozenset(node for node in self.spots if _is_one_way(roadmap, node))
        self.slots: dict[PodId, tuple[SlotId, ...]] = {
            pod: _first_face(site, pod) for pod in roadmap.pods
        }


def _aisle_beside(roadmap: Roadmap, pitch_m: float) -> dict[int, tuple[int, ...]]:
    cells = np.round(roadmap.xy_m / pitch_m).astype(np.int64)
    aisle = np.flatnonzero(roadmap.kind == NodeKind.AISLE).tolist()
    at = {tuple(cells[node].tolist()): node for node in aisle}
    beside: dict[int, tuple[int, ...]] = {}
    for name in roadmap.spots:
        spot = roadmap.index[name]
        x, y = cells[spot].tolist()
        around = ((x + 1, y), (x, y + 1), (x - 1, y), (x, y - 1))
        beside[spot] = tuple(at[cell] for cell in around if cell in at)
    return beside


def _is_one_way(roadmap: Roadmap, node: int) -> bool:
    """No aisle node is driven to from here that leads back."""
    ahead = [there for there in roadmap.neighbours[node].tolist() if there >= 0]
    aisle = [there for there in ahead if roadmap.kind[there] == NodeKind.AISLE]
    return not any(node in roadmap.neighbours[there] for there in aisle)


def _first_face(site: Site, pod: PodId) -> tuple[SlotId, ...]:
    model = site.pod_model
    return tuple(
        slot_id(pod, model.faces[0], level, column)
        for level in range(1, model.levels + 1)
        for column in range(1, model.columns + 1)
    )
