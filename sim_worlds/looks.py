"""What robots that count had before them: pods they were sent to look at, from the floor and from
the air, and pods they drove past."""

from dataclasses import dataclass

from planner.warehouse.ids import PodId, RobotId
from planner.warehouse.robot import Pose


@dataclass(frozen=True, slots=True)
class Look:
    """A robot stood at ``pose`` beside a pod with its scanner on it."""

    robot: RobotId
    pod: PodId
    from_ms: int
    until_ms: int
    pose: Pose


@dataclass(frozen=True, slots=True)
class Pass:
    """A robot with a scanner drove past a pod that stood there all the time: ``track`` are its
    poses in the aisle cell beside the pod, and when (ms); at least two."""

    robot: RobotId
    pod: PodId
    track: tuple[tuple[int, Pose], ...]


@dataclass(frozen=True, slots=True)
class FlownLook:
    """From ``from_ms`` to ``until_ms`` the camera of a drone was turned to a face of ``pod``, which
    stood in its place all the time.

    The rest is the pose of its camera in the site's frame: metres, ``theta_rad`` the heading it
    looks along, counter-clockwise from +x, and ``tilt_rad`` how far down from level it looks.
    """

    robot: RobotId
    pod: PodId
    from_ms: int
    until_ms: int
    x_m: float
    y_m: float
    z_m: float
    theta_rad: float
    tilt_rad: float
