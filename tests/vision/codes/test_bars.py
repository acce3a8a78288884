"""Bars are found at any angle, and set upright; what is no bars is not."""

import math

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from vision.codes.bars import COARSE_PX, BarRegion, bar_regions, upright


def striped(
    middle: tuple[float, float], across_rad: float, size: tuple[int, int], seed: int = 1
) -> np.ndarray:
    """Random bars on grey, 480 x 360, by asking each pixel where on the bars it lies."""
    dice = np.random.default_rng(seed)
    wide, high = size
    bars = np.repeat(dice.integers(0, 2, wide // 2) * 200 + 20, 2)
    y, x = np.mgrid[:360, :480].astype(float)
    cosine, sine = math.cos(across_rad), math.sin(across_rad)
    u = (x - middle[0]) * cosine + (y - middle[1]) * sine + wide / 2
    v = (y - middle[1]) * cosine - (x - middle[0]) * sine
    inside = (u >= 0) & (u < len(bars)) & (np.abs(v) < high / 2)
    picture = np.where(inside, bars[np.clip(u, 0, len(bars) - 1).astype(int)], 150.0)
    picture += dice.normal(0, 4, picture.shape)
    return np.clip(picture, 0, 255).astype(np.uint8)


@given(
    across_rad=st.floats(0, math.pi),
    x=st.floats(180, 300),
    y=st.floats(150, 210),
    seed=st.integers(0, 50),
)
@settings(max_examples=40)
def test_bars_are_found_where_and_how_they_lie(
    across_rad: float, x: float, y: float, seed: int
) -> None:
    region = bar_regions(striped((x, y), across_rad, (180, 70), seed))[0]
    assert abs(math.remainder(region.across_rad - across_rad, math.pi)) < math.radians(6)
    assert math.dist((region.x_px, region.y_px), (x, y)) < 12
    assert 160 < region.width_px < 220
    assert 55 < region.height_px < 110
    assert region.holds(x, y)
    assert not region.holds(x + 250 * math.cos(across_rad), y + 250 * math.sin(across_rad))


@pytest.mark.parametrize("factor", [0.5, 3.0])
def test_the_size_of_the_picture_does_not_matter(factor: float) -> None:
    picture = striped((240, 180), 0.5, (200, 90))
    region = bar_regions(picture)[0]
    other = bar_regions(cv2.resize(picture, None, fx=factor, fy=factor))[0]
    assert other.across_rad == pytest.approx(region.across_rad, abs=0.03)
    assert other.width_px == pytest.approx(factor * region.width_px, rel=0.15)
    assert other.x_px == pytest.approx(factor * region.x_px, rel=0.03)


def test_bars_that_touch_are_two_regions() -> None:
    both = np.where(np.arange(480) < 240, striped((150, 180), 0.0, (180, 90)), 0)
    both += np.where(np.arange(480) >= 240, striped((320, 180), 0.9, (180, 90)), 0)
    angles = [region.across_rad for region in bar_regions(both.astype(np.uint8))]
    assert min(abs(angle) for angle in angles) < 0.1
    assert min(abs(angle - 0.9) for angle in angles) < 0.1


@given(seed=st.integers(0, 1000), sigma=st.floats(0, 4))
@settings(max_examples=20)
def test_noise_is_no_bars(seed: int, sigma: float) -> None:
    noise = np.random.default_rng(seed).integers(0, 256, (360, 480), dtype=np.uint8)
    soft = cv2.GaussianBlur(noise, (0, 0), sigma) if sigma > 0.3 else noise
    assert all(region.width_px < 120 for region in bar_regions(soft))


def test_a_picture_without_edges_has_no_bars() -> None:
    assert bar_regions(np.full((100, 100), 90, np.uint8)) == ()
    assert bar_regions(np.zeros((1, 1), np.uint8)) == ()


@given(
    x=st.floats(0, 400),
    y=st.floats(0, 300),
    across_rad=st.floats(-math.pi, math.pi),
    scale=st.sampled_from([1.0, 2.0, 3.0]),
)
@settings(max_examples=30)
def test_what_is_set_upright_comes_from_where_it_says(
    x: float, y: float, across_rad: float, scale: float
) -> None:
    """On a picture whose grey is a slope, a cut must be the slope at the places it names."""
    slope = np.add.outer(0.2 * np.arange(300), 0.3 * np.arange(400)).astype(np.uint8)
    cut = upright(slope, BarRegion(x, y, across_rad, 100.0, 40.0), scale)
    rows, columns = np.mgrid[: cut.image.shape[0], : cut.image.shape[1]]
    at = np.stack((columns, rows, np.ones_like(rows)), axis=-1) @ cut.to_picture.T
    inside = (at[..., 0] > 2) & (at[..., 0] < 397) & (at[..., 1] > 2) & (at[..., 1] < 297)
    expected = 0.2 * at[..., 1] + 0.3 * at[..., 0]
    assert np.abs(cut.image - expected)[inside].max(initial=0) < 2.5
    middle = cut.to_picture @ ((cut.image.shape[1] - 1) / 2, (cut.image.shape[0] - 1) / 2, 1)
    assert middle == pytest.approx((x, y), abs=1e-6)


def test_a_closer_look_finds_finer_bars() -> None:
    """Bars of two pixels in a picture of 3000: below a pixel at the first look."""
    large = np.full((2250, 3000), 150, np.uint8)
    large[800:1160, 1200:1680] = striped((240, 180), 0.4, (300, 120))
    assert bar_regions(large, COARSE_PX) == () or bar_regions(large, COARSE_PX)[0].width_px > 0
    assert any(region.holds(1440, 980) for region in bar_regions(large, 3000))
