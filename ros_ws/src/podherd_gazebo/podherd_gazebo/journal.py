"""What the world node remembers when it is killed: everything that Gazebo does not.

One JSON file, replaced as a whole, so that it is always the old one or the new one. It is written
before anything is done that cannot be done twice, and again when that is done.
"""

import os
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import RobotId, SlotId
from planner.warehouse.robot import Pose
from podherd_gazebo.gear import GearRecord
from sim_worlds.referee import Violation
from sim_worlds.staff import Done


@dataclass(frozen=True, slots=True)
class RobotRecord:
    """One robot: its equipment, its odometry, and where it truly was when that was read."""

    gear: GearRecord
    odometry: Pose
    truth: Pose


@dataclass(frozen=True, slots=True)
class Entry:
    """The world at ``at_ms``, site time."""

    at_ms: int
    seed: int
    robots: dict[RobotId, RobotRecord]
    stock: dict[SlotId, int]
    untold: Done
    pieces_taken: int
    pieces_put: int
    refused: int
    violations: tuple[Violation, ...]
    path: dict[int, int]
    docking: dict[int, int]
    way_m: float


class Journal:
    """The file of one run."""

    def __init__(self, path: Path):
        self._path = path
        self._next = path.with_suffix(".new")

    def write(self, entry: Entry) -> None:
        """Remember this instead of what was. Survives the death of the process, not of the
        machine: then Gazebo is gone as well."""
        self._next.write_bytes(encode(entry))
        os.replace(self._next, self._path)

    def read(self, seed: int) -> Entry | None:
        """What an earlier process wrote, ``None`` if there was none. :class:`InvalidMessage` if
        it belongs to another run."""
        if not self._path.exists():
            return None
        entry = from_json(_with_numbers(decode(self._path.read_bytes())), Entry)
        if entry.seed != seed:
            raise InvalidMessage(
                "the journal belongs to another run",
                field="seed",
                value=entry.seed,
                remedy="Start a new run with a journal of its own.",
            )
        return entry


def _with_numbers(data: object) -> object:
    """JSON knows only texts as keys."""
    if isinstance(data, dict):
        for name in ("path", "docking"):
            bins = data.get(name)
            if isinstance(bins, dict):
                data[name] = {int(key): count for key, count in bins.items()}
    return data


def counted(bins: dict[int, int]) -> Counter[int]:
    """Bins of a record to go on counting in."""
    return Counter(bins)
