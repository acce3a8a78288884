"""What of the floor a robot covers and what of a scan is part of itself or of its pod."""

from dataclasses import dataclass
from math import hypot

from planner.warehouse.site import RobotType
from podherd_robot.drive_params import DriveParams

_POST_M = 0.04
"""A post may be so far from where it belongs, for a pod does not stand or sit exactly."""


@dataclass(frozen=True, slots=True)
class Footprint:
    """Half length and half width (m) around the middle of the base, and the corners' distance."""

    half_length_m: float
    half_width_m: float
    corner_m: float

    @staticmethod
    def of(kind: RobotType, params: DriveParams, *, loaded: bool) -> "Footprint":
        """Of a robot, or of robot and pod together."""
        length, width = kind.length_m / 2.0, kind.width_m / 2.0
        if loaded:
            length, width = max(length, params.pod_m / 2.0), max(width, params.pod_m / 2.0)
        return Footprint(length, width, hypot(length, width))

    def holds(self, x_m: float, y_m: float) -> bool:
        """Is this point of ``base_link`` part of robot or pod?"""
        return abs(x_m) < self.half_length_m and abs(y_m) < self.half_width_m


def is_post(x_m: float, y_m: float, params: DriveParams) -> bool:
    """Does a corner post of a pod stand at this point, seen from the middle of the pod along one
    of its sides?"""
    post = (params.pod_m - params.post_m) / 2.0
    return abs(abs(x_m) - post) < _POST_M and abs(abs(y_m) - post) < _POST_M
