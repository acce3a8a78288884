"""People, and boxes that stand in the way: to be spawned into a running world."""

from planner.warehouse.robot import Pose
from sim_worlds.sdf.bases import Base, add_base, add_drive
from sim_worlds.sdf.elements import (
    Element,
    Flavour,
    Place,
    Vector,
    box,
    child,
    contact_sensor,
    cylinder,
    document,
    inertial,
    link,
    solid,
    sphere,
    visual,
    written,
)
from sim_worlds.sdf.options import PERSON_HEIGHT_M, PERSON_RADIUS_M, WHEEL_RADIUS_M

_FEET_M = 0.05
_BOX_KG_PER_M3 = 150.0


def person_sdf(name: str, pose: Pose, *, flavour: Flavour = Flavour.CLASSIC) -> str:
    """An SDF document with one person: a body on wheels that takes speeds as a robot does."""
    root = document()
    add_person(root, name, pose, flavour)
    return written(root)


def add_person(parent: Element, name: str, pose: Pose, flavour: Flavour) -> None:
    """A person called ``name``, upright: heavy below, so that it does not fall."""
    model = child(parent, "model", name=name)
    child(model, "pose", Place(pose.x_m, pose.y_m, yaw_rad=pose.theta_rad))
    child(model, "allow_auto_disable", False)
    base = Base(
        track_m=2 * (PERSON_RADIUS_M - WHEEL_RADIUS_M) - 0.02,
        caster_m=PERSON_RADIUS_M - 0.05,
        mass_kg=60.0,
        size_m=(2 * PERSON_RADIUS_M, 2 * PERSON_RADIUS_M, 0.2),
        centre_m=0.12,
    )
    chassis = add_base(model, base)
    height_m = PERSON_HEIGHT_M - _FEET_M
    body = cylinder(PERSON_RADIUS_M, height_m)
    solid(chassis, "body", body, (0.20, 0.35, 0.65), Place(z_m=_FEET_M + height_m / 2))
    visual(chassis, "head", sphere(0.12), (0.85, 0.68, 0.55), Place(z_m=PERSON_HEIGHT_M))
    topics = f"/people/{name}"
    contact_sensor(chassis, ["body"], f"{topics}/contacts" if flavour is Flavour.GZ else None)
    add_drive(model, name, base, flavour, topics)


def box_sdf(name: str, pose: Pose, size_m: Vector) -> str:
    """An SDF document with one box of cardboard standing on the floor; it can be pushed."""
    root = document()
    model = child(root, "model", name=name)
    child(model, "pose", Place(pose.x_m, pose.y_m, yaw_rad=pose.theta_rad))
    carton = link(model, "carton", Place(z_m=size_m[2] / 2))
    inertial(carton, _BOX_KG_PER_M3 * size_m[0] * size_m[1] * size_m[2], size_m)
    solid(carton, "body", box(size_m), (0.60, 0.45, 0.28))
    return written(root)
