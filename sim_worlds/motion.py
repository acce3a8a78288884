"""How robots move: one fixed step of all robots at once, on plain arrays.

A robot drives straight to its next waypoint, turns only while it stands, and stops only where it
must: at corners and at its last waypoint. Its speed ramps up and down with one acceleration
(trapezoid profile). At every moment it can still stop at its last waypoint and slow down in time
for slower stretches, so it never overshoots. Pure functions of their arrays; no randomness here.
"""

from typing import Final

import numba as nb
import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int32]

# Columns of ``state`` (n, STATE_COLUMNS), float.
X: Final = 0
"""m"""
Y: Final = 1
"""m"""
THETA: Final = 2
"""rad, counter-clockwise from +x, in (-pi, pi]"""
SPEED: Final = 3
"""m/s"""
LEFT: Final = 4
"""m, to the next waypoint"""
ENERGY: Final = 5
"""Wh left in the battery"""
ODOMETER: Final = 6
"""m"""
HOLD: Final = 7
"""s for which the robot brakes or stands, whatever its waypoints"""
STATE_COLUMNS: Final = 8

# Columns of ``limits`` (n, LIMIT_COLUMNS), float: what the robot can do now.
TOP_SPEED: Final = 0
"""m/s, with the load it has"""
ACCELERATION: Final = 1
"""m/s^2, braking the same"""
TURN_RATE: Final = 2
"""rad/s"""
CAPACITY: Final = 3
"""Wh"""
DRIVE_POWER: Final = 4
"""W, driving, turning or lifting"""
IDLE_POWER: Final = 5
"""W"""
CHARGE_POWER: Final = 6
"""W"""
LIMIT_COLUMNS: Final = 7

# Columns of ``flags`` (n, FLAG_COLUMNS), integer.
NEXT: Final = 0
"""index of the next waypoint"""
COUNT: Final = 1
"""waypoints in the list"""
STOPPING: Final = 2
"""1: brakes and stands until told otherwise"""
WORKING: Final = 3
"""1: lifts or lowers"""
CHARGING: Final = 4
"""1: the contacts are closed"""
MOVING: Final = 5
"""1: drove or turned in the last step"""
FLAG_COLUMNS: Final = 6

# Columns of ``route`` (n, waypoints, ROUTE_COLUMNS), float.
AT_X: Final = 0
"""m"""
AT_Y: Final = 1
"""m"""
DIRECTION: Final = 2
"""rad, of the straight line that leads to the waypoint"""
LENGTH: Final = 3
"""m, of that line from the waypoint before"""
MAX_SPEED: Final = 4
"""m/s on that line"""
PACE: Final = 5
"""factor on every speed on that line, 1 or less"""
ROUTE_COLUMNS: Final = 6

_EPSILON: Final = 1e-12
_SAME_DIRECTION_RAD: Final = 1e-6
_NONE: Final = -1.0


@nb.njit(cache=True)
def advance(state, limits, flags, route, step_s):  # type: ignore[no-untyped-def]
    """Move every robot by one step; returns how many waypoints were reached by all together."""
    reached = 0
    for robot in range(state.shape[0]):
        before = flags[robot, NEXT]
        _move(state[robot], limits[robot], flags[robot], route[robot], step_s)
        reached += flags[robot, NEXT] - before
        _use_energy(state[robot], limits[robot], flags[robot], step_s)
    return reached


@nb.njit(cache=True)
def _move(own, limits, flags, route, step_s):  # type: ignore[no-untyped-def]
    """One robot: turn, drive, arrive and turn again, as far as the step's time goes."""
    held = flags[STOPPING] == 1 or flags[WORKING] == 1 or own[HOLD] > 0 or own[ENERGY] <= 0
    own[HOLD] = max(0.0, own[HOLD] - step_s)
    flags[MOVING] = 0
    left_s = step_s
    while left_s > _EPSILON and flags[NEXT] < flags[COUNT]:
        if own[SPEED] == 0:
            if held:
                return
            turn_s = _turn(own, limits, route[flags[NEXT]], left_s)
            if turn_s > 0:
                flags[MOVING] = 1
                left_s -= turn_s
                continue
        flags[MOVING] = 1
        left_s -= _drive(own, limits, flags, route, left_s, held)


@nb.njit(cache=True)
def _turn(own, limits, line, left_s):  # type: ignore[no-untyped-def]
    """Turn on the spot towards a line's direction; returns the seconds used (0: it faces it)."""
    to_go = (line[DIRECTION] - own[THETA] + np.pi) % (2 * np.pi) - np.pi
    rate = limits[TURN_RATE] * line[PACE]
    if abs(to_go) < _EPSILON:
        own[THETA] = line[DIRECTION]
        return 0.0
    if abs(to_go) <= rate * left_s:
        own[THETA] = line[DIRECTION]
        return abs(to_go) / rate
    turned = own[THETA] + np.sign(to_go) * rate * left_s
    own[THETA] = (turned + np.pi) % (2 * np.pi) - np.pi
    return left_s


@nb.njit(cache=True)
def _drive(own, limits, flags, route, left_s, held):  # type: ignore[no-untyped-def]
    """Drive straight on for up to ``left_s``; returns the seconds used (fewer when it arrives)."""
    speed, acceleration = own[SPEED], limits[ACCELERATION]
    slowest = max(0.0, speed - acceleration * left_s)
    wanted, stop_m = _fastest(own, limits, flags, route, left_s)
    if held:
        wanted = 0.0
    if wanted <= _EPSILON and stop_m <= _stop_within(speed, left_s):
        own[SPEED] = 0.0
        used_s = 2 * stop_m / speed if speed > 0 else 0.0
        _go(own, flags, route, stop_m)
        return used_s
    own[SPEED] = max(slowest, wanted)
    if own[SPEED] == 0:  # it is held, and stands before the step is over
        metres = speed * speed / (2 * acceleration)
    else:
        metres = (speed + own[SPEED]) / 2 * left_s
    if metres >= stop_m - _EPSILON:
        metres, own[SPEED] = stop_m, 0.0
    _go(own, flags, route, metres)
    return left_s


@nb.njit(cache=True)
def _stop_within(speed, left_s):  # type: ignore[no-untyped-def]
    """Metres driven when the speed falls evenly to 0 over ``left_s``."""
    return speed * left_s / 2 + _EPSILON


@nb.njit(cache=True)
def _fastest(own, limits, flags, route, left_s):  # type: ignore[no-untyped-def]
    """The highest speed (m/s) allowed at the end of the step, and metres to the next stop.

    Ahead lie stretches with lower limits, and a stop at the first corner or at the last waypoint.
    """
    acceleration, top = limits[ACCELERATION], limits[TOP_SPEED]
    line = flags[NEXT]
    wanted = min(own[SPEED] + acceleration * left_s, _limit(route[line], top))
    ahead_m = own[LEFT]
    while True:
        last = line + 1 == flags[COUNT]
        if last or _is_corner(route[line], route[line + 1]):
            reach = _braked(own[SPEED], acceleration, left_s, ahead_m, 0.0)
            return min(wanted, max(0.0, reach)), ahead_m
        after = _limit(route[line + 1], top)
        reach = _braked(own[SPEED], acceleration, left_s, ahead_m, after)
        wanted = min(wanted, max(after, reach))
        line += 1
        ahead_m += route[line, LENGTH]


@nb.njit(cache=True)
def _limit(line, top):  # type: ignore[no-untyped-def]
    return min(line[MAX_SPEED], top) * line[PACE]


@nb.njit(cache=True)
def _is_corner(line, following):  # type: ignore[no-untyped-def]
    turn = (following[DIRECTION] - line[DIRECTION] + np.pi) % (2 * np.pi) - np.pi
    return abs(turn) > _SAME_DIRECTION_RAD


@nb.njit(cache=True)
def _braked(speed, acceleration, left_s, ahead_m, after):  # type: ignore[no-untyped-def]
    """Highest speed u at the end of the step from which speed ``after`` is still reached in time.

    u^2 <= after^2 + 2 a (ahead - (speed + u) / 2 * left), solved for u; negative if there is none.
    """
    half = acceleration * left_s / 2
    under = half * half + 2 * acceleration * ahead_m + after * after - 2 * half * speed
    return np.sqrt(under) - half if under >= 0 else _NONE


@nb.njit(cache=True)
def _go(own, flags, route, metres):  # type: ignore[no-untyped-def]
    """Move along the lines of the route, passing waypoints on the way."""
    own[ODOMETER] += metres
    while flags[NEXT] < flags[COUNT]:
        line = route[flags[NEXT]]
        if metres < own[LEFT] - _EPSILON:
            own[LEFT] -= metres
            own[X] = line[AT_X] - np.cos(line[DIRECTION]) * own[LEFT]
            own[Y] = line[AT_Y] - np.sin(line[DIRECTION]) * own[LEFT]
            return
        metres = max(0.0, metres - own[LEFT])
        own[X], own[Y], own[LEFT] = line[AT_X], line[AT_Y], 0.0
        flags[NEXT] += 1
        if flags[NEXT] == flags[COUNT]:
            return
        own[LEFT] = route[flags[NEXT], LENGTH]
        if metres <= _EPSILON:
            return


@nb.njit(cache=True)
def _use_energy(own, limits, flags, step_s):  # type: ignore[no-untyped-def]
    if flags[MOVING] == 1:
        flags[CHARGING] = 0
    if flags[CHARGING] == 1:
        power = limits[CHARGE_POWER]
    elif flags[MOVING] == 1 or flags[WORKING] == 1:
        power = -limits[DRIVE_POWER]
    else:
        power = -limits[IDLE_POWER]
    energy = own[ENERGY] + power * step_s / 3600
    own[ENERGY] = min(limits[CAPACITY], max(0.0, energy))
