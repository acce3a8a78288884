"""What a reader on a robot reads of the pieces around it: the radio of the simulated LLRP reader
(:mod:`vision.rfid.llrp.radio`), with every tag's own gain, phase and surroundings wherever and
whenever it is read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, pi, sin, tau
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.robot import Pose
from vision.counting.passes import pose_along
from vision.rfid.llrp.impinj import PHASE_STEPS
from vision.rfid.llrp.radio import (
    Radio,
    Surroundings,
    channel,
    power_dbm,
    read_probability,
    surroundings,
)
from vision.rfid.llrp.reader import ROUND_US
from vision.rfid.llrp.scene import AntennaMount, RobotPose, placed
from vision.rfid.reads import Read

Array = NDArray[np.float64]
HEIGHTS_M = (0.45, 0.85, 1.25, 1.65)
FORWARD_M = (-0.3, 0.3)
_US_PER_MS = 1000
_RSSI_STEP_DB = 0.5


@dataclass(frozen=True, slots=True)
class LyingTag:
    """A tag that works, and where it is (m, site's frame)."""

    epc: bytes
    at_m: tuple[float, float, float]


def mast(left: bool) -> tuple[AntennaMount, ...]:
    """Two columns of four antennas on one side of a robot, one reader for them all."""
    yaw = pi / 2 if left else -pi / 2
    places = [(forward, height) for height in HEIGHTS_M for forward in FORWARD_M]
    return tuple(
        AntennaMount(number, forward, 0.0, height, yaw)
        for number, (forward, height) in enumerate(places, start=1)
    )


class Waves:
    """Reads of one site; the same place, time and ``seed`` give the same reads."""

    def __init__(self, seed: int, radio: Radio | None = None):
        self.radio = radio or Radio()
        self._seed = seed
        self._drawn: dict[bytes, Surroundings] = {}

    def reads(
        self,
        reader: str,
        mounts: Sequence[AntennaMount],
        track: Sequence[tuple[int, Pose]],
        tags: Sequence[LyingTag],
    ) -> tuple[Read, ...]:
        """What is read along a track (ms, rising), antenna after antenna, a round each 25 ms."""
        if not tags:
            return ()
        around = self._around(tags)
        found: list[Read] = []
        first = -(-track[0][0] * _US_PER_MS // ROUND_US)
        last = track[-1][0] * _US_PER_MS // ROUND_US
        for number in range(first, last + 1):
            mount = mounts[number % len(mounts)]
            at_ms = number * ROUND_US // _US_PER_MS
            pose = pose_along(track, at_ms)
            dice = np.random.default_rng((self._seed, crc32(reader.encode()), number))
            found += self._round(reader, mount, pose, at_ms, around, tags, dice)
        return tuple(found)

    def _round(
        self,
        reader: str,
        mount: AntennaMount,
        pose: Pose,
        at_ms: int,
        around: Surroundings,
        tags: Sequence[LyingTag],
        dice: np.random.Generator,
    ) -> Iterable[Read]:
        radio = self.radio
        antenna_m, axis = placed(mount, RobotPose(pose.x_m, pose.y_m, pose.theta_rad))
        ahead = (around.at_m - antenna_m) @ axis
        near = np.flatnonzero(ahead > -0.5)
        amplitude = channel(around, near, antenna_m, axis, radio)
        power = power_dbm(amplitude, around.gain_db[near], radio)
        read = np.flatnonzero(dice.random(len(near)) < read_probability(power, radio))
        noise = dice.normal(size=(2, len(read)))
        rssi = power[read] + radio.rssi_sd_db * noise[0]
        phase = around.offset_rad[near[read]] - np.angle(amplitude[read] ** 2)
        steps = np.round((phase + radio.phase_sd_rad * noise[1]) / tau * PHASE_STEPS) % PHASE_STEPS
        rounded = np.round(rssi / _RSSI_STEP_DB) * _RSSI_STEP_DB
        return [
            Read(
                tags[n].epc,
                mount.number,
                float(dbm),
                at_ms,
                reader,
                float(step / PHASE_STEPS * tau),
            )
            for n, dbm, step in zip(near[read], rounded, steps, strict=True)
        ]

    def _around(self, tags: Sequence[LyingTag]) -> Surroundings:
        """Of tags where they lie now; what is theirs for good is drawn once."""
        parts = [self._of(tag.epc) for tag in tags]
        at_m = np.array([tag.at_m for tag in tags])
        scatter = np.concatenate([part.scatter_m for part in parts])
        scatter = scatter + np.concatenate((at_m[:, :2], np.zeros((len(tags), 1))), axis=1)[:, None]
        return Surroundings(
            at_m,
            np.concatenate([part.gain_db for part in parts]),
            np.concatenate([part.offset_rad for part in parts]),
            scatter,
            np.concatenate([part.scatter_amplitude for part in parts]),
            np.concatenate([part.scatter_rad for part in parts]),
        )

    def _of(self, epc: bytes) -> Surroundings:
        drawn = self._drawn.get(epc)
        if drawn is None:
            dice = np.random.default_rng((self._seed, crc32(epc)))
            drawn = self._drawn[epc] = surroundings(np.zeros((1, 3)), self.radio, dice)
        return drawn


def in_site(face: Pose, right_m: float, deep_m: float, up_m: float) -> tuple[float, float, float]:
    """A point of a face in the site's frame."""
    along, across = cos(face.theta_rad), sin(face.theta_rad)
    return (
        face.x_m + right_m * along - deep_m * across,
        face.y_m + right_m * across + deep_m * along,
        up_m,
    )
