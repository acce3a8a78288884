"""What one kind of drone can do, and what a way costs it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from math import hypot, isfinite, sqrt

from planner.flight.airspace import Position
from planner.warehouse.counts import EvidenceKind
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Scanner

_J_PER_WH = 3600.0
_READER_AND_CAMERA = Scanner(sees=(EvidenceKind.RFID, EvidenceKind.CAMERA), dwell_s=3.0)


@dataclass(frozen=True, slots=True)
class DroneType:
    """A drone that looks at faces; the defaults are our assumptions for an indoor quadcopter of
    1.5 kg, not a make.

    Speeds in m/s (``climb_mps`` up and down), acceleration in m/s^2. In the air it draws
    ``hover_w``, ``gust_w`` more in the strongest gust it is meant for, and spends ``move_j_per_m``
    for every metre. It flies at ``slowest_pace`` of its speed or faster. It comes back with
    ``reserve`` (share of ``battery_wh``) unused, and charges at ``charge_w``. ``radius_m`` and
    ``drift_m`` are half its width and how far off its way a gust pushes it, up and sideways.
    """

    id: str = "counting-drone"
    speed_mps: float = 2.0
    climb_mps: float = 1.0
    acceleration_mps2: float = 1.0
    radius_m: float = 0.3
    drift_m: float = 0.15
    battery_wh: float = 70.0
    hover_w: float = 190.0
    gust_w: float = 40.0
    move_j_per_m: float = 15.0
    charge_w: float = 140.0
    slowest_pace: float = 0.9
    reserve: float = 0.2
    scanner: Scanner = _READER_AND_CAMERA

    def __post_init__(self) -> None:
        positive = ("speed_mps", "climb_mps", "acceleration_mps2", "radius_m", "battery_wh")
        for name in (*positive, "hover_w", "charge_w", "slowest_pace"):
            value = getattr(self, name)
            if not (isfinite(value) and value > 0):
                raise _wrong(self.id, name, value, "Give a number above 0.")
        for name in ("drift_m", "gust_w", "move_j_per_m"):
            value = getattr(self, name)
            if not (isfinite(value) and value >= 0):
                raise _wrong(self.id, name, value, "Give 0 or more.")
        for name in ("slowest_pace", "reserve"):
            value = getattr(self, name)
            if not 0 <= value <= 1:
                raise _wrong(self.id, name, value, "Give a share from 0 to 1.")

    def top_mps(self, start: Position, end: Position) -> float:
        """The highest speed along a straight leg, whichever of the two speeds limits it."""
        across_m = hypot(end.x_m - start.x_m, end.y_m - start.y_m)
        up_m = abs(end.z_m - start.z_m)
        return hypot(across_m, up_m) / (max(across_m / self.speed_mps, up_m / self.climb_mps))

    def leg_s(self, start: Position, end: Position) -> float:
        """The least time for a straight leg from hover to hover."""
        metres = start.metres_to(end)
        if metres == 0:
            return 0.0
        top, grip = self.top_mps(start, end), self.acceleration_mps2
        if metres >= top * top / grip:
            return metres / top + top / grip
        return 2 * sqrt(metres / grip)

    def worst_wh(self, seconds: float, metres: float) -> float:
        """The most that so many seconds in the air and so many metres take."""
        return (seconds * (self.hover_w + self.gust_w) + metres * self.move_j_per_m) / _J_PER_WH

    def way_wh(self, way: Iterable[Position]) -> float:
        """The most that a way takes, stopping at each of its points, at the slowest pace."""
        return sum(
            self.worst_wh(self.leg_s(start, end) / self.slowest_pace, start.metres_to(end))
            for start, end in pairwise(way)
        )

    def look_wh(self) -> float:
        """The most that one look takes."""
        return self.worst_wh(self.scanner.dwell_s, 0.0)


def _wrong(kind: str, name: str, value: object, remedy: str) -> InvalidSite:
    return InvalidSite(
        "a drone cannot be like this", field=f"{kind}.{name}", value=value, remedy=remedy
    )
