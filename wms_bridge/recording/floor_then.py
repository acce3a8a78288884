"""The floor at a moment, from a snapshot and what was told after it. No clock, no files."""

from collections.abc import Iterable, Mapping
from typing import Any

from planner.codec.messages import decode, encode
from wms_bridge.floor.frames import PoseFrame, decode_frame
from wms_bridge.recording.entries import Entry, EntryKind

STREAM = "replay"
"""The stream that snapshots of the past belong to."""
_OWN = frozenset({"type", "number", "at_ms", "order", "robots", "pods", "stations"})
Told = dict[str, Any]


class FloorThen:
    """Takes entries of the floor in their order, beginning with a snapshot; others are passed
    over."""

    def __init__(self) -> None:
        self.recorded_ms: int | None = None
        """When the newest of them was told, by the bridge's clock; ``None`` before the first."""
        self.frame: bytes | None = None
        """The pose frame that was told last for the robots that are there."""
        self._told: Told = {}
        self._robots: dict[str, Told] = {}
        self._pods: dict[str, Told] = {}
        self._stations: dict[str, Told] = {}

    def take(self, entry: Entry) -> None:
        """One more entry."""
        if entry.kind is EntryKind.SNAPSHOT:
            self._replace(decode(entry.body))
        elif entry.kind is EntryKind.CHANGES:
            self._change(decode(entry.body))
        elif entry.kind is EntryKind.POSES:
            self.frame = entry.body
        else:
            return
        self.recorded_ms = entry.at_ms

    def snapshot(self, at_ms: int) -> Told:
        """All of the floor as a ``snapshot`` of the stream, for somebody who looks at ``at_ms``
        of the bridge's clock."""
        assert self.recorded_ms is not None
        frame = None if self.frame is None else decode_frame(self.frame)
        told = dict(self._told)
        told |= {"why": "start", "stream": STREAM, "now_ms": at_ms}
        told["age_ms"] = max(0, at_ms - self.recorded_ms)
        if frame is not None:
            told["at_ms"] = max(told["at_ms"], int(frame.at_ms))
            told["sequence"] = frame.sequence
        told["robots"] = list(_placed(told["order"], self._robots, frame))
        told["pods"] = list(self._pods.values())
        told["stations"] = list(self._stations.values())
        return told

    def entries(self, at_ms: int) -> list[Entry]:
        """The same as entries of a recording: a snapshot and its pose frame; none before the first
        was taken."""
        if self.recorded_ms is None:
            return []
        found = [Entry(EntryKind.SNAPSHOT, at_ms, encode(self.snapshot(at_ms)))]
        if self.frame is not None:
            found.append(Entry(EntryKind.POSES, at_ms, self.frame))
        return found

    def _replace(self, told: Told) -> None:
        self._told, self.frame = told, None
        self._robots = {one["robot"]: one for one in told["robots"]}
        self._pods = {one["pod"]: one for one in told["pods"]}
        self._stations = {one["station"]: one for one in told["stations"]}

    def _change(self, told: Told) -> None:
        for one in told.get("robots", ()):
            self._robots.setdefault(one["robot"], {}).update(one)
        if "order" in told:
            self._robots = {name: self._robots[name] for name in told["order"]}
            self.frame = None
        pods = told.get("pods", {"gone": (), "stand": ()})
        for name in pods["gone"]:
            self._pods.pop(name, None)
        self._pods |= {one["pod"]: one for one in pods["stand"]}
        self._stations |= {one["station"]: one for one in told.get("stations", ())}
        # All else is told whole whenever it changes.
        whole = {name: value for name, value in told.items() if name not in _OWN}
        heads = {name: told[name] for name in ("number", "at_ms", "order") if name in told}
        self._told |= whole | heads


def floor_at(entries: Iterable[Entry], at_ms: int) -> FloorThen:
    """The floor as it was told last at or before ``at_ms``."""
    floor = FloorThen()
    for entry in entries:
        if entry.kind.of_floor:
            if entry.at_ms > at_ms:
                break
            floor.take(entry)
    return floor


def _placed(
    order: Iterable[str], robots: Mapping[str, Told], frame: PoseFrame | None
) -> Iterable[Told]:
    for i, name in enumerate(order):
        told = dict(robots[name])
        if frame is not None:
            pose = frame.poses[i]
            told |= {"x_m": pose.x_m, "y_m": pose.y_m, "theta_rad": pose.theta_rad}
            told["battery"] = pose.battery
        yield told
