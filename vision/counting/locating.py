"""In which slot of a face the tags of a pass are, all of them at once.

The same model as :mod:`vision.rfid.location`, tag by tag the same Bayes over boxes; but what all
tags of a pass share (where the antennas were, what a tag at a point would answer) is reckoned once,
and what is left for each tag are products of matrices. So a face with a few hundred tags takes a
fraction of a second.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidTag
from vision.rfid.likelihoods import Template, expected_db, one_way
from vision.rfid.location import MOST_POINTS, Place, State

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Numbers = NDArray[np.intp]
_TWO_PI = 2 * np.pi
_LEVEL_STEP_DB = 3.0
_LEVELS = 4
_LEAST_WAY_M = 0.2
_LOG_I0_MAX = 700.0
_LOG_I0_X = np.linspace(0.0, _LOG_I0_MAX, 28_001)
_LOG_I0 = np.concatenate(
    [
        np.log(np.i0(_LOG_I0_X[_LOG_I0_X <= 50])),
        (x := _LOG_I0_X[_LOG_I0_X > 50]) - 0.5 * np.log(_TWO_PI * x) + np.log1p(1 / (8 * x)),
    ]
)


@dataclass(frozen=True, slots=True, eq=False)
class Looks:
    """What the antennas did, in the frame of the boxes (metres, z up).

    ``position_m`` and ``facing``, (n, 3): where antenna ``antenna`` (n,) was at each moment that
    something was read. ``block_m`` and ``block_facing``, (k, 3): the parts of its way, in which
    there were ``block_looks`` (k,) chances to read a tag.
    """

    antenna: Numbers
    position_m: Array
    facing: Array
    block_m: Array
    block_facing: Array
    block_looks: Array


@dataclass(frozen=True, slots=True, eq=False)
class TagReads:
    """What was read: ``tag`` and ``look`` (m,) number the tags from 0 and the looks, no pair of
    them twice; ``rssi_dbm`` (m,) and ``phase_rad`` (m,), NaN where the reader tells none.
    ``block_reads``, (tags, k): chances used in each part of the way."""

    tag: Numbers
    look: Numbers
    rssi_dbm: Array
    phase_rad: Array
    block_reads: Array


@dataclass(frozen=True, slots=True)
class LocatingParams:
    """Points of slots are ``step_m`` apart along x, y and z at most, those of other boxes
    ``coarse`` times that. ``strays``: prior of the boxes that are no slots, together;
    ``on_robot`` and ``unknown``: of tags that are in no box. ``tempered``: what the model leaves
    out is much the same from look to look, so all it says counts for less. ``coherent``: the
    constants of phase of the antennas and their cables have been measured and taken out of the
    reads; without, each antenna tells distances alone, and levels are told apart less well."""

    step_m: tuple[float, float, float] = (0.04, 0.13, 0.10)
    coarse: float = 2.0
    strays: float = 0.3
    on_robot: float = 0.02
    unknown: float = 0.02
    tempered: float = 0.5
    coherent: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Located:
    """``slots``, (tags, slots): the probability of each, had all been equally probable before; what
    is missing to 1 are strays."""

    names: tuple[str, ...]
    slots: Array


def locate_all(
    looks: Looks,
    reads: TagReads,
    places: Sequence[Place],
    template: Template,
    params: LocatingParams,
) -> Located:
    """Where the tags of a pass are. ``InvalidTag`` if there is no slot among the places, or more
    points than can be looked at."""
    boxes = sorted(places, key=lambda place: place.state is not State.BIN)
    slots = sum(place.state is State.BIN for place in boxes)
    if not slots:
        raise InvalidTag(
            "at least one slot is needed",
            field="places",
            value=[place.name for place in boxes],
            remedy="Give the slots of the face as bins.",
        )
    points, first = _points(boxes, params)
    rssi, phase = _spread(reads, len(looks.antenna))
    seen = (rssi != 0).astype(np.float32)
    fit, level = _power(points, looks, seen, rssi, template)
    fit += template.share_weight * _shares(points, level, looks, reads, template)
    fit += _phases(points, looks, phase, template, params)
    inside = _mean_exp(fit, first)
    outside = np.column_stack(
        (
            _moving(looks, reads, seen, rssi, phase, template),
            _anywhere(looks, reads, seen, rssi, phase, template),
        )
    )
    logs = np.column_stack((inside, outside)) * params.tempered
    logs += np.log(_priors(slots, len(boxes) - slots, params))
    if np.ptp(looks.position_m[:, :2], axis=0).max() < _LEAST_WAY_M + _apart_m(looks):
        # Of an antenna that stands, every tag is read as if it moved along.
        logs[:, len(boxes)] = -np.inf
    chances = np.exp(logs - logs.max(axis=1, keepdims=True))
    chances /= chances.sum(axis=1, keepdims=True)
    return Located(tuple(place.name for place in boxes[:slots]), chances[:, :slots])


def _apart_m(looks: Looks) -> float:
    """How far apart the antennas were at the time of the first reads, at most."""
    _, first = np.unique(looks.antenna, return_index=True)
    return float(np.ptp(looks.position_m[first, :2], axis=0).max())


def _priors(slots: int, strays: int, params: LocatingParams) -> Array:
    rest = 1 - params.on_robot - params.unknown - (params.strays if strays else 0.0)
    each = params.strays / strays if strays else 0.0
    return np.array([rest / slots] * slots + [each] * strays + [params.on_robot, params.unknown])


def _points(boxes: Sequence[Place], params: LocatingParams) -> tuple[Array, Numbers]:
    """Points (p, 3) in the middle of equal cells of each box, and where each box begins."""
    made, first, total = [], [], 0
    for box in boxes:
        factor = 1.0 if box.state is State.BIN else params.coarse
        axes = []
        for (low, high), step in zip((box.x_m, box.y_m, box.z_m), params.step_m, strict=True):
            count = max(round((high - low) / (factor * step)), 1)
            axes.append(low + (np.arange(count) + 0.5) * (high - low) / count)
        first.append(total)
        total += int(np.prod([len(axis) for axis in axes]))
        if total > MOST_POINTS:
            raise InvalidTag(
                f"more than {MOST_POINTS} points in the places",
                field="places",
                value=total,
                remedy="Give the face and the pods around it alone.",
            )
        made.append(np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3))
    return np.concatenate(made), np.array(first, dtype=np.intp)


def _spread(reads: TagReads, looks: int) -> tuple[Floats, NDArray[np.complex64]]:
    """(tags, looks): power, 0 where nothing was read, and phase as a unit vector, 0 the same."""
    tags = len(reads.block_reads)
    rssi = np.zeros((tags, looks), dtype=np.float32)
    rssi[reads.tag, reads.look] = reads.rssi_dbm
    phase = np.zeros((tags, looks), dtype=np.complex64)
    told = np.isfinite(reads.phase_rad)
    phase[reads.tag[told], reads.look[told]] = np.exp(1j * reads.phase_rad[told])
    return rssi, phase


def _power(
    points: Array, looks: Looks, seen: Floats, rssi: Floats, template: Template
) -> tuple[Floats, Floats]:
    """(tags, points): log-likelihood of the powers, and how strongly the tag answers (dB) there."""
    expected = expected_db(points, looks.position_m, looks.facing, template).T.astype(np.float32)
    strong = np.where(seen > 0, rssi - np.float32(template.power_at_1m_dbm), np.float32(0))
    sums = strong.sum(axis=1)[:, None] - seen @ expected
    squares = (strong**2).sum(axis=1)[:, None] - 2 * strong @ expected + seen @ expected**2
    return _level_integrated(
        sums, squares, seen.sum(axis=1)[:, None], template.fading_db, template.power_sd_db, template
    )


def _level_integrated(
    sums: Floats, squares: Floats, count: Floats, fading: float, sd: float, template: Template
) -> tuple[Floats, Floats]:
    weight, spread, doubt = template.power_weight, fading**2, sd**2
    level = weight * sums / (weight * count + spread / doubt)
    inner = weight * squares / spread - level * weight * sums / spread
    constant = weight * count * np.log(_TWO_PI * spread) + np.log1p(weight * count * doubt / spread)
    return (-0.5 * (inner + constant)).astype(np.float32), level.astype(np.float32)


def _shares(
    points: Array, level: Floats, looks: Looks, reads: TagReads, template: Template
) -> Floats:
    """(tags, points): log-likelihood of the chances used, interpolated between levels."""
    strength = expected_db(points, looks.block_m, looks.block_facing, template)
    strength += template.power_at_1m_dbm - template.sensitivity_dbm
    used = reads.block_reads.astype(np.float32)
    missed = (looks.block_looks - reads.block_reads).astype(np.float32)
    steps = np.clip(level / _LEVEL_STEP_DB, -_LEVELS, _LEVELS)
    total = np.zeros_like(level)
    for step in range(-_LEVELS, _LEVELS + 1):
        weight = np.maximum(1 - np.abs(steps - step), 0)
        if not weight.any():
            continue
        share = template.read_share / (
            1 + np.exp(-(strength + step * _LEVEL_STEP_DB) / template.soft_db)
        )
        share = np.clip(share + template.stray_share, 1e-9, 1 - 1e-9).T
        told = used @ np.log(share).astype(np.float32)
        told += missed @ np.log1p(-share).astype(np.float32)
        total += weight * told
    return total


def _phases(
    points: Array,
    looks: Looks,
    phase: NDArray[np.complex64],
    template: Template,
    params: LocatingParams,
) -> Floats:
    wave = one_way(points, looks.position_m, looks.facing, template)
    wave /= np.maximum(np.abs(wave), 1e-12)
    # Phase grows with the way there and back; the wave's falls.
    turned = (wave**2).T.astype(np.complex64)
    total = np.zeros((len(phase), len(points)), dtype=np.float32)
    groups = (
        [np.arange(len(looks.antenna))]
        if params.coherent
        else [np.flatnonzero(looks.antenna == one) for one in np.unique(looks.antenna)]
    )
    for which in groups:
        total += _von_mises(phase[:, which] @ turned[which], phase[:, which], template)
    return total


def _von_mises(
    sums: NDArray[np.complex64], phase: NDArray[np.complex64], template: Template
) -> Floats:
    """Of unit phasors with these sums, (tags, points), whatever their common direction."""
    kappa = template.concentration
    count = (phase != 0).sum(axis=1)[:, None]
    inner = _log_i0(kappa * np.abs(sums)) - count * _log_i0(np.array(kappa))
    fit: Floats = (template.phase_weight * (inner - count * np.log(_TWO_PI))).astype(np.float32)
    return fit


def _log_i0(x: Array) -> Array:
    """Logarithm of the modified Bessel function of order 0, up to 700."""
    return np.asarray(np.interp(x, _LOG_I0_X, _LOG_I0))


def _mean_exp(fit: Floats, first: Numbers) -> Array:
    """(tags, boxes): logarithm of the mean likelihood over the points of each box."""
    ends = np.append(first[1:], fit.shape[1])
    best = np.maximum.reduceat(fit, first, axis=1).astype(float)
    shifted = np.exp(fit - np.repeat(best, ends - first, axis=1))
    return np.asarray(best + np.log(np.add.reduceat(shifted, first, axis=1) / (ends - first)))


def _moving(
    looks: Looks,
    reads: TagReads,
    seen: Floats,
    rssi: Floats,
    phase: NDArray[np.complex64],
    template: Template,
) -> Array:
    """(tags,): of tags that move with the antennas: one power and phase all the way."""
    total = np.zeros(len(seen))
    for one in np.unique(looks.antenna):
        which = looks.antenna == one
        count = seen[:, which].sum(axis=1)
        strong = np.where(seen[:, which] > 0, rssi[:, which] - template.power_at_1m_dbm, 0)
        some = count > 0
        told, _ = _level_integrated(
            strong.sum(axis=1), (strong**2).sum(axis=1), count, 2.0, 10.0, template
        )
        total[some] += told[some]
        sums = phase[:, which].sum(axis=1)[:, None]
        total += _von_mises(sums, phase[:, which], template)[:, 0]
    used, chances = reads.block_reads.sum(axis=1), looks.block_looks.sum()
    share = np.clip(used / chances, 1e-4, 1 - 1e-4)
    binomial = used * np.log(share) + (chances - used) * np.log1p(-share)
    return np.asarray(total + template.share_weight * binomial)


def _anywhere(
    looks: Looks,
    reads: TagReads,
    seen: Floats,
    rssi: Floats,
    phase: NDArray[np.complex64],
    template: Template,
) -> Array:
    """(tags,): of tags of which nothing is known: any power, any phase, any share of looks."""
    strong = np.where(seen > 0, rssi - template.power_at_1m_dbm, 0)
    told, _ = _level_integrated(
        strong.sum(axis=1), (strong**2).sum(axis=1), seen.sum(axis=1), 8.0, 10.0, template
    )
    missed = looks.block_looks - reads.block_reads
    share = (reads.block_reads + 0.5) / (looks.block_looks + 1.0)
    best = (reads.block_reads * np.log(share) + missed * np.log1p(-share)).sum(axis=1)
    best -= 0.5 * len(looks.block_looks)
    phases = (phase != 0).sum(axis=1)
    return np.asarray(
        told + template.share_weight * best - template.phase_weight * phases * np.log(_TWO_PI)
    )
