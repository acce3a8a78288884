"""Where every model is: Gazebo's pose messages, read fast.

Gazebo tells all moved models and their links after every physics step, some 10 kB for 50 robots.
Two messages of one length nearly always differ in the numbers only. So the places of the names and
numbers are looked up once for each layout, and from then on the numbers are cut out as one array.
"""

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.fields import FIXED_64, fields, varint

LAYOUTS_MAX = 64
NUMBERS = 7
"""x, y, z of the position and x, y, z, w of the orientation."""
POSE = 2
NAME, POSITION, ORIENTATION = 1, 3, 4


class _Layout(NamedTuple):
    names: tuple[str, ...]
    """Models in the message; links are left out."""
    numbers: npt.NDArray[np.intp]
    """Where the bytes of the models' numbers lie, 56 for each."""
    fixed: npt.NDArray[np.intp]
    """Where the bytes lie that are no numbers."""
    template: npt.NDArray[np.uint8]
    """What stands there."""
    length: int


class PoseReader:
    """Reads messages ``PosesStamped`` one by one into :attr:`poses`."""

    def __init__(self) -> None:
        self.poses: dict[str, Pose] = {}
        """Newest pose of each model, in the world's frame."""
        self.at_ms = -1
        """Simulation time of the newest message; -1 before the first."""
        self.told_ms = -1
        """Simulation time of the newest message that told of any model."""
        self.moving: tuple[str, ...] = ()
        """The models that this message told of."""
        self._stamp = b""
        self._pending: list[bytes] = []
        self._layouts: dict[int, list[_Layout]] = {}

    def feel(self, payload: bytes) -> int:
        """Notes a message, to be read by :meth:`read`; returns its time in ms."""
        begin = 2 + payload[1]
        stamp = payload[:begin]
        if stamp != self._stamp:
            self._stamp = stamp
            self.at_ms = time_ms(stamp, 2, begin)
        if len(payload) > begin:
            self._pending.append(payload[begin:])
            self.told_ms = self.at_ms
        return self.at_ms

    def read(self) -> None:
        """Brings :attr:`poses` up to the newest message.

        Older messages are read only where they tell of other models than the newer ones.
        """
        bodies, self._pending = self._pending, []
        seen: list[_Layout] = []
        known: set[str] = set()
        for body in reversed(bodies):
            raw = np.frombuffer(body, np.uint8)
            if any(_fits(layout, raw) for layout in seen):
                continue
            layout = self._layout(body, raw)
            seen.append(layout)
            self._take(layout, raw, known)
            known.update(layout.names)
        if seen:
            self.moving = seen[0].names

    def forget(self, name: str) -> None:
        """The model is gone from the world."""
        self.read()
        self.poses.pop(name, None)

    def _layout(self, body: bytes, raw: npt.NDArray[np.uint8]) -> _Layout:
        for layout in self._layouts.get(len(body), ()):
            if _fits(layout, raw):
                return layout
        if len(self._layouts) >= LAYOUTS_MAX:
            self._layouts.clear()
        layout = _lay_out(body, raw)
        self._layouts.setdefault(len(body), []).insert(0, layout)
        return layout

    def _take(self, layout: _Layout, raw: npt.NDArray[np.uint8], known: set[str]) -> None:
        """The poses of this message, except of those models that a newer one has told."""
        if not layout.names:
            return
        numbers = raw[layout.numbers].view("<f8").reshape(-1, NUMBERS)
        qx, qy, qz, qw = numbers[:, 3], numbers[:, 4], numbers[:, 5], numbers[:, 6]
        yaw = np.arctan2(2.0 * (qw * qz + qx * qy), 1.0 - 2.0 * (qy * qy + qz * qz)).tolist()
        x, y = numbers[:, 0].tolist(), numbers[:, 1].tolist()
        for name, x_m, y_m, theta_rad in zip(layout.names, x, y, yaw, strict=True):
            if name not in known:
                self.poses[name] = Pose(x_m, y_m, theta_rad)


def time_ms(data: bytes, begin: int, end: int) -> int:
    """A message ``Time`` (seconds and nanoseconds) in whole milliseconds."""
    parts = {field.number: varint(data, field.begin)[0] for field in fields(data, begin, end)}
    return parts.get(1, 0) * 1000 + round(parts.get(2, 0) / 1e6)


def _fits(layout: _Layout, raw: npt.NDArray[np.uint8]) -> bool:
    """True if this message differs from the layout's in numbers only."""
    return len(raw) == layout.length and bool((raw[layout.fixed] == layout.template).all())


def _lay_out(body: bytes, raw: npt.NDArray[np.uint8]) -> _Layout:
    names: list[str] = []
    numbers: list[int] = []
    is_fixed = np.ones(len(raw), np.bool_)
    for entry in fields(body, 0, len(body)):
        if entry.number != POSE:
            continue
        name, places = _pose_entry(body, entry.begin, entry.end)
        for place in places:
            is_fixed[place : place + 8] = False
        if "::" not in name:
            names.append(name)
            numbers += places
    at = np.array(numbers, np.intp)[:, None] + np.arange(8, dtype=np.intp)
    fixed = np.flatnonzero(is_fixed)
    return _Layout(tuple(names), at.ravel(), fixed, raw[fixed].copy(), len(raw))


def _pose_entry(body: bytes, begin: int, end: int) -> tuple[str, list[int]]:
    """Name of one pose and where its seven numbers begin."""
    name = ""
    places: list[int] = []
    for field in fields(body, begin, end):
        if field.number == NAME:
            name = body[field.begin : field.end].decode()
        elif field.number in (POSITION, ORIENTATION):
            inner = fields(body, field.begin, field.end)
            places += [number.begin for number in inner if number.wire_type == FIXED_64]
    return name, places


def pose_of(message: Any) -> Pose:
    """The planar part of a message ``Pose``."""
    at, turn = message.position, message.orientation
    return Pose(at.x, at.y, heading_rad(turn.x, turn.y, turn.z, turn.w))


def heading_rad(qx: float, qy: float, qz: float, qw: float) -> float:
    """Heading of a quaternion: its turn about the vertical axis."""
    return float(np.arctan2(2.0 * (qw * qz + qx * qy), 1.0 - 2.0 * (qy * qy + qz * qz)))
