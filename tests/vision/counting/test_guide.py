"""What the guide says about real readers and cameras, run: against a reader over TCP."""

import asyncio
import re
from pathlib import Path
from typing import Any

import numpy as np
from fakes.counted_face import CAMERA, FACE, MOUNTS, SLOTS, STAND, counted_face
from PIL import Image

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.robot import Pose
from vision.rfid.llrp.scene import RobotPose, Scene, SceneTag, along
from vision.rfid.llrp.simulator import ReaderServer, StepClock, reader_in
from vision.rfid.reads import Read, ReaderClock

GUIDE = Path(__file__).parents[3] / "docs" / "guides" / "counting.md"
BEGIN_MS = 1_700_000_000_000
BOOKS = {SLOTS[0]: 5, SLOTS[1]: 3, SLOTS[2]: 0, SLOTS[3]: 4}


def defined(name: str) -> Any:
    """A function that the guide defines."""
    blocks = re.findall(r"```python\n(.*?)```", GUIDE.read_text(), re.DOTALL)
    (block,) = [one for one in blocks if f"def {name}(" in one]
    found: dict[str, Any] = {}
    exec(block, found)
    return found[name]


def test_a_reader_over_tcp_and_a_camera_count_a_face(tmp_path: Path) -> None:
    face = counted_face(BOOKS)
    pose_at = along([(0.0, RobotPose(9.4, 19.2, 0.0)), (2.4, RobotPose(10.6, 19.2, 0.0))])
    tags = [SceneTag(epc, at_m) for epc, at_m in face.places().items()]

    async def drive() -> tuple[Read, ...]:
        clock = StepClock(BEGIN_MS * 1_000)
        scene = Scene(tags, MOUNTS, pose_at, seed=3)
        async with ReaderServer(reader_in(scene, clock), clock) as server:
            port = await server.start()
            site_time = ReaderClock(given_ms=0)
            past = defined("drive_past")
            found: tuple[Read, ...] = await past(
                "127.0.0.1", port, "reader", MOUNTS, site_time, BEGIN_MS + 2_400
            )
            return found

    reads = asyncio.run(drive())
    track = [(BEGIN_MS + at_ms, Pose(*pose_at(at_ms / 1000))) for at_ms in range(0, 2_401, 100)]
    seen = defined("count")(face.counter, STAND, "reader", reads, track, MOUNTS)
    assert seen.fault is None
    path = tmp_path / "face.png"
    Image.fromarray(face.picture()).save(path)
    figures = (
        CAMERA.width_px, CAMERA.height_px, CAMERA.fx_px, CAMERA.fy_px, CAMERA.cx_px, CAMERA.cy_px
    )  # fmt: skip
    looked = defined("see")(face.counter, path, figures, BEGIN_MS + 1_200)
    assert looked.fault is None
    counts = {count.slot: count for count in looked.counts}
    for slot in (SLOTS[0], SLOTS[1], SLOTS[3]):
        assert counts[slot].kinds == {EvidenceKind.RFID, EvidenceKind.CAMERA}
        assert counts[slot].probability(BOOKS[slot]) > 0.98
    assert np.isfinite([read.phase_rad for read in reads if read.phase_rad is not None]).all()
    assert FACE.pod == "P017", "as the guide has it"
