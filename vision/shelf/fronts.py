"""How many cartons stand in the front row: what each place says, put together.

Nothing floats: what stands in a column stands on what is below it. Beside that, half of the belief
(``ShelfParams.tidy``) is in rows that are filled layer by layer from the left. Likelihoods are over
0, 1, ... cartons in front, as in ``vision/fusion/pieces.py``.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from vision.fusion.pieces import Chances
from vision.shelf.params import ShelfParams
from vision.shelf.places import Places

Array = NDArray[np.float64]

_MOST_ODDS = 12.0
_FARTHEST = 3.0


def place_odds(places: Places, coded: Collection[int], params: ShelfParams) -> Array:
    """Log odds of a carton in each place, before anything is known of it; 0 where it is not seen.
    ``coded``: places in which the code of the article was read."""
    usual, spread, weight, square = np.array(
        [(one.usual, one.spread, one.weight, one.square) for one in params.weights]
    ).T
    away = spreads_off(places.features, usual, spread)
    odds = away @ weight + away**2 @ square + params.bias
    odds = np.where(places.seen, np.clip(odds, -_MOST_ODDS, _MOST_ODDS), 0.0)
    for place in coded:
        odds[place] = max(odds[place], 0.0) + params.code_odds
    return np.asarray(odds)


def spreads_off(features: Array, usual: Array, spread: Array) -> Array:
    """Features in spreads from what is usual, 3 at most."""
    return np.asarray(np.clip((features - usual) / spread, -_FARTHEST, _FARTHEST))


def front_chances(odds: Array, across: int, up: int, params: ShelfParams) -> Chances:
    """The likelihood of 0, 1, ... ``across * up`` cartons in front, adding up to 1."""
    columns = odds.reshape(across, up)
    free = _by_gravity(columns)
    layers = np.concatenate(([0.0], np.cumsum(columns.T.ravel())))
    logs = np.logaddexp(
        np.log(max(params.tidy, 1e-12)) + layers, np.log(max(1 - params.tidy, 1e-12)) + free
    )
    chances = np.exp(logs - logs.max())
    found: Chances = (1 - params.floor) * chances / chances.sum() + params.floor / len(chances)
    return found


def piece_chances(front: Chances, capacity: int) -> Chances:
    """The likelihood of 0, 1, ... ``capacity`` pieces: the front row is filled first, and what
    stands behind it nobody sees."""
    pieces = np.minimum(np.arange(capacity + 1), len(front) - 1)
    found: Chances = front[pieces]
    return found


def _by_gravity(columns: Array) -> Array:
    """Logs of the mean likelihood over all ways to heap up so many cartons without holes."""
    heaps = np.concatenate((np.zeros((len(columns), 1)), np.cumsum(columns, axis=1)), axis=1)
    scale = heaps.max(axis=1, keepdims=True)
    total, ways = np.ones(1), np.ones(1)
    for heap in np.exp(heaps - scale):
        total = np.convolve(total, heap)
        ways = np.convolve(ways, np.ones(len(heap)))
    return np.asarray(np.log(np.maximum(total / ways, 1e-300)) + scale.sum())
