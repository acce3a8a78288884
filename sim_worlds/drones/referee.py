"""An independent judge of drones: it looks at bodies in the air, whatever anybody planned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import combinations
from math import hypot

import shapely

from planner.flight.airspace import NoFlyBox, Position
from planner.warehouse.ids import RobotId
from planner.warehouse.site import Site


class FlightViolation(StrEnum):
    """What must not happen."""

    DRONES = "drones"
    """Two drones touched."""
    IN_NO_FLY_BOX = "in_no_fly_box"
    TOO_LOW = "too_low"
    """Below the air of drones, away from its own pad."""
    TOO_HIGH = "too_high"
    OFF_FLOOR = "off_floor"
    """Across a wall."""
    BATTERY_EMPTY = "battery_empty"
    """In the air."""


@dataclass(frozen=True, slots=True)
class Incident:
    """Noted once, when it begins; ``b`` is the other drone, or the box."""

    at_ms: int
    kind: FlightViolation
    a: str
    b: str
    place: Position


@dataclass(frozen=True, slots=True)
class Flyer:
    """What the referee sees of a drone. ``excused``: it lands where it is because it has to."""

    drone: RobotId
    place: Position
    radius_m: float
    pad: Position
    battery_wh: float
    on_ground: bool
    excused: bool


class FlightReferee:
    """Judges one moment after the other. Drones are balls; ``lowest_m`` and ``highest_m`` bound
    them, and their own pads excuse them from the first."""

    def __init__(self, site: Site, boxes: Sequence[NoFlyBox], lowest_m: float, highest_m: float):
        self.incidents: list[Incident] = []
        self._floor = shapely.Polygon(site.floor_m)
        self._boxes = [(box, shapely.Polygon(box.polygon_m)) for box in boxes]
        self._lowest_m, self._highest_m = lowest_m, highest_m
        self._shaft_m = site.pitch_m / 2
        self._now: set[tuple[FlightViolation, str, str]] = set()
        self.nearest_m = float("inf")
        """The least distance of two bodies so far; below 0 they overlapped."""

    def look(self, at_ms: int, flyers: Sequence[Flyer]) -> None:
        """Judge one moment."""
        found: dict[tuple[FlightViolation, str, str], Position] = {}
        for a, b in combinations(flyers, 2):
            gap_m = a.place.metres_to(b.place) - a.radius_m - b.radius_m
            self.nearest_m = min(self.nearest_m, gap_m)
            if gap_m < 0:
                found[FlightViolation.DRONES, a.drone, b.drone] = a.place
        for flyer in flyers:
            if not flyer.on_ground:
                found |= {
                    (kind, flyer.drone, other): flyer.place
                    for kind, other in self._alone(flyer).items()
                }
        for key, place in found.items():
            if key not in self._now:
                self.incidents.append(Incident(at_ms, *key, place))
        self._now = set(found)

    def _alone(self, flyer: Flyer) -> Mapping[FlightViolation, str]:
        found: dict[FlightViolation, str] = {}
        x_m, y_m, z_m = flyer.place
        radius_m, point = flyer.radius_m, shapely.Point(x_m, y_m)
        for box, area in self._boxes:
            within = box.lowest_m - radius_m < z_m < box.highest_m + radius_m
            if within and area.distance(point) < radius_m:
                found[FlightViolation.IN_NO_FLY_BOX] = box.id
        off_pad_m = hypot(x_m - flyer.pad.x_m, y_m - flyer.pad.y_m)
        if flyer.excused:
            return {}
        if z_m - radius_m < self._lowest_m and off_pad_m > self._shaft_m - radius_m:
            found[FlightViolation.TOO_LOW] = ""
        if z_m + radius_m > self._highest_m:
            found[FlightViolation.TOO_HIGH] = ""
        if not self._floor.contains(point) or self._floor.exterior.distance(point) < radius_m:
            found[FlightViolation.OFF_FLOOR] = ""
        if flyer.battery_wh <= 0:
            found[FlightViolation.BATTERY_EMPTY] = ""
        return found
