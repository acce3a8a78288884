"""Looking back: what a recording tells of a moment, and of the time between two."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from planner.codec.messages import decode, encode
from wms_bridge.ports.store import Store
from wms_bridge.recording.archive import Archive, by_site, holding, pieces
from wms_bridge.recording.books_then import LATE_MS, BooksThen, books_at
from wms_bridge.recording.entries import Entry, EntryKind, encode_entry
from wms_bridge.recording.errors import InvalidMoment
from wms_bridge.recording.floor_then import FloorThen, floor_at
from wms_bridge.recording.journal import GAP_MS
from wms_bridge.recording.marks import LATE_MS as NOTES_LATE_MS
from wms_bridge.recording.marks import Mark, alarm_marks, newest, operator_marks
from wms_bridge.recording.recorder import Recorder
from wms_bridge.recording.segments import Span
from wms_bridge.records.alarms import ChangeQuery

MOST_WINDOW_MS = 600_000
"""Longest time that is told at once."""
MOST_BYTES = 8 * 1024 * 1024
"""Most that one answer of the stream holds, but for what was told in its last millisecond."""
MOST_CHANGES = 2_000
"""Changes of alarms, and marks of operators, that are looked through for marks."""
_OFF = "The bridge records nothing: start it with --recording FOLDER."
_FRAME_MS = struct.Struct("<8xd")


@dataclass(frozen=True, slots=True)
class Stretch:
    """A time that was recorded without a gap: by the bridge's clock (ms since 1970 UTC) and by the
    site's (ms)."""

    from_ms: int
    to_ms: int
    from_site_ms: int
    to_site_ms: int


@dataclass(frozen=True, slots=True)
class Played:
    """Entries as bytes, of all the time up to ``until_ms``."""

    body: bytes
    until_ms: int


@dataclass(frozen=True, slots=True)
class Decision:
    """A command that the bridge took from the dispatcher; with ``refused``, the code, one that it
    did not."""

    at_ms: int
    command: dict[str, Any]
    refused: str | None = None


@dataclass(frozen=True, slots=True)
class RobotStep:
    """What a robot was told to do or waited for from ``at_ms`` on."""

    at_ms: int
    activity: str
    goal: str | None
    load: str | None
    wait: dict[str, Any] | None


class ReplayDesk:
    """Answers about the past. Safe to call from several threads."""

    def __init__(self, recorder: Recorder | None, store: Store):
        self.recorder = recorder
        self.store = store
        self.archive = None if recorder is None else Archive(recorder.params.folder)

    def stretches(self) -> list[Stretch]:
        """What was recorded, by time; segments that follow on one another are one."""
        found: list[Stretch] = []
        for span in sorted(self._spans(), key=lambda one: one.times.first_ms):
            times = span.times
            last = found[-1] if found else None
            joins = last and times.first_ms - last.to_ms <= GAP_MS
            if last and joins and times.first_site_ms >= last.to_site_ms:
                found.pop()
                to_ms = max(last.to_ms, times.last_ms)
                found.append(Stretch(last.from_ms, to_ms, last.from_site_ms, times.last_site_ms))
            else:
                site = (times.first_site_ms, times.last_site_ms)
                found.append(Stretch(times.first_ms, times.last_ms, *site))
        return found

    def moment(self, at_ms: int | None, site_ms: int | None) -> int:
        """A moment by the bridge's clock, named by that or by the clock of the site.
        :class:`InvalidMoment` unless it is exactly one, and was recorded."""
        if (at_ms is None) == (site_ms is None):
            raise InvalidMoment(
                "name the moment by one of the clocks", field="at_ms", remedy="Send at_ms."
            )
        if site_ms is not None:
            return self._by_site(site_ms)
        assert at_ms is not None
        self._span(self._spans(), at_ms, "at_ms")
        return at_ms

    def floor(self, at_ms: int) -> FloorThen:
        """The floor as it was told last at or before a moment. :class:`InvalidMoment` if there
        was nothing yet."""
        span = self._span(self._spans(), at_ms, "at_ms")
        floor = floor_at(self._archive().entries(span, at_ms), at_ms)
        if floor.recorded_ms is None:
            raise self._nothing(at_ms, "at_ms", self._spans())
        return floor

    def stream(self, from_ms: int, until_ms: int, *, whole: bool) -> Played:
        """What was told of the floor after ``from_ms`` up to ``until_ms``, or up to where the
        answer is full; before it, if ``whole`` and wherever the clock was set, the floor as it was.
        """
        _check_window(from_ms, until_ms)
        spans = self._spans()
        self._span(spans, from_ms, "from_ms")
        body: list[bytes] = []
        size, last_ms = 0, from_ms
        for entry in self._played(spans, from_ms, until_ms, whole=whole):
            if size > MOST_BYTES and entry.at_ms > last_ms:
                return Played(b"".join(body), last_ms)
            body.append(encode_entry(entry))
            size += len(body[-1])
            last_ms = entry.at_ms
        return Played(b"".join(body), until_ms)

    def books(self, at_ms: int) -> BooksThen:
        """Orders, rules and closed stations at a moment. :class:`InvalidMoment` if nothing was
        recorded yet."""
        span = self._span(self._spans(), at_ms, "at_ms")
        return books_at(self._archive().all_entries(span), at_ms)

    def decisions(self, from_ms: int, until_ms: int) -> list[Decision]:
        """Commands after ``from_ms`` up to ``until_ms``, in the order they came."""
        found = []
        for entry in self._within(from_ms, until_ms):
            if entry.kind is EntryKind.COMMANDS:
                for command in decode(entry.body):
                    refused = command.pop("refused", None)
                    found.append(Decision(entry.at_ms, command, refused))
        return found

    def story(self, robot: str, from_ms: int, until_ms: int) -> list[RobotStep]:
        """What a robot did and waited for after ``from_ms`` up to ``until_ms``, and before that
        how it was; nothing if there was no such robot."""
        named = b'"robot":' + encode(robot)
        known: dict[str, Any] = {}
        steps: list[RobotStep] = []
        for entry in self._within(from_ms, until_ms):
            if entry.kind not in (EntryKind.SNAPSHOT, EntryKind.CHANGES) or named not in entry.body:
                continue
            for one in decode(entry.body).get("robots", ()):
                if one["robot"] == robot:
                    known |= one
                    step = _step(entry.at_ms, known)
                    if not steps or _what(steps[-1]) != _what(step):
                        steps.append(step)
        return steps

    def marks(self, from_ms: int, until_ms: int, limit: int) -> list[Mark]:
        """Alarms raised, and what operators did, from ``from_ms`` until before ``until_ms``: the
        last ``limit`` of them, by time."""
        query = ChangeQuery(since_ms=from_ms, until_ms=until_ms, limit=MOST_CHANGES)
        with self.store.reading() as tx:
            found = list(alarm_marks(tx.alarm_changes(query)))
        late_ms = until_ms + NOTES_LATE_MS
        spans = [one for one in self._spans() if one.times.first_ms < late_ms]
        for span in reversed(spans):
            if span.times.last_ms < from_ms or len(found) > MOST_CHANGES:
                break
            found += operator_marks(self._archive().notes(span), from_ms, until_ms)
        return newest(found, limit)

    # --- pieces ---

    def _played(
        self, spans: Sequence[Span], from_ms: int, until_ms: int, *, whole: bool
    ) -> Iterator[Entry]:
        archive = self._archive()
        before = None if whole else holding(spans, from_ms)
        parts = pieces(spans, from_ms, until_ms)
        for span, start_ms, end_ms in chain([(holding(spans, from_ms), from_ms, from_ms)], parts):
            if span is None:
                continue
            if span is not before:
                floor = floor_at(archive.entries(span, start_ms), start_ms)
                yield from floor.entries(start_ms)
            before = span
            for entry in archive.entries(span, max(start_ms, span.times.first_ms)):
                if entry.kind.of_floor:
                    if entry.at_ms > end_ms:
                        break
                    if entry.at_ms > start_ms:
                        yield entry

    def _within(self, from_ms: int, until_ms: int) -> Iterator[Entry]:
        """Entries of every kind after ``from_ms`` up to ``until_ms``, the snapshot in force at its
        beginning included."""
        _check_window(from_ms, until_ms)
        for span, start_ms, end_ms in pieces(self._spans(), from_ms, until_ms):
            begin_ms = max(start_ms, span.times.first_ms)
            for entry in self._archive().entries(span, begin_ms, back=1):
                if entry.kind.of_floor and entry.at_ms > end_ms + LATE_MS:
                    break
                before = start_ms == from_ms and entry.kind.of_floor
                if entry.at_ms <= end_ms and (before or entry.at_ms > start_ms):
                    yield entry

    def _by_site(self, site_ms: int) -> int:
        spans = self._spans()
        span = holding(spans, site_ms, by_site)
        if span is None:
            raise self._nothing(site_ms, "site_ms", spans)
        times = [head.times for head in self._archive().heads(span)]
        begun = [one.first_ms for one in times if one.first_site_ms <= site_ms]
        found = span.times.first_ms
        for entry in self._archive().entries(span, max(begun, default=found)):
            if entry.kind.of_floor:
                if _site_ms(entry) > site_ms:
                    break
                found = entry.at_ms
        return found

    def _archive(self) -> Archive:
        if self.archive is None:
            raise InvalidMoment("nothing is recorded", remedy=_OFF)
        return self.archive

    def _spans(self) -> Sequence[Span]:
        return self._archive().spans()

    def _span(self, spans: Sequence[Span], at_ms: int, field: str) -> Span:
        span = holding(spans, at_ms)
        if span is None or at_ms > max(one.times.last_ms for one in spans) + MOST_WINDOW_MS:
            raise self._nothing(at_ms, field, spans)
        return span

    def _nothing(self, at_ms: int, field: str, spans: Sequence[Span]) -> InvalidMoment:
        remedy = "Nothing is recorded yet: it begins with the first view of the floor."
        if spans:
            site = field == "site_ms"
            first = min(by_site(s) if site else s.times.first_ms for s in spans)
            last = max(s.times.last_site_ms if site else s.times.last_ms for s in spans)
            remedy = f"Recorded is from {first} to {last}."
        return InvalidMoment(
            "nothing was recorded at that time", field=field, value=at_ms, remedy=remedy
        )


def _check_window(from_ms: int, until_ms: int) -> None:
    if not 0 <= until_ms - from_ms <= MOST_WINDOW_MS:
        raise InvalidMoment(
            f"the window is not of 0 to {MOST_WINDOW_MS // 1000} s",
            field="until_ms",
            value=until_ms,
            remedy="Ask for it in pieces.",
        )


def _site_ms(entry: Entry) -> float:
    if entry.kind is EntryKind.POSES:
        (site_ms,) = _FRAME_MS.unpack_from(entry.body)
        return float(site_ms)
    return float(decode(entry.body)["at_ms"])


def _step(at_ms: int, known: dict[str, Any]) -> RobotStep:
    return RobotStep(at_ms, known["activity"], known["goal"], known["load"], known["wait"])


def _what(step: RobotStep) -> tuple[Any, ...]:
    return step.activity, step.goal, step.load, step.wait
