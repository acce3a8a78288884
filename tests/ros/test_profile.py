"""Laws of speed: they stop where they must, without a jerk they were not allowed."""

from hypothesis import given
from hypothesis import strategies as st

from podherd_robot.profile import approach, ramped, slowed, stopping, wrapped

speeds = st.floats(-3, 3)
some = st.floats(0.05, 3)


@given(st.floats(0, 20), st.floats(0.2, 2), st.floats(1, 5), st.sampled_from([0.01, 0.02, 0.05]))
def test_a_base_that_follows_the_approach_brakes_evenly_and_never_passes(
    left: float, braking: float, gain: float, dt_s: float
) -> None:
    speed = approach(left, braking, gain)
    for _ in range(4_000):
        left -= speed * dt_s
        after = approach(left, braking, gain)
        assert after >= -1e-12
        assert speed - after <= braking * dt_s * 1.3 + 1e-9
        speed = after
    assert left < 1e-3


@given(st.floats(-5, 5), some, some)
def test_the_approach_is_the_same_on_both_sides(left: float, braking: float, gain: float) -> None:
    assert approach(-left, braking, gain) == -approach(left, braking, gain)


@given(st.floats(0, 20), st.floats(0, 2), some)
def test_slowing_down_takes_the_way_there_is(ahead: float, after: float, braking: float) -> None:
    speed = slowed(ahead, after, braking)
    assert abs((speed**2 - after**2) / (2 * braking) - ahead) < 1e-6


@given(st.floats(-1, 20), some, st.floats(0, 1))
def test_stopping_fits_the_free_way(free: float, braking: float, latency: float) -> None:
    speed = stopping(free, braking, latency)
    needed = speed**2 / (2 * braking) + speed * latency
    assert abs(needed - max(0.0, free)) < 1e-6


@given(speeds, speeds, some, some)
def test_a_ramp_keeps_its_limits_and_ends(
    before: float, wanted: float, up: float, down: float
) -> None:
    speed, tries = before, 0
    while speed != wanted:
        following = ramped(speed, wanted, up, down)
        grows = abs(following) > abs(speed)
        assert abs(following - speed) <= (up if grows else down) + 1e-12
        assert following * speed >= 0
        speed, tries = following, tries + 1
        assert tries < 300


@given(st.floats(-100, 100))
def test_wrapped_angles_are_the_same_direction(angle: float) -> None:
    assert -3.1416 < wrapped(angle) < 3.1416
    assert abs(wrapped(angle - wrapped(angle))) < 1e-9
