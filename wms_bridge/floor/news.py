"""The stream of the floor for many clients: one log of changes, one newest pose frame, and for each
client only the number of what it has been told."""

from collections import deque
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from planner.warehouse.view import FloorView
from wms_bridge.floor.changes import (
    WHOLE,
    Picture,
    changes,
    encode_record,
    picture_of,
    robot_record,
)
from wms_bridge.floor.frames import encode_frame, pose_of

KEPT = 600
"""Changes kept for clients that are behind: a minute of ten views a second."""
KEPT_BYTES = 16 * 1024 * 1024
IDLE_MS = 60_000
"""How long changes are worked out after the last client has left: it may come back."""


class Why(StrEnum):
    """Why a snapshot is told."""

    START = "start"
    """The client begins."""
    BEHIND = "behind"
    """The client was so slow, or away for so long, that changes it missed are not kept."""
    RESTART = "restart"
    """What the client knows is of a stream that has ended: the bridge was started anew."""


@dataclass(slots=True)
class Reader:
    """What a client has been told: changes up to ``number``, the pose frame of view ``sequence``.
    ``number`` is ``None`` before the first snapshot, for which ``why`` is told."""

    number: int | None = None
    sequence: int = 0
    why: Why = Why.START


@dataclass(frozen=True, slots=True)
class Parcel:
    """What is to be sent to a client now, in this order: ``texts``, then ``poses``."""

    texts: tuple[str, ...]
    poses: bytes | None


class FloorNews:
    """Takes views and tells clients what is new to them. Not for several threads.

    A client that is slow is told the newest poses only, but every change in order; if changes that
    it needs are not kept any more, it is told the whole floor once. Nothing is kept per client.
    """

    def __init__(self, stream: str, kept: int = KEPT, kept_bytes: int = KEPT_BYTES):
        """``stream`` names this run of the bridge, so that numbers of another are not believed."""
        self.stream = stream
        self._kept = kept
        self._kept_bytes = kept_bytes
        self._log: deque[str] = deque()
        self._bytes = 0
        self._number = 0
        self._sequence = 0
        self._shown_ms = 0
        self._picture: Picture | None = None
        self._frame: bytes | None = None
        self._readers = 0
        self._wanted_ms: int | None = None

    @property
    def sequence(self) -> int:
        """Number of the newest view; 0 before the first."""
        return self._sequence

    def take(self, view: FloorView, now_ms: int) -> None:
        """Shows a view from ``now_ms`` (ms since 1970 UTC) on. :class:`InvalidMessage`, and nothing
        has changed, if it holds more robots than a frame can."""
        before, wanted = self._picture, self._is_wanted(now_ms)
        picture = picture_of(view, before)
        poses = [pose_of(picture.robots[robot]) for robot in picture.order]
        frame = encode_frame(poses, self._sequence + 1, view.at_ms)
        self._sequence += 1
        self._picture, self._frame, self._shown_ms = picture, frame, now_ms
        if before is None or not wanted:
            self._forget()
            return
        found = changes(before, picture)
        if found:
            self._number += 1
            head = {"type": "changes", "number": self._number, "at_ms": view.at_ms}
            self._keep(encode_record({**head, **found}))

    def join(self, stream: str | None, number: int | None) -> Reader:
        """A new client, which may know the changes of ``stream`` up to ``number``."""
        self._readers += 1
        if stream is None or number is None:
            return Reader()
        if stream != self.stream or number > self._number:
            return Reader(why=Why.RESTART)
        return Reader(number=number)

    def leave(self, now_ms: int) -> None:
        """A client has gone."""
        self._readers -= 1
        self._wanted_ms = now_ms

    def parcel(self, reader: Reader, now_ms: int) -> Parcel | None:
        """What the client is to be sent, which it is taken to have been told then; ``None`` while
        there is nothing."""
        if self._picture is None or reader.sequence == self._sequence:
            return None
        texts = self._texts(reader, now_ms)
        reader.number, reader.sequence = self._number, self._sequence
        return Parcel(texts, self._frame)

    def beat(self, now_ms: int) -> str:
        """The sign that the stream lives, with how old the newest view is (null: there is none)."""
        age_ms = None if self._picture is None else max(0, now_ms - self._shown_ms)
        return encode_record(
            {"type": "beat", "sequence": self._sequence, "age_ms": age_ms, "now_ms": now_ms}
        )

    def _texts(self, reader: Reader, now_ms: int) -> tuple[str, ...]:
        if reader.number is None:
            return (self._snapshot(reader.why, now_ms),)
        missing = self._number - reader.number
        if missing > len(self._log):
            return (self._snapshot(Why.BEHIND, now_ms),)
        return tuple(self._log[i] for i in range(len(self._log) - missing, len(self._log)))

    def _snapshot(self, why: Why, now_ms: int) -> str:
        assert self._picture is not None
        return encode_record(
            {
                "type": "snapshot",
                "version": 1,
                "why": why,
                "stream": self.stream,
                "number": self._number,
                "sequence": self._sequence,
                "now_ms": now_ms,
                "age_ms": max(0, now_ms - self._shown_ms),
                **_whole(self._picture),
            }
        )

    def _is_wanted(self, now_ms: int) -> bool:
        if self._readers:
            return True
        return self._wanted_ms is not None and abs(now_ms - self._wanted_ms) < IDLE_MS

    def _keep(self, text: str) -> None:
        self._log.append(text)
        self._bytes += len(text)
        while len(self._log) > self._kept or self._bytes > self._kept_bytes:
            self._bytes -= len(self._log.popleft())

    def _forget(self) -> None:
        # Whoever knows the floor as it was must not take the log for whole: a number is left out.
        self._log.clear()
        self._bytes = 0
        self._number += 1


def _whole(picture: Picture) -> dict[str, Any]:
    return {
        "at_ms": picture.at_ms,
        "order": picture.order,
        "robots": [robot_record(picture.robots[robot]) for robot in picture.order],
        "pods": tuple(picture.pods.values()),
        "stations": tuple(picture.stations.values()),
        **{name: getattr(picture, name) for name in WHOLE},
    }
