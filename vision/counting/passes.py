"""A robot with a reader on its way past faces: its poses, its antennas and what was read."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import cos, sin

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidTag
from planner.warehouse.robot import Pose
from vision.counting.locating import Looks, TagReads
from vision.rfid.llrp.scene import AntennaMount, RobotPose, placed
from vision.rfid.reads import Read

Array = NDArray[np.float64]
_MOMENT_MS = 20
"""Reads of an antenna within are from one place: at 0.5 m/s it is known to 5 mm."""
_CHANCE_MS = 100
_PART_M = 0.3
_AHEAD = 0.3
"""Cosine: an antenna that looks less towards a face says nothing of it."""


@dataclass(frozen=True, slots=True)
class Pass:
    """``reads`` of ``reader`` in the site's time while the robot went along ``track`` (times in ms,
    rising, with its poses), with antennas as in ``mounts``.

    Raises ``InvalidTag`` for a track without times that rise, and for antennas with one number.
    """

    reader: str
    reads: tuple[Read, ...]
    track: tuple[tuple[int, Pose], ...]
    mounts: tuple[AntennaMount, ...]

    def __post_init__(self) -> None:
        times = [at_ms for at_ms, _ in self.track]
        if len(times) < 2 or any(later <= earlier for earlier, later in pairwise(times)):
            raise InvalidTag(
                "a track has poses at rising times",
                field="track",
                value=times[:10],
                remedy="Give the robot's poses from the beginning to the end of the pass.",
            )
        numbers = [mount.number for mount in self.mounts]
        if not numbers or len(set(numbers)) < len(numbers):
            raise InvalidTag(
                "antennas have numbers of their own",
                field="mounts",
                value=numbers,
                remedy="Number them as the reader does.",
            )

    @property
    def from_ms(self) -> int:
        return self.track[0][0]

    @property
    def until_ms(self) -> int:
        return self.track[-1][0]


def check_times(passed: Pass, beyond_ms: int) -> None:
    """Raises ``InvalidTag`` for a read further than ``beyond_ms`` before or behind the track: the
    clocks of reader and robot disagree, and it would be placed where the robot never was."""
    for read in passed.reads:
        if not passed.from_ms - beyond_ms <= read.at_ms <= passed.until_ms + beyond_ms:
            raise InvalidTag(
                f"a read of {passed.reader} is from outside of the robot's pass, from "
                f"{passed.from_ms} to {passed.until_ms} ms",
                field="reads.at_ms",
                value=read.at_ms,
                remedy="Set the clocks (NTP), or read through a ReaderClock.",
            )


def looks_at(passed: Pass, face: Pose) -> tuple[tuple[bytes, ...], Looks, TagReads] | None:
    """The EPCs that antennas turned to a face have read, sorted, and what there is to locate them
    by, in the frame of the face: its x axis along ``face.theta_rad``, y into the rack. ``None`` if
    no antenna looked that way."""
    towards = {mount.number: mount for mount in passed.mounts if _turned_to(mount, passed, face)}
    if not towards:
        return None
    reads = [read for read in passed.reads if read.antenna in towards]
    epcs = tuple(sorted({read.epc for read in reads}))
    moments, merged = _merged(reads, {epc: n for n, epc in enumerate(epcs)})
    parts = _parts(passed, towards, face)
    where = [_antenna_at(towards[n], pose_along(passed.track, at_ms), face) for n, at_ms in moments]
    looks = Looks(
        np.array([number for number, _ in moments], dtype=np.intp),
        np.array([at_m for at_m, _ in where]).reshape(-1, 3),
        np.array([facing for _, facing in where]).reshape(-1, 3),
        *parts.ways,
    )
    return epcs, looks, _tag_reads(merged, moments, looks, parts, len(epcs))


@dataclass(frozen=True, slots=True, eq=False)
class _Parts:
    """Parts of the way of each antenna: ``number`` by (antenna, cell along the face)."""

    number: dict[tuple[int, int], int]
    ways: tuple[Array, Array, Array]


def _turned_to(mount: AntennaMount, passed: Pass, face: Pose) -> bool:
    poses = (passed.track[0][1], passed.track[len(passed.track) // 2][1], passed.track[-1][1])
    return any(_antenna_at(mount, pose, face)[1][1] > _AHEAD for pose in poses)


def _merged(
    reads: Sequence[Read], tags: dict[bytes, int]
) -> tuple[list[tuple[int, float]], dict[tuple[int, int], Read]]:
    """Moments (antenna, time in ms) with reads, and the strongest read by tag and moment."""
    number: dict[tuple[int, int], int] = {}
    times: list[list[int]] = []
    merged: dict[tuple[int, int], Read] = {}
    for read in reads:
        moment = number.setdefault((read.antenna, read.at_ms // _MOMENT_MS), len(number))
        if moment == len(times):
            times.append([])
        times[moment].append(read.at_ms)
        key = (tags[read.epc], moment)
        if key not in merged or merged[key].rssi_dbm < read.rssi_dbm:
            merged[key] = read
    return [(key[0], sum(at) / len(at)) for key, at in zip(number, times, strict=True)], merged


def _tag_reads(
    merged: dict[tuple[int, int], Read],
    moments: Sequence[tuple[int, float]],
    looks: Looks,
    parts: _Parts,
    tags: int,
) -> TagReads:
    part_of = [
        parts.number.get((int(number), int(at_m[0] // _PART_M)), -1)
        for number, at_m in zip(looks.antenna, looks.position_m, strict=True)
    ]
    used = np.zeros((tags, len(parts.number)))
    taken: set[tuple[int, int, int]] = set()
    for tag, moment in merged:
        number, at_ms = moments[moment]
        chance = (tag, number, int(at_ms // _CHANCE_MS))
        if part_of[moment] >= 0 and chance not in taken:
            taken.add(chance)
            used[tag, part_of[moment]] += 1
    used = np.minimum(used, parts.ways[2])
    keys = list(merged)
    found = [merged[key] for key in keys]
    return TagReads(
        np.array([tag for tag, _ in keys], dtype=np.intp),
        np.array([moment for _, moment in keys], dtype=np.intp),
        np.array([read.rssi_dbm for read in found]),
        np.array([np.nan if read.phase_rad is None else read.phase_rad for read in found]),
        used,
    )


def _parts(passed: Pass, towards: dict[int, AntennaMount], face: Pose) -> _Parts:
    number: dict[tuple[int, int], int] = {}
    sums: list[Array] = []
    for at_ms in np.arange(passed.from_ms, passed.until_ms, _CHANCE_MS):
        pose = pose_along(passed.track, at_ms + _CHANCE_MS / 2)
        for antenna, mount in towards.items():
            at_m, facing = _antenna_at(mount, pose, face)
            part = number.setdefault((antenna, int(at_m[0] // _PART_M)), len(number))
            if part == len(sums):
                sums.append(np.zeros(7))
            sums[part] += np.concatenate((at_m, facing, (1.0,)))
    table = np.array(sums)
    mean = table[:, :6] / table[:, 6:]
    facing = mean[:, 3:] / np.maximum(np.linalg.norm(mean[:, 3:], axis=1, keepdims=True), 1e-9)
    return _Parts(number, (mean[:, :3], facing, table[:, 6]))


def pose_along(track: Sequence[tuple[int, Pose]], at_ms: float) -> Pose:
    """In between two poses of a track (ms, rising); the ends hold beyond it."""
    index = bisect_left(track, at_ms, key=lambda stop: stop[0])
    if index in (0, len(track)):
        return track[max(index - 1, 0)][1]
    (begin_ms, here), (end_ms, there) = track[index - 1 : index + 1]
    share = (at_ms - begin_ms) / (end_ms - begin_ms)
    turn = (there.theta_rad - here.theta_rad + np.pi) % (2 * np.pi) - np.pi
    return Pose(
        here.x_m + share * (there.x_m - here.x_m),
        here.y_m + share * (there.y_m - here.y_m),
        here.theta_rad + share * turn,
    )


def _antenna_at(mount: AntennaMount, pose: Pose, face: Pose) -> tuple[Array, Array]:
    """Place and axis of an antenna in the frame of a face."""
    at_m, facing = placed(mount, RobotPose(pose.x_m, pose.y_m, pose.theta_rad))
    along, across = cos(face.theta_rad), sin(face.theta_rad)
    turn = np.array(((along, across, 0.0), (-across, along, 0.0), (0.0, 0.0, 1.0)))
    return turn @ (at_m - (face.x_m, face.y_m, 0.0)), turn @ facing
