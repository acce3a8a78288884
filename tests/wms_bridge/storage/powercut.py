"""What may be on a disk after a power cut: all that was flushed, and any part of what was not.

Writes that were not flushed may have reached the disk in any order, in whole, in part (by sectors)
or as rubbish in the sectors they cover. What was there before stays as it was outside these
sectors (SQLite calls this "powersafe overwrite").
"""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.wms_bridge.storage.recording import Deed, Did

SECTOR = 512


@dataclass(slots=True)
class _Disk:
    """A file: its contents as flushed, and what has been done since."""

    flushed: bytearray = field(default_factory=bytearray)
    since: list[Deed] = field(default_factory=list)


Surviving = Callable[[Sequence[Deed], random.Random], Iterable[Deed]]


def nothing(since: Sequence[Deed], dice: random.Random) -> Iterable[Deed]:
    """The disk kept everything in its cache."""
    return ()


def all_of_it(since: Sequence[Deed], dice: random.Random) -> Iterable[Deed]:
    """The disk was quick: only the machine's answer is missing."""
    return since


def the_first(since: Sequence[Deed], dice: random.Random) -> Iterable[Deed]:
    """The disk wrote in order, and was cut in the middle of a write."""
    kept = list(since[: dice.randint(0, len(since))])
    return [*kept[:-1], *(_cut(deed, dice) for deed in kept[-1:])]


def any_of_it(since: Sequence[Deed], dice: random.Random) -> Iterable[Deed]:
    """The disk wrote in an order of its own."""
    return [deed for deed in since if dice.random() < 0.5]


def torn(since: Sequence[Deed], dice: random.Random) -> Iterable[Deed]:
    """Of each write some sectors arrived."""
    return [part for deed in since for part in _sectors(deed) if dice.random() < 0.6]


def rubbish(since: Sequence[Deed], dice: random.Random) -> Iterable[Deed]:
    """Of each write some sectors arrived, some hold what nobody wrote."""
    return [_spoilt(part, dice) if dice.random() < 0.2 else part for part in torn(since, dice)]


WAYS: tuple[Surviving, ...] = (nothing, all_of_it, the_first, any_of_it, torn, rubbish)


def answers_before(deeds: Sequence[Deed], cut: int) -> frozenset[str]:
    """What callers had been told is kept when the power went."""
    return frozenset(deed.name for deed in deeds[:cut] if deed.did is Did.ANSWER)


def write_image(
    deeds: Sequence[Deed], cut: int, way: Surviving, dice: random.Random, folder: Path
) -> None:
    """Make the files as they may be after a power cut before the deed number ``cut``."""
    for name, disk in _disks(deeds[:cut]).items():
        contents = bytearray(disk.flushed)
        for deed in way(disk.since, dice):
            _do(deed, contents)
        (folder / name).write_bytes(contents)


def _disks(deeds: Iterable[Deed]) -> dict[str, _Disk]:
    disks: dict[str, _Disk] = {}
    for deed in deeds:
        if deed.did is Did.ANSWER:
            continue
        if deed.did is Did.DELETE:
            disks.pop(deed.name, None)
            continue
        disk = disks.setdefault(deed.name, _Disk())
        if deed.did is not Did.FLUSH:
            disk.since.append(deed)
            continue
        for done in disk.since:
            _do(done, disk.flushed)
        disk.since.clear()
    return disks


def _do(deed: Deed, contents: bytearray) -> None:
    if deed.did is Did.TRUNCATE:
        del contents[deed.at :]
        return
    missing = deed.at - len(contents)
    if missing > 0:
        contents.extend(bytes(missing))
    contents[deed.at : deed.at + len(deed.body)] = deed.body


def _sectors(deed: Deed) -> list[Deed]:
    if deed.did is Did.TRUNCATE or not deed.body:
        return [deed]
    parts = []
    at, end = deed.at, deed.at + len(deed.body)
    while at < end:
        until = min(end, (at // SECTOR + 1) * SECTOR)
        body = deed.body[at - deed.at : until - deed.at]
        parts.append(Deed(deed.did, deed.name, at, body))
        at = until
    return parts


def _cut(deed: Deed, dice: random.Random) -> Deed:
    return Deed(deed.did, deed.name, deed.at, deed.body[: dice.randint(0, len(deed.body))])


def _spoilt(deed: Deed, dice: random.Random) -> Deed:
    return Deed(deed.did, deed.name, deed.at, dice.randbytes(len(deed.body)))
