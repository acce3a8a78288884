"""What a robot that counts has looked at: one record for those that drive and those that fly."""

from dataclasses import dataclass

from planner.warehouse.ids import PodId, RobotId


@dataclass(frozen=True, slots=True)
class Look:
    """From ``from_ms`` to ``until_ms`` the scanner of ``robot`` was turned to a face of ``pod``,
    which stood in its place all the time.

    The rest is the pose of its camera in the site's frame: metres, ``theta_rad`` the heading it
    looks along, counter-clockwise from +x, and ``tilt_rad`` how far down from level it looks. Of a
    robot that drives these follow from its own pose and where the camera is mounted; a drone turns
    itself and tilts its camera.
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
