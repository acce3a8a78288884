"""From where a drone looks at the face of a pod."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import atan2, pi

from planner.flight.airspace import LOOK_LAYER, AirCell, Airspace
from planner.roadmap.lattice import STEPS, Lattice, node_id
from planner.roadmap.roadmap import NodeKind, Roadmap
from planner.warehouse.ids import PodId
from planner.warehouse.site import Point, Site

POD_HEIGHT_M = 1.9
_POD_FOOT_M = 0.35
_SIDES = (3, 1, 2, 0)
"""Headings of the aisle that a pod shows its face to: south if there is a choice."""
_HEADINGS_RAD = (0.0, pi / 2, pi, -pi / 2)


@dataclass(frozen=True, slots=True)
class View:
    """Hover in the middle of ``cell``, the camera turned to ``heading_rad`` (counter-clockwise from
    +x) and ``tilt_rad`` down from level, to see the face of ``pod`` that stands at ``pod_m``.
    ``weight`` is what the look is worth, in whatever unit the caller has (bits)."""

    pod: PodId
    pod_m: Point
    cell: AirCell
    heading_rad: float
    tilt_rad: float
    weight: float = 1.0


def view_of(
    space: Airspace, site: Site, roadmap: Roadmap, pod: PodId, pod_m: Point, weight: float = 1.0
) -> View | None:
    """The view of a stored pod's face, which it shows to an aisle beside its spot. From across the
    aisle if nothing is in the way, as the face is seen less askew from there; else from above the
    aisle. ``None`` for pods with no aisle beside them, or with no air to look from."""
    spot = Lattice(space.pitch_m).nearest(pod_m)
    side = next((side for side in _SIDES if _is_aisle(roadmap, spot, side)), None)
    if side is None:
        return None
    east, north = STEPS[side]
    for away in (2, 1):
        cell = (spot[0] + away * east, spot[1] + away * north, LOOK_LAYER)
        if cell in space.open and cell[:2] not in space.shafts and _sees(space, site, away):
            facing = _HEADINGS_RAD[(side + 2) % 4]
            return View(pod, pod_m, cell, facing, atan2(*_drop_and_away(space, site, away)), weight)
    return None


def _is_aisle(roadmap: Roadmap, spot: tuple[int, int], side: int) -> bool:
    beside = roadmap.index.get(node_id((spot[0] + STEPS[side][0], spot[1] + STEPS[side][1])))
    return beside is not None and bool(roadmap.kind[beside] == NodeKind.AISLE)


def views_of(
    space: Airspace, site: Site, roadmap: Roadmap, pods: Mapping[PodId, Point]
) -> tuple[View, ...]:
    """The views of all stored pods that drones can see."""
    found = (view_of(space, site, roadmap, pod, place) for pod, place in pods.items())
    return tuple(view for view in found if view is not None)


def _drop_and_away(space: Airspace, site: Site, away: int) -> tuple[float, float]:
    """From the drone to the middle of the face: metres down, and metres across."""
    drop_m = space.centre((0, 0, LOOK_LAYER)).z_m - (POD_HEIGHT_M + _POD_FOOT_M) / 2
    return drop_m, away * space.pitch_m - site.pod_model.size_m / 2


def _sees(space: Airspace, site: Site, away: int) -> bool:
    """Whether the line to the foot of the face clears a pod that stands beneath the drone, across
    the aisle; in the aisle none stands."""
    if away == 1:
        return True
    half_m = site.pod_model.size_m / 2
    across_m = away * space.pitch_m - half_m
    z_m = space.centre((0, 0, LOOK_LAYER)).z_m
    over_m = z_m - half_m / across_m * (z_m - _POD_FOOT_M)
    return over_m > POD_HEIGHT_M
