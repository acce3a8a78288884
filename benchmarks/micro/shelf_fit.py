"""The weights of ``ShelfParams``: those under which what the scenes truly hold is likeliest.

Every way to heap up a front row without holes counts as in ``vision/shelf/fronts.py``; the gradient
of the likelihood of the true number is that over places of (filled, given the number) less
(filled, before it is known). Adam, all slots at once.
"""

from collections.abc import Iterable, Sequence
from functools import cache
from itertools import product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from benchmarks.micro.shelf_scenes import CAMERA, Scene
from planner.warehouse.errors import InvalidMark
from vision.codes.images import lit_image
from vision.shelf.fronts import front_chances, place_odds, spreads_off
from vision.shelf.params import FEATURES, FeatureWeight, ShelfParams
from vision.shelf.places import Places
from vision.shelf.view import view_of

Array = NDArray[np.float64]

_ROUNDS, _STEP, _SHRINK = 200, 0.05, 1e-3
_FLOOR = 0.01
_FLOORS = (0.005, 0.01, 0.02, 0.03, 0.05)


class Example(NamedTuple):
    """The front row of a slot, and how many cartons stand in it."""

    places: Places
    front: int


class _Heaps(NamedTuple):
    """Every way to fill a front row: places filled, how many, log of how likely beforehand."""

    filled: Array
    number: NDArray[np.int64]
    logs: Array


def examples(scenes: Iterable[Scene]) -> list[Example]:
    """The slots of scenes whose face is found."""
    found = []
    for one in scenes:
        grey = lit_image(one.image)
        try:
            view = view_of(grey, CAMERA, one.rack.face, one.rack.expected)
        except InvalidMark:
            continue
        for slot, (_, places) in view.places(one.rack.expected).items():
            pieces = one.contents[slot].pieces
            found.append(Example(places, min(pieces, len(places.boxes))))
    return found


def fitted(slots: Sequence[Example]) -> ShelfParams:
    """Weights and floor under which the truth is likeliest."""
    features = np.concatenate([slot.places.features[slot.places.seen] for slot in slots])
    usual, spread = features.mean(axis=0), features.std(axis=0) + 1e-9
    rows = []
    for places, front in slots:
        away = spreads_off(places.features, usual, spread)
        terms = np.column_stack((away, away**2, np.ones(len(away)))) * places.seen[:, None]
        rows.append((terms, _heaps(places.across, places.up), front))
    weights = np.zeros(2 * len(FEATURES) + 1)
    mean, square = np.zeros_like(weights), np.zeros_like(weights)
    for number in range(1, _ROUNDS + 1):
        slope = sum(_slope(row, weights) for row in rows) / len(rows) - _SHRINK * weights
        mean, square = 0.9 * mean + 0.1 * slope, 0.99 * square + 0.01 * slope**2
        step = mean / (1 - 0.9**number) / (np.sqrt(square / (1 - 0.99**number)) + 1e-8)
        weights = weights + _STEP * step
    count = len(FEATURES)
    columns = zip(FEATURES, usual, spread, weights[:count], weights[count:-1], strict=True)
    table = tuple(
        FeatureWeight(name, *(round(float(v), 3) for v in rest)) for name, *rest in columns
    )
    bias = round(float(weights[-1]), 3)
    candidates = [ShelfParams(table, bias, floor) for floor in _FLOORS]
    return max(candidates, key=lambda params: log_likelihood(slots, params))


def log_likelihood(slots: Sequence[Example], params: ShelfParams) -> float:
    """Mean logarithm of the probability of the true number in front."""
    logs = []
    for places, front in slots:
        odds = place_odds(places, (), params)
        logs.append(np.log(front_chances(odds, places.across, places.up, params)[front]))
    return float(np.mean(logs))


def _slope(row: tuple[Array, _Heaps, int], weights: Array) -> Array:
    terms, heaps, front = row
    logs = heaps.logs + heaps.filled @ (terms @ weights)
    chances = np.exp(logs - logs.max())
    true = heaps.number == front
    of_true, of_all = chances[true].sum(), chances.sum()
    share = of_true / of_all
    # What looks like anything (the floor) is not to be explained.
    counts = share / (share + _FLOOR / (heaps.number.max() + 1))
    towards = chances[true] @ heaps.filled[true] / max(of_true, 1e-300)
    return np.asarray(counts * ((towards - chances @ heaps.filled / of_all) @ terms))


@cache
def _heaps(across: int, up: int) -> _Heaps:
    heights = np.array(list(product(range(up + 1), repeat=across)))
    filled = (np.arange(up) < heights[:, :, None]).reshape(len(heights), -1)
    number = heights.sum(axis=1)
    tidy = ShelfParams().tidy
    beforehand = (1 - tidy) / np.bincount(number)[number]
    for front in range(across * up + 1):
        layers = np.arange(across * up).reshape(up, across).T.ravel() < front
        beforehand[(filled == layers).all(axis=1)] += tidy
    return _Heaps(filled.astype(float), number, np.log(beforehand))
