"""Bases that drive: a chassis on two wheels and two casters, as robots and people have one.

Wheels are spheres (one contact point each, so that the track is exact) and casters slide without
friction. What keeps the drive true in ODE was measured: heavy wheels, and a quick solver without
over-relaxation.
"""

from dataclasses import dataclass

from sim_worlds.sdf.elements import (
    Colour,
    Element,
    Flavour,
    Place,
    Vector,
    child,
    collision,
    cylinder,
    inertial,
    joint,
    link,
    plugin,
    sphere,
    visual,
)
from sim_worlds.sdf.options import WHEEL_RADIUS_M

WHEEL_MASS_KG = 12.0
WHEEL_TORQUE_NM = 60.0
_CASTER_RADIUS_M = 0.03
_CASTER_GAP_M = 0.0005
"""Casters hang this much above the floor, so that the wheels bear the weight."""
_DARK: Colour = (0.12, 0.12, 0.12)


@dataclass(frozen=True, slots=True)
class Base:
    """``track_m`` between the wheels, casters ``caster_m`` before and behind them, and a chassis
    of ``mass_kg`` spread over a box of ``size_m`` whose middle is ``centre_m`` high."""

    track_m: float
    caster_m: float
    mass_kg: float
    size_m: Vector
    centre_m: float


def add_base(model: Element, base: Base) -> Element:
    """Chassis (returned, its frame that of the model), wheels, casters and joints."""
    chassis = link(model, "chassis")
    inertial(chassis, base.mass_kg, base.size_m, Place(z_m=base.centre_m))
    for name, side in (("caster_front", 1), ("caster_rear", -1)):
        place = Place(x_m=side * base.caster_m, z_m=_CASTER_RADIUS_M + _CASTER_GAP_M)
        collision(chassis, name, sphere(_CASTER_RADIUS_M), place, friction=0.0)
    for name, side in (("left_wheel", 1), ("right_wheel", -1)):
        _add_wheel(model, name, side * base.track_m / 2)
    return chassis


def _add_wheel(model: Element, name: str, y_m: float) -> None:
    wheel = link(model, name, Place(y_m=y_m, z_m=WHEEL_RADIUS_M))
    # A box whose moments are those of a solid sphere of the wheel's radius.
    side_m = (12 / 5) ** 0.5 * WHEEL_RADIUS_M
    inertial(wheel, WHEEL_MASS_KG, (side_m, side_m, side_m))
    collision(wheel, "tyre", sphere(WHEEL_RADIUS_M), friction=1.0)
    visual(wheel, "tyre", cylinder(WHEEL_RADIUS_M, 0.05), _DARK, Place(roll_rad=1.570796))
    limit = joint(model, f"{name}_joint", "revolute", ("chassis", name), (0.0, 1.0, 0.0))
    child(limit, "lower", "-1e16")
    child(limit, "upper", "1e16")


def add_drive(model: Element, name: str, base: Base, flavour: Flavour, topics: str) -> None:
    """The drive: Classic listens on ``~/<name>/vel_cmd`` (and turns the other way), gz sim on
    ``<topics>/cmd_vel``; there it also tells ``<topics>/odom``."""
    if flavour is Flavour.CLASSIC:
        plugin(
            model,
            "drive",
            "libDiffDrivePlugin.so",
            left_joint="left_wheel_joint",
            right_joint="right_wheel_joint",
            torque=WHEEL_TORQUE_NM,
        )
        return
    plugin(
        model,
        "gz::sim::systems::DiffDrive",
        "gz-sim-diff-drive-system",
        left_joint="left_wheel_joint",
        right_joint="right_wheel_joint",
        wheel_separation=base.track_m,
        wheel_radius=WHEEL_RADIUS_M,
        odom_publish_frequency=10,
        topic=f"{topics}/cmd_vel",
        odom_topic=f"{topics}/odom",
        frame_id=f"{name}/odom",
        child_frame_id=f"{name}/base_link",
    )
