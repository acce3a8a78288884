"""The event log: what the dispatcher was told, tick by tick, and a digest of what it answered.

One JSON object per line. The first is the header: format, site, parameters and guidance. Then, for
every step, a line ``{"t": now_ms, "feed": number, "events": [...]}`` written *before* the step and
a line ``{"t": now_ms, "commands": digest}`` after it. Together with the code the log is the
dispatcher's whole memory: replaying it gives the same state and the same commands, bit for bit. A
line torn by a crash is left out when reading and cut off when writing goes on.
"""

import gzip
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

import numpy as np

from planner.codec.messages import (
    command_to_json,
    decode,
    encode,
    event_from_json,
    event_to_json,
    from_json,
    to_json,
)
from planner.dispatch.params import DispatchParams
from planner.dispatch.state import State
from planner.dispatch.step import Dispatcher
from planner.mapf.guidance import Guidance
from planner.warehouse.commands import Command
from planner.warehouse.errors import InvalidMessage, ReplayMismatch
from planner.warehouse.events import Event
from planner.warehouse.site import Site

FORMAT = "podherd-log/1"


@dataclass(frozen=True, slots=True)
class Header:
    """What a run started from; ``guidance`` is the cost of driving from each node in each heading,
    as in :class:`planner.mapf.guidance.Guidance`, if robots keep to lanes."""

    site: Site
    params: DispatchParams
    format: str = FORMAT
    guidance: tuple[tuple[int, int, int, int], ...] | None = None

    @classmethod
    def of(cls, site: Site, params: DispatchParams, guidance: Guidance | None = None) -> "Header":
        """The header of a run with these."""
        if guidance is None:
            return cls(site, params)
        drive = tuple(
            (east, north, west, south) for east, north, west, south in guidance.drive.tolist()
        )
        return cls(site, params, guidance=drive)

    def dispatcher(self) -> Dispatcher:
        """A dispatcher as the run had it."""
        return Dispatcher(self.site, self.params, self.lanes())

    def lanes(self) -> Guidance | None:
        """The lanes that robots kept to, if they did."""
        if self.guidance is None:
            return None
        return Guidance(np.array(self.guidance, dtype=np.int32).reshape(-1, 4))


@dataclass(frozen=True, slots=True)
class Tick:
    """One step: ``feed`` is the number of the last event of the bridge's feed among ``events``;
    ``commands`` is the digest of the answer, or None if the log ends before it."""

    now_ms: int
    feed: int
    events: tuple[Event, ...]
    commands: str | None = None


def digest(commands: Iterable[Command]) -> str:
    """SHA-256 of the commands as JSON."""
    return hashlib.sha256(encode([command_to_json(command) for command in commands])).hexdigest()


class EventLogWriter:
    """Appends to a log file; a new file gets the header. Plain text, or gzip if named ``.gz``."""

    def __init__(self, path: Path, header: Header):
        self._raw: IO[bytes] = path.open("ab+")
        kept = _whole_lines(path) if path.suffix != ".gz" else path.stat().st_size
        self._raw.truncate(kept)
        self._file: IO[bytes] = (
            gzip.GzipFile(fileobj=self._raw, mode="wb") if path.suffix == ".gz" else self._raw  # type: ignore[assignment]
        )
        if kept == 0:
            self._line(to_json(header))

    def before_step(self, now_ms: int, feed: int, events: Sequence[Event]) -> None:
        """Keep what the dispatcher is about to be told; on disk as far as a crash of the process
        is concerned when this returns."""
        told = [event_to_json(event) for event in events]
        self._line({"t": now_ms, "feed": feed, "events": told})
        if self._file is self._raw:
            self._raw.flush()

    def after_step(self, now_ms: int, commands: Iterable[Command]) -> None:
        """Keep the digest of what it answered."""
        self._line({"t": now_ms, "commands": digest(commands)})

    def _line(self, record: Any) -> None:
        self._file.write(encode(record) + b"\n")

    def close(self) -> None:
        """Flush and close."""
        self._file.close()
        self._raw.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def _whole_lines(path: Path) -> int:
    """Bytes up to and including the last newline."""
    content = path.read_bytes()
    return content.rfind(b"\n") + 1


def read_log(path: Path) -> tuple[Header, Iterator[Tick]]:
    """The header and, lazily, the ticks. :class:`InvalidMessage` if it is not a log."""
    lines = _lines(path)
    first = next(lines, None)
    document = decode(first) if first else {}
    if not isinstance(document, dict) or document.get("format") != FORMAT:
        raise InvalidMessage(
            f"{path} is not an event log",
            field="format",
            value=document.get("format") if isinstance(document, dict) else None,
            remedy=f"Expected {FORMAT}, as written by 'podherd simulate --log'.",
        )
    return from_json(document, Header), _ticks(lines)


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as raw:
        lines: Iterable[bytes] = gzip.GzipFile(fileobj=raw) if path.suffix == ".gz" else raw
        for line in lines:
            if line.endswith(b"\n"):
                yield line


def _ticks(lines: Iterator[bytes]) -> Iterator[Tick]:
    told: Tick | None = None
    for line in lines:
        record = decode(line)
        if "commands" in record and told is not None:
            yield Tick(told.now_ms, told.feed, told.events, record["commands"])
            told = None
        elif "events" in record:
            if told is not None:  # the writer was killed before the answer, and began again
                yield told
            events = tuple(event_from_json(event) for event in record["events"])
            told = Tick(record["t"], record["feed"], events)
    if told is not None:
        yield told


@dataclass(frozen=True, slots=True)
class Replayed:
    """Where a log leads: the state after its last tick, and how far it got."""

    state: State
    ticks: int
    feed: int
    now_ms: int


def replay(
    dispatcher: Dispatcher,
    ticks: Iterable[Tick],
    *,
    check: bool = True,
    on_tick: Callable[[Tick], None] | None = None,
) -> Replayed:
    """Run the log through a dispatcher; :class:`ReplayMismatch` names the first tick at which the
    commands differ from those recorded (unless ``check`` is off)."""
    state, count, feed, now_ms = dispatcher.start(), 0, 0, 0
    for tick in ticks:
        state, commands = dispatcher.step(state, tick.events, tick.now_ms)
        if check and tick.commands is not None and digest(commands) != tick.commands:
            raise ReplayMismatch(
                f"the commands at {tick.now_ms} ms differ from those recorded",
                field=f"tick {count}",
                remedy="Replay with the version of Podherd that wrote the log.",
            )
        count, feed, now_ms = count + 1, tick.feed, tick.now_ms
        if on_tick is not None:
            on_tick(tick)
    return Replayed(state, count, feed, now_ms)
