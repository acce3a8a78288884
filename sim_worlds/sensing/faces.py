"""Where the faces of stored pods are, and what is known of them to look at."""

import math
from collections.abc import Iterable, Mapping
from functools import lru_cache

from planner.warehouse.ids import PodId
from planner.warehouse.robot import Pose
from planner.warehouse.site import PodModel
from sim_worlds.sdf.options import POD_CLEARANCE_M, POD_HEIGHT_M
from sim_worlds.sdf.pods import POD_TAG_M, label_m, pod_tag_z_m, slot_labels
from vision.codes.marks import POD_FAMILY, marker_count, marker_share
from vision.counting.reading import FaceStand
from vision.shelf.rack import FaceLabel, FaceMark, FaceModel

SLOT_DEPTH_M = 0.4
_HEADER_M = POD_TAG_M + 0.05
_NEAR_M = 1.8
"""Middles of pods whose tags are read together with those of another, at most so far apart."""
_DEFAULT_RAD = 0.0


@lru_cache(maxsize=10_000)
def face_model(pod: PodId | str, face: str, model: PodModel) -> FaceModel:
    """A face of a pod as worlds for Gazebo have it: boards, the fiducial above them, labels."""
    name = PodId(pod)
    bottom_m, top_m = POD_CLEARANCE_M, POD_HEIGHT_M - _HEADER_M
    boards = tuple(
        bottom_m + level * (top_m - bottom_m) / model.levels for level in range(model.levels + 1)
    )
    number = int("".join(filter(str.isdigit, name)) or 0) % marker_count(POD_FAMILY)
    side_m = POD_TAG_M * marker_share(POD_FAMILY)
    labels = tuple(
        FaceLabel(label.slot, label.right_m, label.z_m, label_m(model))
        for label in slot_labels(name, model)
        if model.faces[label.face] == face
    )
    mark = FaceMark(POD_FAMILY, number, 0.0, pod_tag_z_m(), side_m)
    return FaceModel(
        name,
        face,
        model.size_m,
        SLOT_DEPTH_M,
        boards,
        model.columns,
        label_m(model),
        (mark,),
        labels,
    )


def stand_of(
    pod: PodId, face: str, at: Pose, seen_from: Pose, size_m: float, others: Iterable[Pose] = ()
) -> FaceStand:
    """Where the face of a pod is that stands ``at`` a place and shows itself to who looks from the
    cell beside it; ``others`` are the middles of all other pods."""
    heading = facing(at, seen_from)
    near = [one for one in others if math.hypot(one.x_m - at.x_m, one.y_m - at.y_m) <= _NEAR_M]
    return FaceStand(pod, face, face_pose(at, heading, size_m), tuple(near))


def facing(at: Pose, seen_from: Pose) -> float:
    """Direction of the x axis of a face that looks towards a place, along the lattice (rad)."""
    east, north = seen_from.x_m - at.x_m, seen_from.y_m - at.y_m
    if abs(east) > abs(north):
        return math.pi / 2 if east > 0 else -math.pi / 2
    return math.pi if north > 0 else 0.0


def face_pose(at: Pose, heading_rad: float, size_m: float) -> Pose:
    """The middle of a face's foot, of a pod in a place whose face's x axis has this direction."""
    half_m = size_m / 2
    return Pose(
        at.x_m + half_m * math.sin(heading_rad),
        at.y_m - half_m * math.cos(heading_rad),
        heading_rad,
    )


def headings(
    stored: Mapping[PodId, Pose], aisles: frozenset[tuple[int, int]], pitch_m: float
) -> dict[PodId, float]:
    """Directions of the x axes of the faces of all stored pods: each looks at an aisle beside it,
    to the south if there is a choice, and nowhere in particular if there is none."""
    found = {}
    for pod, at in stored.items():
        x, y = round(at.x_m / pitch_m), round(at.y_m / pitch_m)
        around = (
            (x, y - 1, 0.0),
            (x, y + 1, math.pi),
            (x - 1, y, -math.pi / 2),
            (x + 1, y, math.pi / 2),
        )
        beside = [heading for column, row, heading in around if (column, row) in aisles]
        found[pod] = beside[0] if beside else _DEFAULT_RAD
    return found
