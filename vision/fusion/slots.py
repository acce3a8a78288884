"""How many pieces a slot holds, from all its tags together and from what else was seen of it.

After picks more tags are registered in a slot than it holds pieces, and nobody knows which have
left: any of them, with the same probability. Of ``t`` tags ``k`` are still there; what was read
weighs every choice of ``k``, and the sum over all choices is an elementary symmetric polynomial of
the tags' odds. With one scan of rate ``r`` in which ``R`` tags were read this is
``C(t - R, k - R) / C(t, k) * r^R (1 - r)^(k - R)``; here every tag has odds of its own, from any
number of scans, dead tags and reads that leak (:mod:`vision.fusion.tags`).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from planner.warehouse.errors import InvalidCount
from vision.fusion.pieces import Chances, normalised, number_of
from vision.fusion.tags import TagBelief, TagParams

_MOST_ODDS = 1e12


@dataclass(frozen=True, slots=True)
class SlotTags:
    """The tags that speak for a slot.

    ``odds``: of each tag registered in it, how much more probable all its reads and misses are if
    it is there than if it is not (:func:`odds_of`). ``others``: of tags of the same SKU registered
    elsewhere or nowhere, the probability to be in it. ``foreign``: the same of tags of other SKUs,
    which a camera takes for pieces.
    """

    odds: tuple[float, ...] = ()
    others: tuple[float, ...] = ()
    foreign: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class UntaggedParams:
    """A piece has no tag, or one that is not registered, with ``share``. ``unread``: how probable
    it is that a piece too many is not read in the scans there were; 1 where there was none, or the
    SKU carries no tags."""

    share: float = 0.002
    unread: float = 1.0

    def __post_init__(self) -> None:
        if not 0 <= self.share < 1 or not 0 < self.unread <= 1:
            raise ValueError(f"need 0 <= share < 1 and 0 < unread <= 1 (found {self})")


def odds_of(belief: TagBelief, params: TagParams) -> float:
    """How much more probable what was seen of a tag is if it is in the slot of its record than if
    it is not: its posterior without the prior. ``InvalidCount`` for a tag without a slot."""
    slot = belief.record.slot
    if slot is None:
        raise InvalidCount(
            "a tag without a slot speaks for none",
            field="record.slot",
            value=belief.record.epc,
            remedy="Count it among the others.",
        )
    here = belief.places[slot]
    if here >= 1:
        return _MOST_ODDS
    before = params.moved + params.lost
    return min(_MOST_ODDS, here / (1 - here) * before / (1 - before))


def tagged_likelihood(odds: Sequence[float], capacity: int, untagged: UntaggedParams) -> Chances:
    """How probable what was read is, by the number of pieces in the slot: 0 to ``capacity``.

    Of ``n`` pieces up to ``t``, the number of registered tags, a few may have lost theirs; those
    beyond ``t`` have none that is registered, and were not read.
    """
    tags = len(odds)
    chosen = _means_over_choices(odds)
    share = untagged.share
    found = np.zeros(capacity + 1)
    for pieces in range(capacity + 1):
        own = min(pieces, tags)
        for bare in range(own + 1):
            weight = comb(own, bare) * share**bare * (1 - share) ** (own - bare)
            if weight < 1e-15:
                break
            found[pieces] += weight * chosen[own - bare]
        found[pieces] *= untagged.unread ** (pieces - own)
    return found


def slot_pieces(
    record: Chances, tags: SlotTags, untagged: UntaggedParams, seen: Iterable[Chances] = ()
) -> Chances:
    """The posterior of the number of pieces of a slot's SKU.

    ``record``: what the books alone make one believe. ``seen``: likelihoods of evidence that counts
    whatever lies in the slot, the pieces of other SKUs too (cameras, scales).
    """
    capacity = len(record) - 1
    own = normalised(record * tagged_likelihood(tags.odds, capacity, untagged))
    total = added(own, number_of(tags.others, capacity))
    for likelihood in seen:
        total = normalised(total * np.maximum(beside(likelihood, tags.foreign), 1e-300))
    return total


def beside(likelihood: Chances, foreign: Sequence[float]) -> Chances:
    """A likelihood over all pieces in a slot as one over those of its SKU, when each of these
    things of other SKUs lies there with a probability of its own."""
    capacity = len(likelihood) - 1
    others = number_of(foreign, capacity)
    found = np.zeros(capacity + 1)
    for number in np.flatnonzero(others > 1e-12):
        # More than fit is full.
        shifted = likelihood[np.minimum(np.arange(capacity + 1) + number, capacity)]
        found += others[number] * shifted
    return found


def added(first: Chances, second: Chances) -> Chances:
    """The distribution of the sum of two numbers; more than fit count as full."""
    capacity = len(first) - 1
    total = np.convolve(first, second)
    found: Chances = total[: capacity + 1].copy()
    found[-1] += total[capacity + 1 :].sum()
    return normalised(found)


def _means_over_choices(odds: Sequence[float]) -> Chances:
    """Of each number of tags the mean product of odds over all choices of so many; scaled by the
    product of the large ones, so that nothing overflows."""
    tags = len(odds)
    sums = np.zeros(tags + 1)
    sums[0] = 1.0
    for one in odds:
        # Of a tag that is likelier there, the odds against it say the same in smaller numbers.
        here, away = (one, 1.0) if one <= 1 else (1.0, 1 / one)
        sums[1:] = sums[1:] * away + sums[:-1] * here
        sums[0] *= away
    return np.asarray(sums / np.array([float(comb(tags, k)) for k in range(tags + 1)]))
