"""The way a robot was given, as straight lines to follow, and how far along it is.

A route is a numbered list of waypoints under a name. The same name again extends or repeats it:
what was reached is left out. Lines run from node to node, not from where the robot happens to
stand, so that a robot that is a centimetre off comes back to the middle of its lane.
"""

from collections.abc import Iterable, Mapping
from math import atan2, cos, hypot, inf, sin
from typing import NamedTuple

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.robot import Pose
from podherd_robot.profile import wrapped

_HERE_M = 0.05
"""A waypoint so close is where the robot is: there is no direction to it."""
_SAME_M = 1e-3
_STRAIGHT_RAD = 0.05
"""Lines whose directions differ by less are driven without a stop."""
_AHEAD_RAD = 0.15
"""A robot that moves takes a line whose direction differs from its own by less."""
_UNDER_WAY_M = 0.10
_NEIGHBOUR = 1.5
"""A first waypoint further from every node at hand than so many lattice pitches is elsewhere."""


class Line(NamedTuple):
    """From (``x_m``, ``y_m``) in direction ``heading_rad`` (unit vector ``east``, ``north``) for
    ``length_m``; ``sequence`` is that of the waypoint at its end (-1: none, a correction)."""

    sequence: int
    x_m: float
    y_m: float
    heading_rad: float
    east: float
    north: float
    length_m: float
    max_speed_mps: float

    def along_m(self, pose: Pose) -> float:
        """How far along the line a pose is."""
        return (pose.x_m - self.x_m) * self.east + (pose.y_m - self.y_m) * self.north

    def across_m(self, pose: Pose) -> float:
        """How far to the left of the line a pose is."""
        return (pose.y_m - self.y_m) * self.east - (pose.x_m - self.x_m) * self.north

    @property
    def end(self) -> Pose:
        """Its last point, facing along it."""
        x_m = self.x_m + self.east * self.length_m
        return Pose(x_m, self.y_m + self.north * self.length_m, self.heading_rad)


def line_at(node: Pose, max_speed_mps: float, sequence: int = -1) -> Line:
    """A line of no length: turn to the node's heading and come to it along that."""
    heading = node.theta_rad
    return Line(
        sequence, node.x_m, node.y_m, heading, cos(heading), sin(heading), 0.0, max_speed_mps
    )


class Way:
    """What is left to drive. ``nodes``: points lines may start at, besides those driven to;
    ``off_m``: no line may start further beside the robot than this."""

    def __init__(self, nodes: Iterable[Pose], off_m: float):
        self._nodes = tuple(nodes)
        self._near_m = _NEIGHBOUR * pitch_m(self._nodes)
        self._off_m = off_m
        self.name = ""
        self.reached = -1
        self.lines: tuple[Line, ...] = ()
        """The first is the one being driven; empty: nothing to do."""
        self.node: Pose | None = None
        """The last stop reached, with the heading it was reached in."""
        self._last: Line | None = None
        """The line driven last or now."""
        self._waiting: tuple[str, tuple[Waypoint, ...]] | None = None
        self.stopping = False
        """It must stand before it does anything else."""
        self.off_way_m: float | None = None
        """Distance from the way, when the last route was refused for it."""

    # --- orders ----------------------------------------------------------------------------

    def go(
        self, name: str, waypoints: tuple[Waypoint, ...], pose: Pose, braking_m: float | None
    ) -> None:
        """Take a route. ``braking_m`` is the way the robot needs to stop (``None``: it stands);
        a robot that must stop first to follow it stops first."""
        points = self._left(name, waypoints)
        if not points:
            if name == self.name and not self.lines and not waypoints:
                return
            self._without_points(name, waypoints)
            return
        lines = self._continued(name, points)
        if lines is None:
            lines = self._lines(name, points, pose)
            if braking_m is not None and not _goes_on(lines, pose, braking_m):
                self._waiting, self.stopping = (name, points), True
                return
        self._take(name, lines)

    def stop(self) -> None:
        """Forget everything; the robot brakes."""
        self._waiting = self.off_way_m = None
        self.stopping = True

    def stood(self, pose: Pose) -> None:
        """The robot stands: what had to wait for that is done now."""
        if not self.stopping:
            return
        self.stopping, self.lines = False, ()
        if self._waiting is not None:
            name, points = self._waiting
            self._waiting = None
            points = self._left(name, points)
            if points:
                self._take(name, self._lines(name, points, pose))

    def correct(self, lines: tuple[Line, ...]) -> None:
        """Drive these lines, which reach nothing new."""
        self.lines = lines

    def forget(self) -> None:
        """The robot is not where it was: no line, no node."""
        self.stop()
        self.node = self._last = None

    # --- progress --------------------------------------------------------------------------

    def passed(self) -> None:
        """The robot is at the end of the first line, and there is another."""
        self._note(self.lines[0])
        self.lines = self.lines[1:]
        self._last = self.lines[0]

    def arrived(self) -> None:
        """The robot is at the end of the last line and may still come closer."""
        self._note(self.lines[0])

    def done(self) -> None:
        """The robot need not come closer to the end of the last line."""
        self.lines = ()

    def _note(self, line: Line) -> None:
        if line.sequence >= 0:
            self.reached = max(self.reached, line.sequence)
            self.node = line.end

    def stops_at_end(self, index: int) -> bool:
        """Must the robot stop at the end of line ``index``?"""
        if index + 1 >= len(self.lines):
            return True
        return not _straight(self.lines[index], self.lines[index + 1])

    # --- lines -----------------------------------------------------------------------------

    def _left(self, name: str, waypoints: tuple[Waypoint, ...]) -> tuple[Waypoint, ...]:
        if name != self.name:
            return waypoints
        return tuple(point for point in waypoints if point.sequence > self.reached)

    def _without_points(self, name: str, waypoints: tuple[Waypoint, ...]) -> None:
        """Nothing new to drive to: settle if the end is reached, else stop."""
        settling = len(self.lines) == 1 and self.lines[0].sequence <= self.reached
        if not (waypoints and settling and name == self.name) and self.lines:
            self.stop()

    def _take(self, name: str, lines: tuple[Line, ...]) -> None:
        self._waiting, self.stopping = None, False
        if name != self.name:
            self.name, self.reached = name, -1
        self.lines = lines
        if lines:
            self._last = lines[0]

    def _continued(self, name: str, points: tuple[Waypoint, ...]) -> tuple[Line, ...] | None:
        """The route goes on from the line being driven: that line stays as it is."""
        if name != self.name or not self.lines or self.stopping:
            return None
        line, first = self.lines[0], points[0]
        if line.sequence == first.sequence and _is_at(line.end, first):
            kept = line._replace(max_speed_mps=first.max_speed_mps)
            return (kept, *_chain(line.end, points[1:]))
        if 0 <= line.sequence <= self.reached:  # it has arrived and only settles
            following = _chain(line.end, points)
            return following if following[0].length_m > 0 else None
        return None

    def _lines(self, name: str, points: tuple[Waypoint, ...], pose: Pose) -> tuple[Line, ...]:
        """The route from where the robot is; empty if it is off the way."""
        self.off_way_m = None
        if name != self.name:
            points = points[_under_way(pose, points) :]
        start, off_m = self._start(points[0], pose)
        if start is None:
            self.off_way_m = off_m
            return ()
        return _chain(start, points)

    def _start(self, first: Waypoint, pose: Pose) -> tuple[Pose | None, float]:
        """Where the line to a point begins: the node the robot comes from, else where it is."""
        if hypot(first.x_m - pose.x_m, first.y_m - pose.y_m) < _HERE_M:
            heading = _nearest_heading(pose, self._last)
            return Pose(first.x_m, first.y_m, heading), 0.0
        known = [self.node] if self.node is not None else []
        if self._last is not None:
            known += [line_start(self._last), self._last.end]
        start, off_m = _best_start(known, first, pose, self._near_m)
        if off_m > self._off_m and self._nodes:
            start, off_m = _best_start([*known, *self._nodes], first, pose, self._near_m)
        if start is None and not self._nodes:
            return pose, 0.0
        return (start, off_m) if off_m <= self._off_m else (None, off_m)


def line_start(line: Line) -> Pose:
    """The first point of a line, facing along it."""
    return Pose(line.x_m, line.y_m, line.heading_rad)


def _is_at(end: Pose, point: Waypoint) -> bool:
    return abs(end.x_m - point.x_m) < _SAME_M and abs(end.y_m - point.y_m) < _SAME_M


def _chain(start: Pose, points: tuple[Waypoint, ...]) -> tuple[Line, ...]:
    """Lines from point to point; one of no length keeps the direction."""
    lines = []
    x_m, y_m, heading = start.x_m, start.y_m, start.theta_rad
    for point in points:
        length = hypot(point.x_m - x_m, point.y_m - y_m)
        if length > _SAME_M:
            heading = atan2(point.y_m - y_m, point.x_m - x_m)
        east, north = cos(heading), sin(heading)
        limit = point.max_speed_mps
        lines.append(Line(point.sequence, x_m, y_m, heading, east, north, length, limit))
        x_m, y_m = point.x_m, point.y_m
    return tuple(lines)


def _straight(line: Line, following: Line) -> bool:
    return abs(wrapped(following.heading_rad - line.heading_rad)) < _STRAIGHT_RAD


def _goes_on(lines: tuple[Line, ...], pose: Pose, braking_m: float) -> bool:
    """Can a moving robot take these lines without a stop?"""
    if not lines or abs(wrapped(lines[0].heading_rad - pose.theta_rad)) > _AHEAD_RAD:
        return False
    room_m = -lines[0].along_m(pose)
    for index, line in enumerate(lines):
        if index and not _straight(lines[index - 1], line):
            break
        room_m += line.length_m
    return room_m >= braking_m


def _best_start(
    candidates: Iterable[Pose], first: Waypoint, pose: Pose, most_m: float
) -> tuple[Pose | None, float]:
    """The candidate within ``most_m`` of ``first`` from which the line to it runs closest by the
    robot, and how close."""
    best: Pose | None = None
    least, shortest = inf, inf
    for start in candidates:
        dx, dy = first.x_m - start.x_m, first.y_m - start.y_m
        length = hypot(dx, dy)
        if not _HERE_M < length <= most_m:
            continue
        ux, uy = dx / length, dy / length
        rx, ry = pose.x_m - start.x_m, pose.y_m - start.y_m
        along = rx * ux + ry * uy
        beyond = max(0.0, -along, along - length)
        off = hypot(ry * ux - rx * uy, beyond)
        if off < least - _SAME_M or (off < least + _SAME_M and length < shortest):
            best, least, shortest = start, off, length
    return best, least


def _nearest_heading(pose: Pose, last: Line | None) -> float:
    """The heading of the last line if the robot still has it, else its own."""
    if last is not None and abs(wrapped(last.heading_rad - pose.theta_rad)) < _AHEAD_RAD:
        return last.heading_rad
    return pose.theta_rad


def _under_way(pose: Pose, points: tuple[Waypoint, ...]) -> int:
    """Index of the first point not passed yet, for a robot part of the way along a new route:
    whoever sent it knew an older pose."""
    for index in range(1, len(points)):
        start, end = points[index - 1], points[index]
        (line,) = _chain(Pose(start.x_m, start.y_m, 0.0), (end,))
        faces = abs(wrapped(line.heading_rad - pose.theta_rad)) < _AHEAD_RAD
        along, across = line.along_m(pose), line.across_m(pose)
        inside = _UNDER_WAY_M < along < line.length_m - _UNDER_WAY_M
        if faces and inside and abs(across) < _UNDER_WAY_M:
            return index
    return 0


def pitch_m(nodes: tuple[Pose, ...]) -> float:
    """From the first node to the one next to it; infinite if it is alone."""
    if len(nodes) < 2:
        return inf
    first = nodes[0]
    return min(hypot(node.x_m - first.x_m, node.y_m - first.y_m) for node in nodes[1:])


def floor_nodes(markers: Mapping[str, Pose]) -> tuple[Pose, ...]:
    """The nodes among the markers: those that lie on the floor."""
    return tuple(pose for name, pose in markers.items() if name.startswith("N:"))
