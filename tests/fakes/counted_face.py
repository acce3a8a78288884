"""A face with four slots of tagged pieces, a robot with a reader and a camera that passes it."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.ids import EpcUri, Sku, SlotId
from planner.warehouse.robot import Pose
from vision.codes.camera import Camera, Mounting
from vision.counting.books import BookedSlot, RegisteredTag
from vision.counting.counter import Counter
from vision.counting.passes import Pass
from vision.counting.reading import FaceStand, tag_name
from vision.fusion.tags import TagRecord
from vision.rfid.llrp.racks import sgtin_96
from vision.rfid.llrp.scene import AntennaMount, RobotPose, Scene, SceneTag, along
from vision.rfid.reads import Read
from vision.shelf.examples import example_face
from vision.shelf.poses import FacePose
from vision.shelf.rack import Carton
from vision.shelf.scenes import render_face
from vision.shelf.stacks import Contents

FACE = example_face(levels=2, columns=2, width_m=0.8)
SLOTS = tuple(FACE.slots())
SKUS = {slot: Sku(f"SKU-{number}") for number, slot in enumerate(SLOTS)}
CARTON = Carton(0.12, 0.2, 0.12)
CAPACITY = 18
STAND = FaceStand(FACE.pod, FACE.face, Pose(10.0, 20.0, 0.0))
MOUNTS = tuple(
    AntennaMount(1 + number, forward, 0.0, height)
    for number, (height, forward) in enumerate(
        (height, forward) for height in (0.5, 0.9, 1.3) for forward in (-0.3, 0.3)
    )
)
CAMERA = Camera.with_view(960, 1280, 1.35, Mounting(0.0, 0.0, 1.1))
RIDE_MS = 2_400


def epc(slot: SlotId, serial: int) -> bytes:
    """A piece of the SKU of a slot."""
    return sgtin_96(SLOTS.index(slot), serial)


def uri(epc: bytes) -> EpcUri:
    name = tag_name(epc)
    assert name is not None
    return name.uri


def booked(slot: SlotId, quantity: int) -> BookedSlot:
    return BookedSlot(slot, SKUS[slot], quantity, CAPACITY, CARTON)


@dataclass
class CountedFace:
    """``lying``: which piece truly lies in which slot; ``counter`` knows the books."""

    counter: Counter
    lying: dict[bytes, SlotId]
    now_ms: int = 10_000

    def places(self) -> dict[bytes, tuple[float, float, float]]:
        """Where each piece lies, in the site's frame (m)."""
        return {piece: _place(piece, slot) for piece, slot in self.lying.items()}

    def passed(self, seed: int = 1, reader: str = "reader", begin_ms: int | None = None) -> Pass:
        """Once past the face, now, or when it is told."""
        if begin_ms is None:
            begin_ms = self.now_ms
            self.now_ms += 5_000
        tags = [SceneTag(piece, at_m) for piece, at_m in self.places().items()]
        pose_at = along([(0.0, RobotPose(9.4, 19.2, 0.0)), (2.4, RobotPose(10.6, 19.2, 0.0))])
        scene = Scene(tags, MOUNTS, pose_at, seed)
        reads = tuple(
            Read(seen.epc, seen.antenna, seen.rssi_dbm, begin_ms + seen.at_us // 1000, reader,
                 seen.phase_rad)
            for number in range(RIDE_MS // 25)
            for seen in scene.sightings(number, 1 + number % len(MOUNTS), number * 25_000)
        )  # fmt: skip
        track = tuple(
            (begin_ms + at_ms, Pose(*pose_at(at_ms / 1000))) for at_ms in range(0, RIDE_MS + 1, 100)
        )
        return Pass(reader, reads, track, MOUNTS)

    def picture(self, seed: int = 1) -> NDArray[np.uint8]:
        held = {slot: list(self.lying.values()).count(slot) for slot in SLOTS}
        contents = {slot: Contents(CARTON, pieces) for slot, pieces in held.items()}
        pose = FacePose.looking((0.0, -0.8, 1.1), (0.0, 0.0, 1.1))
        return render_face(FACE, contents, CAMERA, pose, seed=seed)


def _place(piece: bytes, slot: SlotId) -> tuple[float, float, float]:
    dice = np.random.default_rng(int.from_bytes(piece))
    box = FACE.slots()[slot]
    right = dice.uniform(box.left_m + 0.04, box.right_m - 0.04)
    up = dice.uniform(box.bottom_m + 0.05, box.top_m - 0.1)
    return (10.0 + right, 20.0 + dice.uniform(0.02, 0.35), up)


def counted_face(
    books: Mapping[SlotId, int], registered: Mapping[SlotId, int] | None = None
) -> CountedFace:
    """A face by what its books say and how many tags are registered in each slot; what truly lies
    there is all that is registered, until a test takes something away."""
    known = books if registered is None else registered
    pieces = {epc(slot, n): slot for slot, count in known.items() for n in range(count)}
    tags = [RegisteredTag(TagRecord(uri(p), s, 2), SKUS[s]) for p, s in pieces.items()]
    gtins: dict[str, Sku] = {}
    for slot in SLOTS:
        name = tag_name(epc(slot, 0))
        assert name is not None
        assert name.gtin is not None
        gtins[name.gtin] = SKUS[slot]
    counter = Counter(
        lambda pod, face: FACE,
        gtins,
        [booked(slot, quantity) for slot, quantity in books.items()],
        tags,
    )
    return CountedFace(counter, dict(pieces))
