"""From where the camera of a drone sees a face: what a picture of a look is rendered from."""

from math import cos, sin

from planner.warehouse.robot import Pose
from sim_worlds.looks import FlownLook
from vision.codes.camera import Camera, Mounting
from vision.shelf.poses import FacePose, Row

CAMERA = Camera.with_view(1280, 960, 1.0, Mounting(0.0, 0.0, 0.0))
"""1 rad wide; the gimbal turns it, so that its mounting says nothing."""


def drone_eye(look: FlownLook, foot: Pose) -> FacePose:
    """The camera of a look in the coordinates of the face whose foot is at ``foot`` (its x axis to
    the right of who looks at it)."""
    level = cos(look.tilt_rad)
    ahead = (level * cos(look.theta_rad), level * sin(look.theta_rad), -sin(look.tilt_rad))
    eye = (*_turned(foot, look.x_m - foot.x_m, look.y_m - foot.y_m), look.z_m)
    right, deep = _turned(foot, ahead[0], ahead[1])
    aim: Row = (eye[0] + right, eye[1] + deep, eye[2] + ahead[2])
    return FacePose.looking(eye, aim)


def _turned(foot: Pose, east: float, north: float) -> tuple[float, float]:
    """To the right along the face, and into the rack."""
    along, across = cos(foot.theta_rad), sin(foot.theta_rad)
    return along * east + across * north, along * north - across * east
