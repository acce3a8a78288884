"""A robot as a model: base, body, contact sensor, lidar, camera, and how it carries a pod."""

from planner.warehouse.robot import Pose
from planner.warehouse.site import PodModel, RobotType
from sim_worlds.sdf.bases import Base, add_base, add_drive
from sim_worlds.sdf.elements import (
    NOWHERE,
    Colour,
    Element,
    Flavour,
    Place,
    box,
    child,
    collision,
    contact_sensor,
    document,
    inertial,
    joint,
    link,
    plugin,
    solid,
    visual,
    written,
)
from sim_worlds.sdf.options import (
    POD_CLEARANCE_M,
    POD_HEIGHT_M,
    ROBOT_HEIGHT_M,
    WHEEL_RADIUS_M,
    Camera,
    Lidar,
    lidar_x_m,
)
from sim_worlds.sdf.sensors import add_camera, add_lidar

_BODY_BOTTOM_M = 0.05
_CHASSIS_KG = 60.0
_SHELL_BOTTOM_M = ROBOT_HEIGHT_M - 0.01
"""A shade below the top of robots: a carried pod must not pass over another robot either. Above
the lidar, which sees the solid parts of its own robot."""
LIFT_M = 0.04
"""How far a lifted pod hangs above the floor, gz sim only."""
_ORANGE: Colour = (0.93, 0.55, 0.10)
_GREY: Colour = (0.35, 0.37, 0.40)


def robot_sdf(
    name: str,
    kind: RobotType,
    pod: PodModel,
    pose: Pose,
    *,
    lidar: Lidar | None = None,
    camera: Camera | None = None,
    flavour: Flavour = Flavour.CLASSIC,
) -> str:
    """An SDF document with one robot, to be spawned into a running world."""
    root = document()
    add_robot(root, name, kind, pod, pose, lidar=lidar, camera=camera, flavour=flavour)
    return written(root)


def add_robot(
    parent: Element,
    name: str,
    kind: RobotType,
    pod: PodModel,
    pose: Pose,
    *,
    lidar: Lidar | None,
    camera: Camera | None,
    flavour: Flavour,
) -> None:
    """A robot called ``name``: its origin is the middle of its base on the floor, x forward."""
    model = child(parent, "model", name=name)
    child(model, "pose", Place(pose.x_m, pose.y_m, yaw_rad=pose.theta_rad))
    child(model, "allow_auto_disable", False)
    topics = f"/robots/{name}"
    sensor_topics = topics if flavour is Flavour.GZ else None
    base = _base(kind)
    chassis = add_base(model, base)
    bumper = ["body"]
    _add_body(chassis, kind)
    if flavour is Flavour.CLASSIC:
        _add_shell(chassis, pod)
        bumper.append("shell")
    contact_sensor(chassis, bumper, sensor_topics and f"{sensor_topics}/contacts")
    if lidar is not None:
        add_lidar(chassis, lidar, lidar_x_m(kind), flavour, sensor_topics)
    if camera is not None:
        add_camera(chassis, camera, sensor_topics)
    if flavour is Flavour.GZ:
        _add_lift(model, kind, topics)
    add_drive(model, name, base, flavour, topics)


def _base(kind: RobotType) -> Base:
    """Wheels at the sides within the footprint, casters at its ends."""
    height_m = ROBOT_HEIGHT_M - _BODY_BOTTOM_M
    return Base(
        track_m=kind.width_m - 2 * WHEEL_RADIUS_M,
        caster_m=kind.length_m / 2 - 0.06,
        mass_kg=_CHASSIS_KG,
        size_m=(kind.length_m, kind.width_m, height_m),
        centre_m=_BODY_BOTTOM_M + height_m / 3,
    )


def _add_body(chassis: Element, kind: RobotType) -> None:
    height_m = ROBOT_HEIGHT_M - _BODY_BOTTOM_M
    size_m = (kind.length_m, kind.width_m, height_m)
    solid(chassis, "body", box(size_m), _ORANGE, Place(z_m=_BODY_BOTTOM_M + height_m / 2))
    nose = box((0.02, kind.width_m * 0.8, 0.06))
    visual(chassis, "nose", nose, _GREY, Place(kind.length_m / 2 - 0.005, 0.0, 0.15))
    deck = box((kind.length_m * 0.5, kind.width_m * 0.7, 0.01))
    visual(chassis, "deck", deck, _GREY, Place(z_m=ROBOT_HEIGHT_M + 0.005))


def _add_shell(chassis: Element, pod: PodModel) -> None:
    """The outline of a carried pod, touching nothing until its bit mask is set: in Classic the pod
    itself is moved off the map meanwhile."""
    height_m = POD_HEIGHT_M - _SHELL_BOTTOM_M
    shape = box((pod.size_m, pod.size_m, height_m))
    middle = Place(z_m=_SHELL_BOTTOM_M + height_m / 2)
    collision(chassis, "shell", shape, middle, collide_bitmask=NOWHERE)


def _add_lift(model: Element, kind: RobotType, topics: str) -> None:
    """A plate that rises under a pod and carries it by friction."""
    size_m = (kind.length_m * 0.6, kind.width_m * 0.8, 0.02)
    middle_m = ROBOT_HEIGHT_M + 0.015
    plate = link(model, "lift", Place(z_m=middle_m))
    inertial(plate, 4.0, size_m)
    solid(plate, "plate", box(size_m), _GREY)
    limit = joint(model, "lift_joint", "prismatic", ("chassis", "lift"), (0.0, 0.0, 1.0))
    child(limit, "lower", 0.0)
    child(limit, "upper", POD_CLEARANCE_M + LIFT_M - (middle_m + size_m[2] / 2))
    plugin(
        model,
        "gz::sim::systems::JointPositionController",
        "gz-sim-joint-position-controller-system",
        joint_name="lift_joint",
        topic=f"{topics}/lift",
        use_velocity_commands=True,
        cmd_max=0.1,
    )
