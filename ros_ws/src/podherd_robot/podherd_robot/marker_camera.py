"""A camera that sees floor markers: pictures in, sightings for the localisation out. No ROS here.

Runs beside the robot's node, not in it: looking takes milliseconds, and a robot must not be late
because of a picture. Sightings come with the time of the picture, so the brain knows their age.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from numpy.typing import NDArray

from planner.warehouse.errors import PodherdError
from planner.warehouse.robot import Pose
from podherd_ros.base import MarkerSighting
from podherd_ros.declared import Declared, Value, ValueKind
from vision.codes.camera import Camera, Mounting
from vision.codes.fiducials import Mark, find_marks
from vision.codes.marks import FLOOR_FAMILY
from vision.codes.sightings import flat_sighting

_TEXT, _NUMBER = ValueKind.TEXT, ValueKind.NUMBER

PARAMETERS: tuple[Declared, ...] = (
    Declared("robot", _TEXT, "id of the robot that carries the camera"),
    Declared("site", _TEXT, "path of the site file: marker n lies at its n-th node"),
    Declared("marker_m", _NUMBER, "side of the black square of a floor marker", None, "m", 0.01, 2),
    Declared("marker_height_m", _NUMBER, "height of the print above the floor", 0.0, "m", 0, 0.1),
    Declared("x_m", _NUMBER, "camera in base_link, forward", 0.0, "m", -5, 5),
    Declared("y_m", _NUMBER, "camera in base_link, to the left", 0.0, "m", -5, 5),
    Declared("z_m", _NUMBER, "camera above the floor", None, "m", 0, 5),
    Declared("roll_rad", _NUMBER, "camera's roll", 0.0, "rad", -3.15, 3.15),
    Declared("pitch_rad", _NUMBER, "camera's pitch; 1.5708 looks down", 1.5708, "rad", -3.15, 3.15),
    Declared("yaw_rad", _NUMBER, "camera's yaw", 0.0, "rad", -3.15, 3.15),
    Declared("mounting_sd_m", _NUMBER, "how well each position is known", 0.001, "m", 0, 1),
    Declared("mounting_sd_rad", _NUMBER, "how well each angle is known", 0.002, "rad", 0, 1),
)


def mounting_of(values: Mapping[str, Value]) -> Mounting:
    """Where the camera is mounted, from the parameters."""
    names = ("x_m", "y_m", "z_m", "roll_rad", "pitch_rad", "yaw_rad")
    figures = [values[name] for name in (*names, "mounting_sd_m", "mounting_sd_rad")]
    return Mounting(*(float(figure) for figure in figures if isinstance(figure, int | float)))


class MarkerEye:
    """Knows which marker lies at which node, how large markers are, and how high they lie."""

    def __init__(self, nodes: Sequence[str], marker_m: float, height_m: float = 0.0):
        """``nodes`` by the number of their marker. Raises :class:`PodherdError` without any."""
        if not nodes:
            raise PodherdError("no node to see", field="site", remedy="Give a site with aisles.")
        self._nodes = tuple(nodes)
        self._marker_m = marker_m
        self._height_m = height_m

    def look(self, at_ms: int, picture: NDArray[Any], camera: Camera) -> tuple[MarkerSighting, ...]:
        """Every floor marker of this site in a grey or RGB picture taken at ``at_ms``, by number.

        What is no marker of the site, does not lie flat or has another size is left out. Raises
        :class:`InvalidImage` for anything but a picture of the camera's size.
        """
        marks = find_marks(camera.checked(picture), (FLOOR_FAMILY,))
        seen = (self._sighting(at_ms, mark, camera) for mark in marks)
        return tuple(sighting for sighting in seen if sighting is not None)

    def _sighting(self, at_ms: int, mark: Mark, camera: Camera) -> MarkerSighting | None:
        if mark.number >= len(self._nodes):
            return None
        flat = flat_sighting(mark, self._marker_m, camera, self._height_m)
        if flat is None:
            return None
        pose = Pose(flat.x_m, flat.y_m, flat.theta_rad)
        return MarkerSighting(at_ms, f"N:{self._nodes[mark.number]}", pose, flat.sd_m, flat.sd_rad)
