"""Places of the front row of a slot: where cartons would stand, and what is seen there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vision.shelf.frame import Frame
from vision.shelf.params import FEATURES
from vision.shelf.rack import Carton, SlotBox, front_places
from vision.shelf.rectify import FlatFace, Mask

Array = NDArray[np.float64]
Flat = NDArray[np.float32]

FRONT_Y_M = 0.015
"""Cartons stand so far behind the edge, give or take."""
_STARTS = (0.0, 0.25, 0.5, 0.75, 1.0)
_SPREADS = (0.0, 0.5, 1.0)
_MARGIN = 0.12
"""Of a place, at each side, that is left out: it may be another carton, or a gap."""
_MOST_COVERED = 0.6
"""Of a place's width or height, by what stands beside or below."""
_LEAST_SEEN = 0.4
_PATCH_PX, _SEARCH_PX = 24, 2
_LEAST_ROWS = 3
_LEAST_PLACES = 8
_INSIDE_SHARE = 0.2
_LEVEL, _TEXTURE, _LIKENESS, _UNLIKE = (
    FEATURES.index(name)
    for name in ("brightness", "upright texture", "likeness", "unlike the inside")
)
_DARK = 0.02
"""Added to brightness before its logarithm is taken, in shares of the light at the edge."""


@dataclass(frozen=True, slots=True)
class FaceLayers:
    """A face laid flat where cartons stand, as seen in several ways: brightness in shares of the
    light at the edges, its slopes per pixel to the right and down, and what may be believed."""

    flat: FlatFace
    bright: Flat
    across: Flat
    down: Flat
    usable: Mask
    noise: float
    eye_m: tuple[float, float, float]


@dataclass(frozen=True, slots=True)
class Places:
    """The front row of a slot, column by column, from below: ``boxes`` and ``features``
    (``FEATURES``) of each place; ``seen`` is false where too little of it can be believed."""

    across: int
    up: int
    boxes: tuple[SlotBox, ...]
    features: Array
    seen: NDArray[np.bool_]


def layers_of(
    flat: FlatFace, frame: Frame, noise: float, edges: Mask, eye_m: tuple[float, float, float]
) -> FaceLayers:
    """``noise``: of a pixel, in grey values; ``edges``: where boards hide what stands behind;
    ``eye_m``: the camera in face coordinates."""
    bright = flat.grey / frame.light
    across = cv2.Sobel(bright, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    down = cv2.Sobel(bright, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    usable = flat.clear & ~frame.hidden & ~edges
    light = float(np.median(frame.light))
    return FaceLayers(
        flat, bright, np.asarray(across), np.asarray(down), usable, noise / max(light, 1.0), eye_m
    )


def places_of(layers: FaceLayers, box: SlotBox, carton: Carton) -> Places:
    """Places for cartons of this size, moved to where upright edges say that they are."""
    across, up = front_places(box, carton)
    lefts = _columns(layers, box, carton, across)
    boxes = tuple(
        SlotBox(
            left,
            left + carton.width_m,
            box.bottom_m + height * carton.height_m,
            box.bottom_m + (height + 1) * carton.height_m,
        )
        for left in lefts
        for height in range(up)
    )
    inner = [_bare(place, carton, layers.eye_m) for place in boxes]
    seen = np.array([layers.usable[layers.flat.window(place)].mean() for place in inner])
    features = np.array(
        [_of_place(layers, place, bare, carton) for place, bare in zip(boxes, inner, strict=True)]
    )
    likeness = _likeness(layers, inner, seen > _LEAST_SEEN)
    features = _completed(features, likeness, seen > _LEAST_SEEN, up)
    return Places(across, up, boxes, features, seen > _LEAST_SEEN)


def _columns(layers: FaceLayers, box: SlotBox, carton: Carton, across: int) -> Sequence[float]:
    """Left sides of the columns: of a few ways to share out the free width, the one whose borders
    lie best on upright edges."""
    slack = box.right_m - box.left_m - across * carton.width_m
    ways = {
        tuple(
            box.left_m
            + start * (1 - spread) * slack
            + column * (carton.width_m + spread * slack / max(across - 1, 1))
            for column in range(across)
        )
        for start in _STARTS
        for spread in (_SPREADS if across > 1 else (0.0,))
    }
    low = SlotBox(box.left_m, box.right_m, box.bottom_m, box.bottom_m + carton.height_m)
    rows, columns = layers.flat.window(low)
    usable = layers.usable[rows, columns]
    edges = np.abs(np.where(usable, layers.across[rows, columns], 0)).sum(axis=0)
    profile = edges / np.maximum(usable.sum(axis=0), 1)
    profile = np.maximum(profile, cv2.blur(profile.reshape(1, -1), (3, 1)).ravel())

    def rating(lefts: tuple[float, ...]) -> float:
        borders = np.array([side for left in lefts for side in (left, left + carton.width_m)])
        at = np.rint((borders - box.left_m) * layers.flat.per_m).astype(int)
        return float(profile[np.clip(at, 0, len(profile) - 1)].sum())

    return max(sorted(ways), key=rating)


def _bare(box: SlotBox, carton: Carton, eye_m: tuple[float, float, float]) -> SlotBox:
    """The part of a place in which neither the lid of a carton below nor the flank of one beside
    can be seen: if the place is empty, one looks into the rack there."""
    eye_x, back, eye_z = eye_m
    deep = carton.depth_m / (carton.depth_m + FRONT_Y_M - back)
    x, z = _MARGIN * carton.width_m, _MARGIN * carton.height_m
    left = max(x, deep * (eye_x - box.left_m))
    right = max(x, deep * (box.right_m - eye_x))
    below = max(z, deep * (eye_z - box.bottom_m))
    left, right = (min(side, _MOST_COVERED * carton.width_m) for side in (left, right))
    below = min(below, _MOST_COVERED * carton.height_m)
    return SlotBox(box.left_m + left, box.right_m - right, box.bottom_m + below, box.top_m - z)


def _of_place(layers: FaceLayers, box: SlotBox, bare: SlotBox, carton: Carton) -> list[float]:
    """Log of brightness; log of the rms slopes, without what noise makes; edges at the sides and at
    the top, in logs, against the slopes within."""
    inner = layers.flat.window(bare)
    usable = layers.usable[inner]
    if not usable.any():
        return [0.0] * 6
    level = float(np.median(layers.bright[inner][usable])) + _DARK
    slopes = [
        _without_noise(slope[inner][usable], layers.noise) for slope in (layers.across, layers.down)
    ]
    textures = [float(np.log((slope + 0.002) / level)) for slope in slopes]
    slim = 0.06 * carton.width_m
    sides = [
        _edge(layers, SlotBox(x - slim, x + slim, box.bottom_m, box.top_m), layers.across, 0)
        for x in (box.left_m, box.right_m)
    ]
    flat = 0.06 * carton.height_m
    top = SlotBox(box.left_m, box.right_m, box.top_m - flat, box.top_m + flat)
    edges = (min(sides) + 0.5 * max(sides), _edge(layers, top, layers.down, 1))
    borders = [float(np.log((edge + 0.004) / level)) for edge in edges]
    return [float(np.log(level)), *textures, *borders, _trend(layers.bright[inner], usable)]


def _trend(bright: Flat, usable: Mask) -> float:
    """By how much the brightness changes from below to the top, in logs: light falls off along
    what reaches into the rack, but not along what stands upright."""
    weights = usable.sum(axis=1)
    rows = np.flatnonzero(weights > 0)
    if len(rows) < _LEAST_ROWS:
        return 0.0
    sums = np.where(usable, bright, 0).sum(axis=1)[rows]
    logs = np.log(sums / weights[rows] + _DARK)
    third = len(rows) // 3
    return abs(float(logs[:third].mean() - logs[-third:].mean()))


def _without_noise(slopes: Flat, noise: float) -> float:
    """Rms of slopes; noise of a pixel makes 0.3 of itself with a Sobel filter of 1/8."""
    return float(np.sqrt(max(float((slopes**2).mean()) - (0.3 * noise) ** 2, 0.0)))


def _edge(layers: FaceLayers, box: SlotBox, slope: Flat, axis: int) -> float:
    """How strong the strongest straight edge in a slim box is, per pixel."""
    where = layers.flat.window(box)
    usable = layers.usable[where]
    lines = np.where(usable, slope[where], 0).sum(axis=axis)
    return float(np.abs(lines / np.maximum(usable.sum(axis=axis), 1)).max())


def _likeness(layers: FaceLayers, inner: list[SlotBox], seen: NDArray[np.bool_]) -> Array:
    """How much the upright structure of each place is like that of another one, 0 to 1: cartons of
    an article look alike, and what is seen of the inside of a rack has level edges only."""
    size = _PATCH_PX + 2 * _SEARCH_PX
    patches = [
        cv2.resize(
            layers.across[layers.flat.window(box)], (size, size), interpolation=cv2.INTER_AREA
        )
        for box in inner
    ]
    best = np.zeros(len(inner))
    core = slice(_SEARCH_PX, -_SEARCH_PX)
    for first in np.flatnonzero(seen):
        for second in np.flatnonzero(seen):
            if first < second:
                match = cv2.matchTemplate(
                    patches[first], patches[second][core, core], cv2.TM_CCOEFF_NORMED
                )
                like = float(match.max()) if np.isfinite(match).all() else 0.0
                best[first], best[second] = max(best[first], like), max(best[second], like)
    return best


def _completed(measured: Array, likeness: Array, seen: NDArray[np.bool_], up: int) -> Array:
    """All features, in the order of ``FEATURES``."""
    level = measured[:, 0]
    bright = float(level[seen].max()) if seen.any() else 0.0
    dark = float(level[seen].min()) if seen.any() else 0.0
    columns = [
        level,
        measured[:, 1],
        measured[:, 2],
        likeness,
        measured[:, 3],
        measured[:, 4],
        measured[:, 5],
        level - bright,
        level - dark,
        _unlike_below(level, seen, up),
        np.zeros(len(level)),
    ]
    return np.column_stack(columns)


def _unlike_below(level: Array, seen: NDArray[np.bool_], up: int) -> Array:
    """How much the brightness of a place differs from that of the one below, in logs."""
    steps = np.abs(np.diff(level.reshape(-1, up), axis=1, prepend=level[::up, None]))
    both = seen.reshape(-1, up).copy()
    both[:, 1:] &= both[:, :-1].copy()
    return np.where(both, steps, 0.0).ravel()


def compared(slots: Sequence[Places]) -> tuple[Places, ...]:
    """The places of all slots of a face, also compared with the inside of the rack: what is least
    textured and least like its neighbours on the face is taken for it."""
    features = np.concatenate([places.features[places.seen] for places in slots])
    if len(features) < _LEAST_PLACES:
        return tuple(slots)
    rank = features[:, _TEXTURE] + 2 * features[:, _LIKENESS]
    inside = float(np.median(features[rank <= np.quantile(rank, _INSIDE_SHARE), _LEVEL]))
    found = []
    for places in slots:
        with_inside = places.features.copy()
        with_inside[:, _UNLIKE] = np.abs(places.features[:, _LEVEL] - inside)
        found.append(replace(places, features=with_inside))
    return tuple(found)
