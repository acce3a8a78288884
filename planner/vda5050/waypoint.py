"""What a drive is told: points to pass, in order."""

from typing import NamedTuple


class Waypoint(NamedTuple):
    """A point to drive to in a straight line from the one before.

    ``sequence`` grows along an order and tells two passes over the same point apart;
    ``max_speed_mps`` holds on the way to the point.
    """

    sequence: int
    x_m: float
    y_m: float
    max_speed_mps: float
