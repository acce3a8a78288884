"""What a world is to hold beside what its site file says."""

import math
from collections.abc import Iterator
from dataclasses import dataclass

from planner.roadmap.lattice import Lattice
from planner.warehouse.errors import InvalidWorld
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import RobotType, Site


@dataclass(frozen=True, slots=True)
class Lidar:
    """A level lidar at the front edge of a robot, ``height_m`` above the floor: ``rays`` distances
    over ``field_rad``, the middle one straight ahead, with Gaussian noise."""

    rays: int = 61
    field_rad: float = math.pi
    rate_hz: float = 10.0
    nearest_m: float = 0.02
    farthest_m: float = 10.0
    noise_sd_m: float = 0.005
    height_m: float = 0.20


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera on a robot: where it sits in ``base_link`` (x forward, y left, z up from the floor)
    and where it looks (yaw to the left, pitch down). Pixels are square; ``field_rad`` is the
    horizontal field of view. Noise is Gaussian, of intensities from 0 to 1.

    As it comes it sits upright on a mast and looks to the left, and sees the whole height of the
    pods along an aisle. A robot with such a mast cannot drive beneath pods; the mast itself is not
    solid.
    """

    width_px: int = 960
    height_px: int = 1280
    field_rad: float = 1.35
    rate_hz: float = 10.0
    x_m: float = 0.0
    y_m: float = 0.0
    z_m: float = 1.1
    pitch_rad: float = 0.0
    yaw_rad: float = math.pi / 2
    noise_sd: float = 0.007


FLOOR_CAMERA = Camera(
    width_px=640,
    height_px=480,
    field_rad=2.0,
    x_m=0.45,
    z_m=0.22,
    pitch_rad=math.pi / 2,
    yaw_rad=0.0,
)
"""Ahead of the front edge, straight down: sees a floor marker whole as the robot reaches it."""


@dataclass(frozen=True, slots=True)
class WorldOptions:
    """Sensors, people, marks and physics of a world.

    ``lidars`` and ``cameras`` name the robots that carry one. ``people`` stand at these poses at
    the start and are called ``person_1``... ``marks``: pods carry their fiducial on all four sides
    and nodes theirs on the floor; ``labels``: slots have theirs on the edge of the shelf. Without
    both, a world loads faster and needs less memory; nothing solid changes. ``overview_px``: a
    camera of that many pixels along the longer side of the floor hangs above its middle.
    ``pod_bumpers``: pods too tell what touches them; whatever moves by itself tells anyway, and
    such a sensor in every pod makes a world several times slower.
    """

    lidars: tuple[RobotId, ...] = ()
    lidar: Lidar = Lidar()
    cameras: tuple[RobotId, ...] = ()
    camera: Camera = Camera()
    people: tuple[Pose, ...] = ()
    marks: bool = True
    labels: bool = True
    overview_px: int | None = None
    pod_bumpers: bool = False
    step_ms: int = 10
    solver_iterations: int = 10


PHYSICS_ONLY = WorldOptions(marks=False, labels=False)
"""Nothing to be looked at."""

ROBOT_HEIGHT_M = 0.25
POD_CLEARANCE_M = 0.35
"""Free height beneath a pod that stands; robots without a load drive through there."""
POD_HEIGHT_M = 1.90
POD_SIDES = 4
POST_M = 0.03
"""Side of a pod's corner posts."""
WHEEL_RADIUS_M = 0.08
PERSON_RADIUS_M = 0.25
PERSON_HEIGHT_M = 1.70


def lidar_x_m(kind: RobotType) -> float:
    """How far ahead of the middle of the base a robot's lidar sits: just clear of its front."""
    return kind.length_m / 2 + 0.01


def check_options(site: Site, options: WorldOptions) -> None:
    """Raises :class:`InvalidWorld` for the first thing that does not fit the site."""
    for error in (*_robot_problems(site, options), *_figure_problems(options)):
        raise error
    for error in (*_size_problems(site), *_face_problems(site, options)):
        raise error


def _robot_problems(site: Site, options: WorldOptions) -> Iterator[InvalidWorld]:
    known = {robot.id for robot in site.robots}
    for field, robots in (("lidars", options.lidars), ("cameras", options.cameras)):
        for number, robot in enumerate(robots):
            if robot not in known:
                yield InvalidWorld(
                    "no such robot on this site",
                    field=f"{field}[{number}]",
                    value=str(robot),
                    remedy=f"Known: {', '.join(sorted(known))}.",
                )


def _figure_problems(options: WorldOptions) -> Iterator[InvalidWorld]:
    lidar, camera = options.lidar, options.camera
    bounds = (
        ("lidar.rays", lidar.rays, 2, 3600),
        ("lidar.field_rad", lidar.field_rad, 0.01, 2 * math.pi),
        ("lidar.rate_hz", lidar.rate_hz, 0.1, 100),
        ("lidar.farthest_m", lidar.farthest_m, lidar.nearest_m, 100),
        ("lidar.noise_sd_m", lidar.noise_sd_m, 0, 1),
        ("lidar.height_m", lidar.height_m, 0.05, ROBOT_HEIGHT_M),
        ("camera.width_px", camera.width_px, 16, 4096),
        ("camera.height_px", camera.height_px, 16, 4096),
        ("camera.field_rad", camera.field_rad, 0.05, 3.0),
        ("camera.rate_hz", camera.rate_hz, 0.1, 100),
        ("camera.noise_sd", camera.noise_sd, 0, 1),
        ("overview_px", options.overview_px or 640, 64, 4096),
        ("step_ms", options.step_ms, 1, 50),
        ("solver_iterations", options.solver_iterations, 5, 500),
    )
    for field, value, least, most in bounds:
        if not least <= value <= most:
            yield InvalidWorld(
                "out of bounds", field=field, value=value, remedy=f"Use {least:g} to {most:g}."
            )


def _size_problems(site: Site) -> Iterator[InvalidWorld]:
    """What turns beneath a pod that stands must clear its corner posts."""
    corner_m = (site.pod_model.size_m / 2 - POST_M) * math.sqrt(2)
    for number, kind in enumerate(site.robot_types):
        half_m = math.hypot(kind.length_m, kind.width_m) / 2
        if half_m >= corner_m:
            yield InvalidWorld(
                f"this robot would touch the posts of a pod it turns beneath: half its diagonal is "
                f"{half_m:.3f} m, the posts begin at {corner_m:.3f} m",
                field=f"robot_types[{number}].length_m",
                value=kind.length_m,
                remedy="Use a shorter or narrower robot, or larger pods.",
            )
        if min(kind.width_m, kind.length_m) < 4 * WHEEL_RADIUS_M:
            yield InvalidWorld(
                "too small for the wheels of the simulated robot",
                field=f"robot_types[{number}].width_m",
                value=min(kind.width_m, kind.length_m),
                remedy=f"Use at least {4 * WHEEL_RADIUS_M:g} m, in length and width.",
            )


def _face_problems(site: Site, options: WorldOptions) -> Iterator[InvalidWorld]:
    faces = site.pod_model.faces
    if options.labels and len(faces) > POD_SIDES:
        yield InvalidWorld(
            f"a pod has {POD_SIDES} sides to hang labels on",
            field="pod_model.faces",
            value=list(faces),
            remedy="Leave the labels out (--no-tags), or name fewer faces.",
        )


def start_poses(site: Site) -> dict[RobotId, Pose]:
    """Where robots stand at the start, all facing east."""
    lattice = Lattice(site.pitch_m)
    starts = {robot.id: lattice.centre_m(lattice.nearest(robot.start_m)) for robot in site.robots}
    return {robot: Pose(x_m, y_m, 0.0) for robot, (x_m, y_m) in starts.items()}
