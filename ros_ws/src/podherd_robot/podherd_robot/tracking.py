"""From where the base is and where it should be to the speed it is told.

The base follows straight lines, stops at corners and at the last one's end, and turns only while
it stands. Its speed is a function of the way left (:mod:`podherd_robot.profile`), the pose one
delay ahead of the last odometry. Across the way a cascade holds it: the heading aims back at the
line, the more the further the robot is off, and the turn rate follows the heading (a Stanley-like
law: Hoffmann et al., Autonomous Automobile Trajectory Tracking for Off-Road Driving, ACC 2007).
An omnidirectional base is driven the same way, for its scanner looks forward, but moves sideways
to correct itself.
"""

from collections import deque
from math import cos, inf, sin
from typing import NamedTuple

from planner.warehouse.robot import Pose
from planner.warehouse.site import RobotType
from podherd_robot.drive_params import DriveParams
from podherd_robot.profile import approach, ramped, slowed, wrapped
from podherd_robot.way import Line, Way
from podherd_ros.base import STANDSTILL, BaseKind, Velocity

_BRAKE = 0.85
"""Share of the acceleration that planned braking uses; the rest is for errors."""
_HARD = 1.5
"""Brakes may act so much harder than planned acceleration where something is in the way."""
_TURN_FIRST_RAD = 0.04
"""A standing robot that looks so far away from its line turns first."""
_ASTRAY_RAD = 0.5
"""A driving robot that looks so far away from its line stops."""
_AIM_MAX_RAD = 0.4
_SLOW_MPS = 0.1
"""Below this a base can hardly steer by driving."""
_STANDS_MPS = 0.02
_STANDS_RADPS = 0.05
_LAG_S = 0.5
"""A speed order is not raised further ahead of what the base does than it gains in this time."""


class Tracking(NamedTuple):
    """Errors of a cycle, by the robot's own estimate: ``along_m`` is the way left to the next stop,
    ``across_m`` how far left of its line it is, ``heading_rad`` how far left of it it looks."""

    at_ms: int = 0
    along_m: float = 0.0
    across_m: float = 0.0
    heading_rad: float = 0.0


class Allowance(NamedTuple):
    """What may be done now: top speed and turning."""

    speed_mps: float = inf
    turn: bool = True


class Tracker:
    """The controller of one base; remembers what it told it."""

    def __init__(self, kind: RobotType, params: DriveParams):
        self._kind = kind
        self._params = params
        self._told: deque[tuple[int, Velocity]] = deque([(0, STANDSTILL)])
        self._turning = False
        self.loaded = False
        self.tracking = Tracking()
        self.velocity = STANDSTILL
        """The last order."""
        self._measured_mps = 0.0

    @property
    def stands(self) -> bool:
        """It has been told to stand and does."""
        told = self.velocity == STANDSTILL
        return told and abs(self._measured_mps) < _STANDS_MPS

    @property
    def turning(self) -> bool:
        """It turns on the spot."""
        return self._turning

    @property
    def braking_m(self) -> float | None:
        """The way it needs to stop; ``None``: it stands."""
        if self.stands:
            return None
        speed = max(0.0, self.velocity.forward_mps)
        delay_s = self._params.delay_ms / 1000.0
        return speed * speed / (2.0 * self._kind.acceleration_mps2) + speed * delay_s

    def control(
        self, at_ms: int, dt_s: float, pose: Pose, measured_mps: float, way: Way, may: Allowance
    ) -> Velocity:
        """One cycle: progress along the way is noted in it, and the next order comes back."""
        self._measured_mps = measured_mps
        if self.stands:
            way.stood(pose)
        self._progress(way, pose)
        if way.lines:
            ahead = self._predicted(at_ms, dt_s, pose)
            velocity = self._follow(dt_s, pose, ahead, way, may)
            self._note(at_ms, pose, way)
        else:
            velocity = self._halt(dt_s)
            self._turning = False
        self.velocity = velocity
        self._told.append((at_ms, velocity))
        return velocity

    def stop_now(self, at_ms: int) -> Velocity:
        """Stand, at once: nothing that is felt can be trusted."""
        self.velocity = STANDSTILL
        self._told.append((at_ms, STANDSTILL))
        return STANDSTILL

    def restart_clock(self) -> None:
        """Time begins anew."""
        self._told = deque([(0, self.velocity)])

    # --- progress --------------------------------------------------------------------------

    def _progress(self, way: Way, pose: Pose) -> None:
        """Note the waypoints passed; never early."""
        while way.lines and not way.stopping:
            line = way.lines[0]
            left = line.length_m - line.along_m(pose)
            if not way.stops_at_end(0):
                if left > 0.0:
                    return
                way.passed()
                continue
            if abs(left) > self._params.arrive_m or abs(self.velocity.forward_mps) > _SLOW_MPS:
                return
            if len(way.lines) > 1 and not self._turning and self._faces(line, pose):
                way.passed()
                continue
            way.arrived()
            settled = abs(left) <= self._params.settle_m and self._settled_across(line, pose)
            if settled and self.velocity == STANDSTILL and self._faces(line, pose):
                way.done()
            return

    def _faces(self, line: Line, pose: Pose) -> bool:
        """A line of no length is there for its heading."""
        off = abs(wrapped(line.heading_rad - pose.theta_rad))
        return line.length_m > 0.0 or off <= self._params.arrive_rad

    def _settled_across(self, line: Line, pose: Pose) -> bool:
        if self._params.kind is BaseKind.DIFFERENTIAL:
            return True
        return abs(line.across_m(pose)) <= self._params.settle_m

    def _note(self, at_ms: int, pose: Pose, way: Way) -> None:
        if way.lines:
            line = way.lines[0]
            left, across = line.length_m - line.along_m(pose), line.across_m(pose)
            heading = wrapped(pose.theta_rad - line.heading_rad)
            self.tracking = Tracking(at_ms, left, across, heading)

    # --- control ---------------------------------------------------------------------------

    def _predicted(self, at_ms: int, dt_s: float, pose: Pose) -> Pose:
        """Where the base is when it begins to follow the next order."""
        told, delay_ms = self._told, self._params.delay_ms
        begin_ms = at_ms - delay_ms
        while len(told) > 1 and told[1][0] <= begin_ms:
            told.popleft()
        if delay_ms == 0:
            return pose
        x_m, y_m, theta = pose.x_m, pose.y_m, pose.theta_rad
        for index, (since_ms, speed) in enumerate(told):
            until_ms = told[index + 1][0] if index + 1 < len(told) else at_ms
            seconds = max(0, min(until_ms, at_ms) - max(since_ms, begin_ms)) / 1000.0
            if seconds > 0.0 and speed != STANDSTILL:
                c, s = cos(theta), sin(theta)
                x_m += (speed.forward_mps * c - speed.left_mps * s) * seconds
                y_m += (speed.forward_mps * s + speed.left_mps * c) * seconds
                theta += speed.turn_radps * seconds
        return Pose(x_m, y_m, theta)

    def _follow(self, dt_s: float, pose: Pose, ahead: Pose, way: Way, may: Allowance) -> Velocity:
        line = way.lines[0]
        off = wrapped(line.heading_rad - ahead.theta_rad)
        if self._must_turn(line, pose, off, way.stopping):
            return self._turn(dt_s, off, may.turn and not way.stopping)
        top = 0.0 if way.stopping or abs(off) > _ASTRAY_RAD else may.speed_mps
        forward = self._forward(dt_s, ahead, way, top)
        return self._steer(dt_s, ahead, line, off, forward, top)

    def _must_turn(self, line: Line, pose: Pose, off: float, stopping: bool) -> bool:
        """Turn on the spot? Begun only by a standing robot, ended when it faces its line."""
        if self._turning:
            fine = self._params.arrive_rad if line.length_m == 0.0 else _TURN_FIRST_RAD / 2.0
            facing = abs(off) < fine
            slow = abs(self.velocity.turn_radps) < 8.0 * fine
            self._turning = not (facing and slow) and not (stopping and self.stands)
        elif self.velocity == STANDSTILL and not stopping:
            least = self._params.arrive_rad if line.length_m == 0.0 else _TURN_FIRST_RAD
            left = abs(line.length_m - line.along_m(pose))
            self._turning = abs(off) > least and (line.length_m == 0.0 or left > 0.03)
        return self._turning

    def _turn(self, dt_s: float, off: float, may: bool) -> Velocity:
        most, grow = self._kind.turn_rate_radps, self._params.turn_acceleration_radps2 * dt_s
        if not may:
            return Velocity(0.0, 0.0, ramped(self.velocity.turn_radps, 0.0, grow, _HARD * grow))
        off -= self.velocity.turn_radps * dt_s / 2.0
        rate = approach(off, _BRAKE * self._params.turn_acceleration_radps2, self._gain(dt_s))
        rate = max(-most, min(most, rate))
        return Velocity(0.0, 0.0, ramped(self.velocity.turn_radps, rate, grow, _HARD * grow))

    def _forward(self, dt_s: float, ahead: Pose, way: Way, top_mps: float) -> float:
        """Speed along the line: the way's limits, the stop ahead, and ``top_mps``."""
        before = self.velocity.forward_mps
        acceleration = self._kind.acceleration_mps2
        grow = acceleration * dt_s
        wanted = self._way_speed(dt_s, ahead, way)
        lead = abs(self._measured_mps) + acceleration * (_LAG_S + dt_s)
        wanted = max(-lead, min(wanted, lead, top_mps))
        if wanted < 0.0 and top_mps <= 0.0:
            wanted = 0.0
        return ramped(before, wanted, grow, _HARD * grow)

    def _way_speed(self, dt_s: float, ahead: Pose, way: Way) -> float:
        most = self._kind.loaded_speed_mps if self.loaded else self._kind.speed_mps
        braking = _BRAKE * self._kind.acceleration_mps2
        lines = way.lines
        left = lines[0].length_m - lines[0].along_m(ahead)
        left -= self.velocity.forward_mps * dt_s / 2.0
        wanted = min(most, lines[0].max_speed_mps)
        index = 0
        while not way.stops_at_end(index):
            index += 1
            after = min(most, lines[index].max_speed_mps)
            wanted = min(wanted, max(after, slowed(left, after, braking)))
            left += lines[index].length_m
        stop = approach(left, braking, self._gain(dt_s))
        if index == 0 and abs(left) < self._params.settle_m / 2.0:
            stop = 0.0
        return max(-self._params.creep_mps, min(wanted, stop))

    def _gain(self, dt_s: float) -> float:
        """Gain of the last stretch, lower where control is too slow for it."""
        delay_s = self._params.delay_ms / 1000.0
        return min(self._params.approach_gain_per_s, 0.6 / dt_s, 0.8 / (dt_s + delay_s))

    def _steer(
        self, dt_s: float, ahead: Pose, line: Line, off: float, forward: float, top_mps: float
    ) -> Velocity:
        params, across = self._params, line.across_m(ahead)
        grow = params.turn_acceleration_radps2 * dt_s
        if params.kind is BaseKind.OMNIDIRECTIONAL:
            return self._slide(dt_s, across, off, forward, top_mps)
        if abs(forward) < 1e-9:
            turn = 0.0
        else:
            pace = abs(forward) + _SLOW_MPS
            aim = params.cross_gain_per_s * across * forward / (pace * pace)
            aim = max(-_AIM_MAX_RAD, min(_AIM_MAX_RAD, aim))
            turn = self._gain_of_heading(dt_s) * (off - aim)
        most = self._kind.turn_rate_radps
        turn = ramped(self.velocity.turn_radps, max(-most, min(most, turn)), grow, grow)
        return Velocity(forward, 0.0, turn)

    def _slide(
        self, dt_s: float, across: float, off: float, forward: float, top_mps: float
    ) -> Velocity:
        """An omnidirectional base: along and across the line at once."""
        params, grow = self._params, self._kind.acceleration_mps2 * dt_s
        side = -approach(across, self._kind.acceleration_mps2, self._gain(dt_s))
        side = max(-params.creep_mps * 2, min(params.creep_mps * 2, side))
        if top_mps <= 0.0 or abs(across) < params.settle_m / 2.0:
            side = 0.0
        c, s = cos(off), sin(off)  # the line's direction, seen from the base
        turn = self._gain_of_heading(dt_s) * off
        most = self._kind.turn_rate_radps
        spin = params.turn_acceleration_radps2 * dt_s
        turn = ramped(self.velocity.turn_radps, max(-most, min(most, turn)), spin, spin)
        if forward == 0.0 and (top_mps <= 0.0 or abs(off) < params.arrive_rad / 2.0):
            turn = 0.0
        left = ramped(self.velocity.left_mps, forward * s + side * c, grow, _HARD * grow)
        return Velocity(forward * c - side * s, left, turn)

    def _gain_of_heading(self, dt_s: float) -> float:
        return min(self._params.heading_gain_per_s, 0.4 / dt_s)

    def _halt(self, dt_s: float) -> Velocity:
        """Nothing to follow: brake along the heading it has."""
        before = self.velocity
        grow = self._kind.acceleration_mps2 * dt_s * _HARD
        spin = self._params.turn_acceleration_radps2 * dt_s * _HARD
        return Velocity(
            ramped(before.forward_mps, 0.0, grow, grow),
            ramped(before.left_mps, 0.0, grow, grow),
            ramped(before.turn_radps, 0.0, spin, spin),
        )
