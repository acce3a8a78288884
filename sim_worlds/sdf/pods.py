"""Pods as models: shelves on four corner posts, with their fiducial and the labels of their slots.

A pod's faces are named in the site file. The first one is its south side while it stands as it was
stored (heading 0), the next ones follow counter-clockwise: east, north, west.
"""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from planner.warehouse.ids import PodId, SlotId
from planner.warehouse.robot import Pose
from planner.warehouse.site import PodModel
from planner.warehouse.stock import slot_id
from sim_worlds.sdf.elements import (
    PLATE_THICKNESS_M,
    Colour,
    Element,
    Paint,
    Place,
    Texture,
    box,
    child,
    collision,
    contact_sensor,
    inertial,
    link,
    plate,
    solid,
    visual,
)
from sim_worlds.sdf.options import POD_CLEARANCE_M, POD_HEIGHT_M, POD_SIDES, POST_M

POD_TAG_M = 0.25
"""Side of the plate with a pod's fiducial, white border included."""
LARGEST_LABEL_M = 0.10
_POD_KG = 80.0
_HEADER_M = POD_TAG_M + 0.05
"""Height of the part above the shelves, where the fiducial is."""
_BLUE: Colour = (0.16, 0.30, 0.55)
_STEEL: Colour = (0.62, 0.64, 0.67)


@dataclass(frozen=True, slots=True)
class SlotLabel:
    """Where a slot's label hangs on a pod, looked at from outside: ``face`` counts from 0,
    ``level`` from 1, its middle is ``right_m`` of that of the face and ``z_m`` above the floor."""

    slot: SlotId
    face: int
    level: int
    right_m: float
    z_m: float


def pod_tag_z_m() -> float:
    """Height of the middle of a pod's fiducials, on all four sides."""
    return POD_HEIGHT_M - _HEADER_M / 2


def label_m(pod: PodModel) -> float:
    """Side of a slot's label, white border included, and height of the strip on the shelf edge:
    10 cm, or what slots have room for."""
    level_m = (POD_HEIGHT_M - _HEADER_M - POD_CLEARANCE_M) / pod.levels
    return min(LARGEST_LABEL_M, 0.8 * level_m, 0.9 * pod.size_m / pod.columns)


def strip_z_m(pod: PodModel, level: int) -> float:
    """Height of the middle of the strip of labels of a level, counted from 1."""
    bottom_m, top_m = POD_CLEARANCE_M, POD_HEIGHT_M - _HEADER_M
    return bottom_m + (level - 1) * (top_m - bottom_m) / pod.levels + label_m(pod) / 2


def slot_labels(name: PodId, pod: PodModel) -> Iterator[SlotLabel]:
    """Every label of a pod: face by face, from below, from the left."""
    width_m = pod.size_m / pod.columns
    for number, face in enumerate(pod.faces):
        for level in range(1, pod.levels + 1):
            for column in range(1, pod.columns + 1):
                right_m = (column - 0.5) * width_m - pod.size_m / 2
                slot = slot_id(name, face, level, column)
                yield SlotLabel(slot, number, level, right_m, strip_z_m(pod, level))


def face_place(pod: PodModel, face: int, right_m: float, z_m: float) -> Place:
    """Where a plate lies on a face of a pod, in the pod's frame; its x axis runs to the right of
    who looks at it and its y axis into the pod."""
    yaw_rad = face * math.pi / 2
    out_m = pod.size_m / 2 + PLATE_THICKNESS_M / 2
    east, north = math.cos(yaw_rad), math.sin(yaw_rad)
    return Place(
        right_m * east + out_m * north, right_m * north - out_m * east, z_m, yaw_rad=yaw_rad
    )


def add_pod(
    parent: Element,
    name: PodId,
    pod: PodModel,
    pose: Pose,
    paint: Paint,
    *,
    tag: Texture | None,
    strips: Mapping[tuple[int, int], Texture],
    bumper: bool,
) -> None:
    """A pod, its origin on the floor in its middle. ``tag`` is on every side, ``strips`` on the
    edge of a shelf, by (face from 0, level from 1). ``bumper``: it tells what touches its body."""
    model = child(parent, "model", name=name)
    child(model, "pose", Place(pose.x_m, pose.y_m, yaw_rad=pose.theta_rad))
    rack = link(model, "rack")
    height_m = POD_HEIGHT_M - POD_CLEARANCE_M
    size_m = (pod.size_m, pod.size_m, height_m)
    inertial(rack, _POD_KG, size_m, Place(z_m=POD_CLEARANCE_M + height_m * 0.4))
    _add_posts(rack, pod)
    body = Place(z_m=POD_CLEARANCE_M + height_m / 2)
    collision(rack, "body", box(size_m), body)
    _add_shelves(rack, pod)
    if bumper:
        contact_sensor(rack, ["body"], None)
    if tag is not None:
        for face in range(POD_SIDES):
            place = face_place(pod, face, 0.0, pod_tag_z_m())
            plate(rack, f"tag_{face}", tag, (POD_TAG_M, POD_TAG_M), place, paint)
    for (face, level), texture in strips.items():
        place = face_place(pod, face, 0.0, strip_z_m(pod, level))
        plate(rack, f"strip_{face}_{level}", texture, (pod.size_m, label_m(pod)), place, paint)


def _add_posts(rack: Element, pod: PodModel) -> None:
    """Thin posts at the corners: a robot drives and turns between them."""
    offset_m = (pod.size_m - POST_M) / 2
    corners = ((1, 1), (-1, 1), (-1, -1), (1, -1))
    for number, (east, north) in enumerate(corners):
        place = Place(east * offset_m, north * offset_m, POD_CLEARANCE_M / 2)
        solid(rack, f"leg_{number}", box((POST_M, POST_M, POD_CLEARANCE_M)), _STEEL, place)


def _add_shelves(rack: Element, pod: PodModel) -> None:
    """What is seen of the body: a core, and the boards that stick out to the edge."""
    height_m = POD_HEIGHT_M - _HEADER_M - POD_CLEARANCE_M
    core_m = pod.size_m - 0.10
    middle = Place(z_m=POD_CLEARANCE_M + height_m / 2)
    visual(rack, "core", box((core_m, core_m, height_m)), _BLUE, middle)
    board = box((pod.size_m, pod.size_m, 0.02))
    for level in range(1, pod.levels + 1):
        z_m = strip_z_m(pod, level) - label_m(pod) / 2 + 0.01
        visual(rack, f"board_{level}", board, _STEEL, Place(z_m=z_m))
    header = box((pod.size_m, pod.size_m, _HEADER_M))
    visual(rack, "header", header, _STEEL, Place(z_m=pod_tag_z_m()))
