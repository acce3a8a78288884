"""The audit log: who did what, when, why and from where, each entry bound to the one before.

An entry that was altered, taken out or moved is found by :func:`verify_audit`, and named. Entries
cut off at the end together with the head kept beside them leave a shorter log that is sound in
itself: only a head kept in another place tells (``kept``).
"""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wms_bridge.access.acting import Act
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.records.access import AuditEntry, AuditHead

FIRST_DIGEST = ""
"""What the digest of entry 1 follows on."""
MAX_TEXT = 1_000
"""Characters of each text of an entry."""
_MOST_MOVED = 40
"""Broken entries among which those moved are looked for."""
UNTOLD = Act("bridge", "change")
"""Of whom a change is when nobody said."""


class FaultKind(StrEnum):
    """What is wrong with an entry."""

    ALTERED = "altered"
    MISSING = "missing"
    MOVED = "moved"
    """It stands where another was written; ``was`` tells where it belongs."""
    HEAD = "head"
    """The newest entry is not the one that was kept as such."""


@dataclass(frozen=True, slots=True)
class AuditFault:
    """``number`` of the entry (the first one, of a gap up to ``until``)."""

    kind: FaultKind
    number: int
    until: int | None = None
    was: int | None = None


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What checking the log found. ``head`` is to be kept where nobody who can write to the
    database can write."""

    entries: int
    head: AuditHead
    faults: tuple[AuditFault, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def next_entry(head: AuditHead | None, act: Act, at_ms: int) -> AuditEntry:
    """The entry of an act after the newest one."""
    number = head.number + 1 if head else 1
    previous = head.digest if head else FIRST_DIGEST
    who, what, why, origin = map(clean, (act.who, act.what, act.why, act.origin))
    digest = digest_of(previous, number, at_ms, who, what, why, origin)
    return AuditEntry(number, at_ms, who, what, why, origin, digest)


def digest_of(previous: str, *cells: object) -> str:
    """SHA-256 (hex) over the digest before and everything in the entry."""
    return hashlib.sha256(json.dumps([previous, *cells], default=repr).encode()).hexdigest()


def head_of(text: str) -> AuditHead:
    """A head written as ``<number>:<digest>``; :class:`InvalidAccess` if it is none."""
    number, _, digest = text.partition(":")
    if not (number.isascii() and number.isdecimal() and len(number) <= 15 and len(digest) == 64):
        raise InvalidAccess(
            "not the head of an audit log",
            field="kept",
            remedy="Write <number>:<digest>, as the check told it.",
        )
    return AuditHead(int(number), digest)


def clean(text: str) -> str:
    """Text without what a database or a terminal could trip over, cut to :data:`MAX_TEXT`."""
    if len(text) <= MAX_TEXT and text.isprintable():
        return text
    printable = "".join(letter if letter.isprintable() else " " for letter in text[:MAX_TEXT])
    return printable.encode("utf-8", "replace").decode()


def verify_audit(
    entries: Iterable[AuditEntry], head: AuditHead | None, kept: AuditHead | None = None
) -> AuditReport:
    """Check the log from the first entry to the last, against the ``head`` stored beside it and
    one ``kept`` in another place."""
    check = _Check(kept)
    for entry in entries:
        check.add(entry)
    return check.report(head or AuditHead(0, FIRST_DIGEST))


def verify_part(
    entries: Iterable[AuditEntry], head: AuditHead | None, after: AuditHead, most: int
) -> tuple[AuditReport, bool]:
    """Check ``most`` entries that come after one whose number and digest are known; and whether
    these were the last, which are checked against the ``head`` stored beside the log."""
    check = _Check(None, after)
    for entry in entries:
        if check.count == most:
            return check.report(), False
        check.add(entry)
    return check.report(head or AuditHead(0, FIRST_DIGEST)), True


@dataclass(frozen=True, slots=True)
class _Broken:
    entry: AuditEntry
    before: str


class _Check:
    def __init__(self, kept: AuditHead | None, after: AuditHead | None = None) -> None:
        start = after or AuditHead(0, FIRST_DIGEST)
        self.kept = kept
        self.kept_found = kept is None
        self.count = 0
        self.number = start.number
        self.stored = start.digest
        self.computed = start.digest
        self.gaps: list[AuditFault] = []
        self.broken: list[_Broken] = []

    def add(self, entry: AuditEntry) -> None:
        self.count += 1
        missing = entry.number - self.number - 1
        if missing:
            until = entry.number - 1
            self.gaps.append(AuditFault(FaultKind.MISSING, self.number + 1, until))
            # What it follows on is gone: it is taken to be as written, the next one tells.
            self.computed = entry.digest
        else:
            self._follow(entry)
        self.number, self.stored = entry.number, entry.digest
        if self.kept == AuditHead(entry.number, entry.digest):
            self.kept_found = True

    def _follow(self, entry: AuditEntry) -> None:
        expected = _digest(self.stored, entry)
        # A digest altered alone breaks its own entry only: the next follows on what it was.
        if entry.digest not in (expected, _digest(self.computed, entry)):
            self.broken.append(_Broken(entry, self.stored))
        self.computed = expected

    def report(self, head: AuditHead | None = None) -> AuditReport:
        """What was found; against the newest entry only if its ``head`` is given."""
        moved = self._moved()
        faults = [*self.gaps]
        for broken in self.broken:
            number = broken.entry.number
            was = moved.get(number)
            kind = FaultKind.ALTERED if was is None else FaultKind.MOVED
            faults.append(AuditFault(kind, number, was=was))
        newest = AuditHead(self.number, self.stored)
        head = head or newest
        if head.number > newest.number:
            faults.append(AuditFault(FaultKind.MISSING, newest.number + 1, head.number))
        elif head != newest:
            faults.append(AuditFault(FaultKind.HEAD, head.number))
        if not self.kept_found and self.kept is not None:
            faults.append(AuditFault(FaultKind.HEAD, self.kept.number))
        return AuditReport(self.count, newest, tuple(sorted(faults, key=lambda f: f.number)))

    def _moved(self) -> dict[int, int]:
        some = self.broken[:_MOST_MOVED]
        before = {one.before for one in some} | {one.entry.digest for one in some}
        places = [one.entry.number for one in some]
        return {
            one.entry.number: place
            for one in some
            for place in places
            if place != one.entry.number
            and any(_digest(digest, one.entry, place) == one.entry.digest for digest in before)
        }


def _digest(previous: str, entry: AuditEntry, number: int | None = None) -> str:
    place = entry.number if number is None else number
    return digest_of(previous, place, entry.at_ms, entry.who, entry.what, entry.why, entry.origin)
