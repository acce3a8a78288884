"""Speeds that still let a base stop where it must: trapezoid profiles as laws of the way left.

A law of the distance needs no clock and no plan: whatever a slipping wheel or a late message has
done, the speed is right for where the base is now.
"""

from math import copysign, pi, sqrt


def approach(left: float, braking: float, gain_per_s: float) -> float:
    """Speed towards a stop that is ``left`` away (m or rad, either sign).

    Far from it the speed of even braking, v = sqrt(2 a d); close to it proportional to the way
    left. The two are joined without a kink, so braking never exceeds ``braking`` (m/s^2 or
    rad/s^2).
    """
    way = abs(left)
    joint = braking / (gain_per_s * gain_per_s)
    speed = gain_per_s * way if way <= joint else sqrt(2.0 * braking * (way - joint / 2.0))
    return copysign(speed, left)


def slowed(ahead_m: float, after_mps: float, braking_mps2: float) -> float:
    """Fastest speed (m/s) from which ``after_mps`` is still reached in ``ahead_m``."""
    return sqrt(after_mps * after_mps + 2.0 * braking_mps2 * max(0.0, ahead_m))


def stopping(free_m: float, braking_mps2: float, latency_s: float) -> float:
    """Fastest speed (m/s) that stops within ``free_m`` when the brakes act ``latency_s`` late:
    v^2 / 2a + v * latency = free."""
    if free_m <= 0.0:
        return 0.0
    lag = braking_mps2 * latency_s
    return sqrt(lag * lag + 2.0 * braking_mps2 * free_m) - lag


def ramped(before: float, wanted: float, up: float, down: float) -> float:
    """The speed next to ``before`` on the way to ``wanted``: it grows by at most ``up`` and falls
    by at most ``down`` in size, and changes its sign only through 0."""
    if before < 0.0:
        return -ramped(-before, -wanted, up, down)
    if wanted >= before:
        return min(wanted, before + up)
    if before == 0.0:
        return max(wanted, -up)
    return max(wanted, before - down, 0.0 if wanted < 0.0 else wanted)


def wrapped(angle_rad: float) -> float:
    """The same angle in [-pi, pi)."""
    return (angle_rad + pi) % (2.0 * pi) - pi
