"""How well the reads of a tag fit with the tag being at a point: power, share of looks, phase.

Model of a passive UHF tag in free space: power falls with the fourth power of the distance and
twice with the antenna's pattern; the phase turns with the way there and back; a look is a read
where the power is above the tag's sensitivity. What the model leaves out (waves over floor and
shelves) is noise to it, much the same from look to look; so looks may count for less than
independent ones would.

All are log-likelihoods of the same data, constants included, so that points can be held against the
states that are no point (:func:`moving_along`, :func:`anywhere`).
"""

from dataclasses import dataclass
from math import log

import numpy as np
from numpy.typing import NDArray

from vision.rfid.scans import Scans

Array = NDArray[np.float64]
Waves = NDArray[np.complex128]
_TWO_PI = 2 * np.pi


@dataclass(frozen=True, slots=True)
class Template:
    """What is expected of a tag.

    ``power_at_1m_dbm`` on the axis, with the spread over tags and shadows; ``fading_db`` of single
    reads about it. ``pattern``: the amplitude falls with this power of the cosine off the axis;
    ``back_lobe``: amplitude behind the antenna. ``read_share`` of looks in good view, falling
    around ``sensitivity_dbm`` within ``soft_db``; ``stray_share`` of looks anywhere.
    ``concentration`` of phases (von Mises) about the model. ``floor_reflection``: amplitude of the
    way over the floor; 0 leaves it out, which is safe where it was not measured.
    ``power_weight``, ``share_weight`` and ``phase_weight``: how much a look counts, next to an
    independent one. ``block_m``: looks within are counted together.
    """

    wavelength_m: float = 0.3462
    power_at_1m_dbm: float = -45.0
    power_sd_db: float = 3.5
    fading_db: float = 5.0
    pattern: float = 1.5
    back_lobe: float = 0.1
    read_share: float = 0.25
    sensitivity_dbm: float = -62.0
    soft_db: float = 2.5
    stray_share: float = 0.001
    concentration: float = 2.2
    floor_reflection: float = 0.0
    power_weight: float = 1.0
    share_weight: float = 0.35
    phase_weight: float = 1.0
    block_m: float = 0.375

    def __post_init__(self) -> None:
        spreads = (self.wavelength_m, self.power_sd_db, self.fading_db, self.soft_db, self.block_m)
        shares = (self.read_share, self.stray_share, self.back_lobe)
        if min(spreads) <= 0 or min(shares) <= 0 or max(shares) > 1 or self.concentration < 0:
            raise ValueError(f"spreads are above 0 and shares from 0 to 1 (found {self})")


@dataclass(frozen=True, slots=True, eq=False)
class Blocks:
    """Looks of one antenna close together: their mean place and axis, how many, how many reads."""

    position_m: Array
    facing: Array
    looks: Array
    reads: Array


def blocks_of(scans: Scans, length_m: float) -> Blocks:
    """Looks put together where an antenna moved by less than ``length_m``."""
    cells = np.column_stack((scans.antenna, np.floor(scans.position_m / length_m)))
    _, which = np.unique(cells, axis=0, return_inverse=True)
    which = which.reshape(-1)
    looks = np.bincount(which).astype(float)

    def mean(values: Array) -> Array:
        sums = [np.bincount(which, values[:, axis]) for axis in range(3)]
        return np.asarray(np.column_stack(sums) / looks[:, None])

    facing = mean(scans.facing)
    facing /= np.maximum(np.linalg.norm(facing, axis=1, keepdims=True), 1e-9)
    return Blocks(
        mean(scans.position_m), facing, looks, np.bincount(which, scans.read).astype(float)
    )


def one_way(points_m: Array, position_m: Array, facing: Array, template: Template) -> Waves:
    """(p, n): the wave at points (p, 3) from antennas (n, 3), relative to 1 m on the axis:
    straight, and over the floor as if from below it."""
    wave = _wave(*_path(points_m, position_m, facing, template), template)
    if template.floor_reflection:
        mirrored = points_m * np.array((1.0, 1.0, -1.0))
        over = _path(mirrored, position_m, facing, template)
        wave += template.floor_reflection * _wave(*over, template)
    return wave


def expected_db(points_m: Array, position_m: Array, facing: Array, template: Template) -> Array:
    """(p, n): power there and back at points (p, 3), relative to 1 m on the axis."""
    if template.floor_reflection:
        amplitude = np.abs(one_way(points_m, position_m, facing, template))
    else:
        amplitude, _ = _path(points_m, position_m, facing, template)
    return np.asarray(40 * np.log10(np.maximum(amplitude, 1e-6)))


def _path(
    points_m: Array, position_m: Array, facing: Array, template: Template
) -> tuple[Array, Array]:
    """(p, n): amplitude and length of the straight way."""
    squares = np.full((len(points_m), len(position_m)), 1e-4)
    along = np.zeros_like(squares)
    for axis in range(3):
        away = points_m[:, None, axis] - position_m[None, :, axis]
        squares += away * away
        along += away * facing[None, :, axis]
    distance = np.sqrt(squares)
    cosine = along / distance
    front = np.maximum(cosine, 0.02) ** template.pattern
    return np.where(cosine > 0, front, template.back_lobe) / distance, distance


def _wave(amplitude: Array, distance: Array, template: Template) -> Waves:
    return np.asarray(amplitude * np.exp(-1j * _TWO_PI / template.wavelength_m * distance))


def power_and_share(points_m: Array, scans: Scans, blocks: Blocks, template: Template) -> Array:
    """(p,): log-likelihood of the powers of the reads and of the shares of looks with a read.

    How strong the tag answers is not known; it is integrated out for the powers (Gaussian about
    Gaussian), and at its best value for the shares.
    """
    read = scans.read
    expected = expected_db(points_m, scans.position_m[read], scans.facing[read], template)
    misfit = scans.rssi_dbm[read] - expected - template.power_at_1m_dbm
    power, level = _level_integrated(misfit, template)
    strength = expected_db(points_m, blocks.position_m, blocks.facing, template)
    strength += template.power_at_1m_dbm + level[:, None]
    share = template.read_share / (
        1 + np.exp(-(strength - template.sensitivity_dbm) / template.soft_db)
    )
    return power + template.share_weight * _binomial(share + template.stray_share, blocks)


def phase_fit(points_m: Array, scans: Scans, template: Template) -> Array:
    """(p,): log-likelihood of the phases, the offset of each antenna and tag integrated out."""
    total = np.zeros(len(points_m))
    for which in _with_phase(scans):
        wave = one_way(points_m, scans.position_m[which], scans.facing[which], template)
        wave /= np.maximum(np.abs(wave), 1e-12)
        # The wave went there and came back, hence the square; phases grow where it falls behind.
        sums = np.abs((np.exp(1j * scans.phase_rad[which]) * wave**2).sum(axis=1))
        total += _von_mises(sums, len(which), template)
    return total


def moving_along(scans: Scans, blocks: Blocks, template: Template) -> float:
    """Log-likelihood of a tag that moves with the antennas: one power and phase all the way."""
    total = 0.0
    for antenna in np.unique(scans.antenna[scans.read]):
        rssi = scans.rssi_dbm[scans.read & (scans.antenna == antenna)]
        steady = Template(power_sd_db=10.0, fading_db=2.0, power_weight=template.power_weight)
        total += float(_level_integrated((rssi - template.power_at_1m_dbm)[None, :], steady)[0][0])
    shares = np.clip(blocks.reads.sum() / blocks.looks.sum(), 1e-4, 1 - 1e-4)
    total += template.share_weight * float(_binomial(np.full((1, 1), shares), blocks)[0])
    for which in _with_phase(scans):
        sums = np.abs(np.exp(1j * scans.phase_rad[which]).sum())
        total += float(_von_mises(np.atleast_1d(sums), len(which), template)[0])
    return total


def anywhere(scans: Scans, blocks: Blocks, template: Template) -> float:
    """Log-likelihood if nothing is known: any power, any phase, any share of looks."""
    rssi = scans.rssi_dbm[scans.read]
    loose = Template(power_sd_db=10.0, fading_db=8.0, power_weight=template.power_weight)
    total = float(_level_integrated((rssi - template.power_at_1m_dbm)[None, :], loose)[0][0])
    share = (blocks.reads + 0.5) / (blocks.looks + 1.0)
    # The best share of each block is better than any that could have been told beforehand.
    best = float(_binomial(share[None, :], blocks)[0]) - 0.5 * len(share)
    phases = sum(len(which) for which in _with_phase(scans))
    turns = template.phase_weight * phases * log(_TWO_PI)
    return total + template.share_weight * best - turns


def _level_integrated(misfit: Array, template: Template) -> tuple[Array, Array]:
    """Misfits (p, n) about an unknown level: log-likelihood (p,), and the best level (p,)."""
    weight = template.power_weight
    count, spread, doubt = misfit.shape[1], template.fading_db**2, template.power_sd_db**2
    sums, squares = misfit.sum(axis=1), np.einsum("pn,pn->p", misfit, misfit)
    level = weight * sums / (weight * count + spread / doubt)
    inner = weight * squares / spread - level * weight * sums / spread
    constant = weight * count * np.log(_TWO_PI * spread) + np.log1p(weight * count * doubt / spread)
    return np.asarray(-0.5 * (inner + constant)), np.asarray(level)


def _binomial(share: Array, blocks: Blocks) -> Array:
    """(p,) of shares (p, n) of looks that were reads."""
    share = np.clip(share, 1e-9, 1 - 1e-9)
    misses = blocks.looks - blocks.reads
    return np.asarray((blocks.reads * np.log(share) + misses * np.log1p(-share)).sum(axis=1))


def _with_phase(scans: Scans) -> list[NDArray[np.int_]]:
    """Looks with a phase, of each antenna."""
    known = np.flatnonzero(np.isfinite(scans.phase_rad) & scans.read)
    return [known[scans.antenna[known] == one] for one in np.unique(scans.antenna[known])]


def _von_mises(sums: Array, count: int, template: Template) -> Array:
    """Of ``count`` unit phasors whose sum has this length, whatever their common direction."""
    kappa = template.concentration
    inner = _log_i0(kappa * sums) - count * _log_i0(np.atleast_1d(kappa))[0]
    return np.asarray(template.phase_weight * (inner - count * np.log(_TWO_PI)))


def _log_i0(x: Array) -> Array:
    """Logarithm of the modified Bessel function of order 0, for large arguments too."""
    large = np.maximum(x, 50.0)
    far = large - 0.5 * np.log(_TWO_PI * large) + 1 / (8 * large)
    return np.where(x > 50.0, far, np.log(np.i0(np.minimum(x, 50.0))))
