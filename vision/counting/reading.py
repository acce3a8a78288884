"""From the reads of a pass to a scan of the slots of a face."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidTag
from planner.warehouse.ids import EpcUri, PodId, SlotId
from planner.warehouse.robot import Pose
from vision.counting.locating import Looks, TagReads, locate_all
from vision.counting.params import CountingParams
from vision.counting.passes import Pass, looks_at
from vision.fusion.tags import Scan
from vision.rfid.epc.codec import decode
from vision.rfid.likelihoods import expected_db
from vision.rfid.location import Place, State
from vision.shelf.rack import FaceModel

_LEAST_SHARE = 0.01
"""Slots in which a tag is less probably are left out; the others share what they had."""
_MUTE_READS = 50
_GTIN = "01"


@dataclass(frozen=True, slots=True)
class FaceStand:
    """Where a face stands: ``pose`` is the middle of its foot in the site's frame, ``theta_rad``
    the direction of its x axis, to the right as one looks at it. ``around``: poses of the middles
    of the pods near it, whose tags are read as well."""

    pod: PodId
    face: str
    pose: Pose
    around: tuple[Pose, ...] = ()


@dataclass(frozen=True, slots=True)
class TagName:
    """What an EPC says: its pure identity, and the GTIN if it names a trade item."""

    uri: EpcUri
    gtin: str | None


@dataclass(frozen=True, slots=True)
class FaceScan:
    """A scan, and the place of every EPC that was read by antennas turned to the face."""

    scan: Scan
    places: Mapping[bytes, Mapping[SlotId, float]]


@lru_cache(maxsize=200_000)
def tag_name(epc: bytes) -> TagName | None:
    """``None`` for what is no EPC, or none that has a pure identity."""
    try:
        told = decode(epc)
    except InvalidTag:
        return None
    uri = told.pure_identity_uri
    if uri is None:
        return None
    return TagName(EpcUri(uri), dict(told.elements).get(_GTIN))


def mute_antennas(passed: Pass) -> tuple[int, ...]:
    """Antennas that read nothing at all on a way on which the others with the same view read a
    lot: they have failed, and their silence says nothing of tags."""
    counts = {mount.number: 0 for mount in passed.mounts}
    for read in passed.reads:
        if read.antenna in counts:
            counts[read.antenna] += 1
    views: dict[float, list[int]] = {}
    for mount in passed.mounts:
        views.setdefault(round(mount.yaw_rad, 2), []).append(mount.number)
    return tuple(
        number
        for alike in views.values()
        for number in alike
        if counts[number] == 0
        and sum(counts[other] for other in alike) >= _MUTE_READS * (len(alike) - 1) > 0
    )


def scan_of(passed: Pass, stand: FaceStand, face: FaceModel, params: CountingParams) -> FaceScan:
    """What a pass says of a face. Raises ``InvalidTag`` if no antenna looked at it."""
    found = looks_at(passed, stand.pose)
    if found is None:
        raise InvalidTag(
            f"no antenna looked at face {stand.face} of {stand.pod}",
            field="mounts",
            value=[mount.number for mount in passed.mounts],
            remedy="Check how the antennas are mounted, and which side the robot passed.",
        )
    epcs, looks, reads = found
    places = _located(epcs, looks, reads, face, stand, params)
    names = {epc: name.uri for epc in epcs if (name := tag_name(epc)) is not None}
    scan = Scan(covered(looks, face, params), {names[epc]: places[epc] for epc in names})
    return FaceScan(scan, places)


def covered(looks: Looks, face: FaceModel, params: CountingParams) -> frozenset[SlotId]:
    """Slots in which even a weak tag had chances enough to be read."""
    template, boxes = params.template, face.slots()
    middles = np.array(
        [
            ((box.left_m + box.right_m) / 2, face.depth_m / 2, (box.bottom_m + box.top_m) / 2)
            for box in boxes.values()
        ]
    )
    strength = expected_db(middles, looks.block_m, looks.block_facing, template)
    strength += template.power_at_1m_dbm - params.weak_db - template.sensitivity_dbm
    expected = looks.block_looks * template.read_share / (1 + np.exp(-strength / template.soft_db))
    enough = expected.sum(axis=1) >= params.chances
    return frozenset(slot for slot, yes in zip(boxes, enough, strict=True) if yes)


def _located(
    epcs: Sequence[bytes],
    looks: Looks,
    reads: TagReads,
    face: FaceModel,
    stand: FaceStand,
    params: CountingParams,
) -> dict[bytes, dict[SlotId, float]]:
    if not epcs:
        return {}
    boxes = list(_places(face, stand))
    located = locate_all(looks, reads, boxes, params.template, params.locating)
    slots = [SlotId(name) for name in located.names]
    return {epc: _likely(slots, row) for epc, row in zip(epcs, located.slots, strict=True)}


def _likely(slots: Sequence[SlotId], row: NDArray[np.float64]) -> dict[SlotId, float]:
    kept = np.flatnonzero(row >= _LEAST_SHARE)
    scale = float(row.sum() / row[kept].sum()) if len(kept) else 0.0
    return {slots[n]: min(1.0, float(row[n]) * scale) for n in kept.tolist()}


def _places(face: FaceModel, stand: FaceStand) -> Iterator[Place]:
    """The slots of a face, and the bodies of the pods around it, in the frame of the face."""
    for slot, box in face.slots().items():
        across, up = (box.left_m, box.right_m), (box.bottom_m, box.top_m)
        yield Place(slot, State.BIN, across, (0.0, face.depth_m), up)
    half_m = face.width_m / 2
    height = (face.boards_z_m[0], face.boards_z_m[-1])
    along, across_y = cos(stand.pose.theta_rad), sin(stand.pose.theta_rad)
    for number, pod in enumerate(stand.around):
        east, north = pod.x_m - stand.pose.x_m, pod.y_m - stand.pose.y_m
        x_m, y_m = along * east + across_y * north, along * north - across_y * east
        side = State.BACK_RACK if y_m > face.width_m else State.OTHER_SIDE
        x_range, y_range = (x_m - half_m, x_m + half_m), (y_m - half_m, y_m + half_m)
        yield Place(f"around {number}", side, x_range, y_range, height)
