"""How many pieces a slot holds: likelihoods over 0, 1, 2, ... pieces, put together.

Every kind of evidence becomes a likelihood: element ``n`` is how probable what was seen is if there
are ``n`` pieces. They are of one length, the capacity of the slot plus 1, and only their ratios
matter. What knows nothing is the same everywhere, so that "unsure" is a valid answer. The record is
evidence as well, and not the truth (DeHoratius, Mersereau, Schrage, MSOM 10, 2008).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.counts import person_counted
from planner.warehouse.errors import InvalidCount

Chances = NDArray[np.float64]
"""Shape (capacity + 1,)."""


@dataclass(frozen=True, slots=True)
class RecordParams:
    """How records err. A record is right with ``accuracy``. Of the wrong ones ``near`` are off by 1
    to 3 pieces, ``by_one`` and ``by_two`` (shares of these) by 1 and 2; the others say anything."""

    accuracy: float = 0.97
    near: float = 0.75
    by_one: float = 0.64
    by_two: float = 0.24

    def __post_init__(self) -> None:
        shares = (self.accuracy, self.near, self.by_one, self.by_two)
        if min(shares) < 0 or max(shares) > 1 or self.by_one + self.by_two > 1:
            raise ValueError(f"shares are from 0 to 1, by_one + by_two at most 1 (found {self})")


def chances_of_record(books: int, capacity: int, params: RecordParams) -> Chances:
    """Before anybody has looked: what the slot holds if the books say ``books``."""
    _check_pieces("books", books, capacity)
    chances = np.full(capacity + 1, (1 - params.accuracy) * (1 - params.near) / (capacity + 1))
    by_three = 1 - params.by_one - params.by_two
    for off, share in enumerate((params.by_one, params.by_two, by_three), start=1):
        for pieces in (books - off, books + off):
            # More than fits, or less than nothing, cannot be: it lies at the end instead.
            wrong = (1 - params.accuracy) * params.near * share / 2
            chances[min(max(pieces, 0), capacity)] += wrong
    chances[books] += params.accuracy
    return normalised(chances)


def seen_some(seen: int, rate: float, capacity: int, extra: float = 0.0) -> Chances:
    """Each piece is seen with ``rate``, independently, and ``extra`` others are taken for pieces of
    the slot on the mean (Poisson): reads of a tag type, cartons of a front row.

    :class:`InvalidCount` for less than nothing, or a rate that is no probability.
    """
    if seen < 0 or not 0 <= rate <= 1 or extra < 0:
        raise InvalidCount(
            "so many pieces cannot be seen",
            field="seen",
            value=(seen, rate, extra),
            remedy="Send seen >= 0, a rate from 0 to 1 and extra >= 0.",
        )
    chances = np.zeros(capacity + 1)
    others = _poisson(extra, seen)
    one = np.zeros(seen + 2)
    one[0] = 1.0
    for pieces in range(capacity + 1):
        chances[pieces] = float(np.dot(one[: seen + 1], others[seen::-1]))
        one[1:] = one[1:] * (1 - rate) + one[:-1] * rate
        one[0] *= 1 - rate
    return chances


def seen_front(seen: int, places: int, rate: float, capacity: int) -> Chances:
    """``seen`` cartons in the front row, which has ``places`` and is filled first; each that stands
    there is seen with ``rate``. What stands behind it nobody sees."""
    base = seen_some(seen, rate, capacity)
    chances: Chances = base[np.minimum(np.arange(capacity + 1), places)]
    return chances


def counted(pieces: int, right: float, capacity: int) -> Chances:
    """Somebody counted ``pieces``: :func:`planner.warehouse.counts.person_counted`."""
    return np.array(person_counted(pieces, right, capacity))


def occupied(full: bool | None, right: float, capacity: int) -> Chances:
    """Something lies in the slot, or nothing does; ``None`` is unsure and says nothing."""
    chances = np.full(capacity + 1, 0.5)
    if full is not None:
        chances[0] = 1 - right if full else right
        chances[1:] = right if full else 1 - right
    return chances


def number_of(probabilities: Iterable[float], capacity: int) -> Chances:
    """How many of some things are in the slot, each with a probability of its own
    (Poisson-binomial); more than fit count as full."""
    chances = np.zeros(capacity + 1)
    chances[0] = 1.0
    for probability in probabilities:
        over = chances[-1] * probability
        chances[1:] = chances[1:] * (1 - probability) + chances[:-1] * probability
        chances[0] *= 1 - probability
        chances[-1] += over
    return chances


def together(prior: Chances, likelihoods: Iterable[Chances]) -> Chances:
    """The posterior: everything that was seen, each independent of the others given the pieces.

    :class:`InvalidCount` for evidence of another length, or that excludes everything.
    """
    logs = np.log(np.maximum(prior, 1e-300))
    for index, likelihood in enumerate(likelihoods):
        if likelihood.shape != prior.shape:
            raise InvalidCount(
                "evidence of one slot has one length",
                field=f"likelihoods[{index}]",
                value=likelihood.shape,
                remedy=f"Send {prior.shape}: one more than the capacity.",
            )
        logs += np.log(np.maximum(likelihood, 1e-300))
    return normalised(np.exp(logs - logs.max()))


def normalised(weights: Chances) -> Chances:
    """The same, adding up to 1. :class:`InvalidCount` if nothing is possible."""
    total = float(weights.sum())
    if not 0 < total < float("inf"):
        raise InvalidCount(
            "nothing is possible", field="weights", value=total, remedy="Leave out what is certain."
        )
    found: Chances = weights / total
    return found


def _poisson(mean: float, most: int) -> Chances:
    chances: Any = np.ones(most + 1)
    for count in range(1, most + 1):
        chances[count] = chances[count - 1] * mean / count
    found: Chances = chances * np.exp(-mean)
    return found


def _check_pieces(field: str, pieces: int, capacity: int) -> None:
    if not 0 <= pieces <= capacity:
        raise InvalidCount(
            "the slot does not hold so many",
            field=field,
            value=pieces,
            remedy=f"Send 0 to {capacity}.",
        )
