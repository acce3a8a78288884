"""What the fleet must not forget in a crash beside the event log: stops, people on the floor, which
alarms about them are out, and what operators want of it by way of the bridge. One small JSON file,
replaced as a whole."""

import os
from dataclasses import dataclass
from pathlib import Path

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.commands import RaiseAlarm
from planner.warehouse.errors import InvalidMessage
from podherd_fleet.entry import Entry
from podherd_fleet.followed import Followed
from podherd_ros.presence import Stop

FORMAT = "podherd-fleet-memory/1"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is in force."""

    stops: tuple[Stop, ...] = ()
    entries: tuple[Entry, ...] = ()
    alarms: tuple[RaiseAlarm, ...] = ()
    followed: tuple[Followed, ...] = ()
    format: str = FORMAT


class Memory:
    """A file at ``path``. Raises :class:`InvalidMessage` if what is there is something else: a stop
    must not be lifted because its file cannot be read."""

    def __init__(self, path: Path):
        self._path = path
        self.kept = _read(path) if path.exists() else Remembered()

    def keep(self, remembered: Remembered) -> None:
        """On disk when this returns; the same again is not written."""
        if remembered == self.kept:
            return
        fresh = self._path.with_name(self._path.name + ".new")
        with fresh.open("wb") as file:
            file.write(encode(remembered) + b"\n")
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        self.kept = remembered


def _read(path: Path) -> Remembered:
    remedy = "Find out which stops are in force, remove the file, and engage them again."
    try:
        kept = from_json(decode(path.read_bytes()), Remembered)
    except InvalidMessage as error:
        raise InvalidMessage(
            f"{path} cannot be read: {error.problem}", field="memory", remedy=remedy
        ) from error
    if kept.format != FORMAT:
        raise InvalidMessage(
            f"{path} is of another version", field="memory", value=kept.format, remedy=remedy
        )
    return kept
