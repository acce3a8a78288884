"""Tags in a hall and a robot with antennas that drives along them: which reads come when.

Pure and deterministic: what is read in a round depends on the seed, the round's number, its time
and the antenna, and on nothing that was asked before. The radio is :mod:`.radio`.
"""

import math
from bisect import bisect_right
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from planner.warehouse.errors import InvalidWorld
from vision.rfid.llrp.radio import (
    Array,
    Radio,
    channel,
    power_dbm,
    read_probability,
    surroundings,
)

Point = tuple[float, float, float]
_US_PER_S = 1e6
_LONGEST_EPC_BYTES = 62
"""31 words, which is what five bits of the PC can say (Gen2, clause 6.3.2.1.2.2)."""


class RobotPose(NamedTuple):
    """Where a robot stands: metres, and radians from the x axis to the left."""

    x_m: float
    y_m: float
    heading_rad: float


PoseAt = Callable[[float], RobotPose]
"""Pose by seconds since the scene began."""


@dataclass(frozen=True, slots=True)
class SceneTag:
    """A tag: its EPC, where it truly is, and where the records say. A dead one never answers."""

    epc: bytes
    at_m: Point
    place: str = ""
    dead: bool = False


@dataclass(frozen=True, slots=True)
class AntennaMount:
    """An antenna on a robot: number at the reader, place from the robot's middle on the floor
    (forward, left, up), and where it looks: ``yaw_rad`` from forward to the left, ``pitch_rad``
    up."""

    number: int
    forward_m: float
    left_m: float
    up_m: float
    yaw_rad: float = math.pi / 2
    pitch_rad: float = 0.0


class Sighting(NamedTuple):
    """A tag was read: time in microseconds of the scene, power, phase from 0 to one turn."""

    epc: bytes
    antenna: int
    at_us: int
    rssi_dbm: float
    phase_rad: float


class Scene:
    """What a reader on a robot reads. Raises ``InvalidWorld`` for EPCs that no tag can hold or
    that two have, and for antennas with the same number."""

    def __init__(
        self,
        tags: Sequence[SceneTag],
        antennas: Sequence[AntennaMount],
        pose_at: PoseAt,
        seed: int,
        radio: Radio | None = None,
    ):
        _check_tags(tags)
        self.antennas = {mount.number: mount for mount in antennas}
        if len(self.antennas) != len(antennas) or not antennas:
            raise InvalidWorld(
                "antennas need numbers of their own",
                field="antennas",
                value=[mount.number for mount in antennas],
                remedy="Number them from 1.",
            )
        self.tags = tuple(tags)
        self.radio = radio or Radio()
        self._pose_at = pose_at
        self._seed = seed
        self._alive = np.array([not tag.dead for tag in tags], dtype=bool)
        at_m = np.array([tag.at_m for tag in tags], dtype=float).reshape(-1, 3)
        self._around = surroundings(at_m, self.radio, np.random.default_rng(seed))

    def sightings(self, round_number: int, antenna: int, at_us: int) -> list[Sighting]:
        """The tags that an antenna reads in a round, at a time of the scene, in the order of the
        tags. An antenna that is not there reads nothing."""
        mount = self.antennas.get(antenna)
        if mount is None:
            return []
        antenna_m, boresight = placed(mount, self._pose_at(at_us / _US_PER_S))
        distance_m = np.linalg.norm(self._around.at_m - antenna_m, axis=1)
        near = np.flatnonzero(self._alive & (distance_m < self.radio.reach_m))
        amplitude = channel(self._around, near, antenna_m, boresight, self.radio)
        power = power_dbm(amplitude, self._around.gain_db[near], self.radio)
        dice = self._dice(round_number, antenna)
        read = np.flatnonzero(dice.random(len(near)) < read_probability(power, self.radio))
        noise = dice.normal(size=(2, len(read)))
        rssi = power[read] + self.radio.rssi_sd_db * noise[0]
        phase = self._around.offset_rad[near[read]] - np.angle(amplitude[read] ** 2)
        phase = np.mod(phase + self.radio.phase_sd_rad * noise[1], math.tau)
        return [
            Sighting(self.tags[index].epc, antenna, at_us, float(dbm), float(rad))
            for index, dbm, rad in zip(near[read], rssi, phase, strict=True)
        ]

    def _dice(self, round_number: int, antenna: int) -> np.random.Generator:
        """Random numbers of one round: counters far apart, so that no two rounds share any."""
        key = np.array([self._seed & (1 << 64) - 1, antenna], dtype=np.uint64)
        counter = np.array([0, 0, round_number, 0], dtype=np.uint64)
        return np.random.Generator(np.random.Philox(counter=counter, key=key))


def placed(mount: AntennaMount, pose: RobotPose) -> tuple[Array, Array]:
    """Where an antenna is, (3,) in metres, and where it looks, a unit vector (3,)."""
    ahead, left = math.cos(pose.heading_rad), math.sin(pose.heading_rad)
    at_m = np.array(
        (
            pose.x_m + ahead * mount.forward_m - left * mount.left_m,
            pose.y_m + left * mount.forward_m + ahead * mount.left_m,
            mount.up_m,
        )
    )
    bearing, level = pose.heading_rad + mount.yaw_rad, math.cos(mount.pitch_rad)
    looks = (level * math.cos(bearing), level * math.sin(bearing), math.sin(mount.pitch_rad))
    return at_m, np.array(looks)


def along(stops: Sequence[tuple[float, RobotPose]]) -> PoseAt:
    """A drive through poses at times (seconds, rising): straight and evenly in between, turning the
    shorter way, standing before the first and after the last. Raises ``InvalidWorld`` for no
    stop or times that do not rise."""
    times = [at_s for at_s, _ in stops]
    if not stops or any(later <= earlier for earlier, later in pairwise(times)):
        raise InvalidWorld(
            "a drive needs stops at rising times", field="stops", value=times, remedy="Sort them."
        )

    def pose_at(at_s: float) -> RobotPose:
        index = bisect_right(times, at_s)
        if index == 0 or index == len(stops):
            return stops[max(index - 1, 0)][1]
        (begin_s, here), (end_s, there) = stops[index - 1], stops[index]
        share = (at_s - begin_s) / (end_s - begin_s)
        turn = math.remainder(there.heading_rad - here.heading_rad, math.tau)
        return RobotPose(
            here.x_m + share * (there.x_m - here.x_m),
            here.y_m + share * (there.y_m - here.y_m),
            here.heading_rad + share * turn,
        )

    return pose_at


def planted(
    tags: Sequence[SceneTag], dead: Collection[bytes] = (), elsewhere: Mapping[bytes, Point] = {}
) -> tuple[SceneTag, ...]:
    """The same tags, of which some never answer and some are not where the records say. Raises
    ``InvalidWorld`` for an EPC that none has."""
    strange = (set(dead) | set(elsewhere)) - {tag.epc for tag in tags}
    if strange:
        raise InvalidWorld(
            "no tag has this EPC", field="planted", value=min(strange).hex(), remedy="See tags."
        )
    return tuple(
        replace(tag, dead=tag.dead or tag.epc in dead, at_m=elsewhere.get(tag.epc, tag.at_m))
        for tag in tags
    )


def _check_tags(tags: Sequence[SceneTag]) -> None:
    for index, tag in enumerate(tags):
        if len(tag.epc) % 2 or not 0 < len(tag.epc) <= _LONGEST_EPC_BYTES:
            raise InvalidWorld(
                "an EPC has 1 to 31 words of two bytes",
                field=f"tags[{index}].epc",
                value=tag.epc.hex(),
                remedy="Pad it with zeros.",
            )
    if len({tag.epc for tag in tags}) != len(tags):
        raise InvalidWorld("two tags have the same EPC", field="tags", remedy="Number them.")
