"""How probable it is that a thing is in one pack or another, by what was read together.

A forward filter: before the first reading the books are most probably right; with every reading
the thing may have been moved meanwhile (a little), is read with its own pack nearly always and
with others hardly ever. A tag that died is never read again: that a thing is not read says
nothing against its pack, unless it is read elsewhere.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

Pack = int | None
"""Number of a pack; ``None``: in no pack."""
_NEVER = 1e-6


@dataclass(frozen=True, slots=True)
class MendParams:
    """How links are judged, as probabilities: that a tag is ``read`` with its pack, read with a
    pack that is not its own (``stray``), ``dead``; that a link of the books is ``wrong`` to begin
    with, and that a thing was ``moved`` unnoticed between two readings.

    Readings of the same things at one point within ``same_ms`` are one. A mend is proposed from
    ``propose`` on and done without asking from ``apply`` on, if at least ``least`` readings say
    so. Readings older than ``oldest_ms`` are refused.
    """

    read: float = 0.95
    stray: float = 0.02
    dead: float = 0.01
    wrong: float = 0.02
    moved: float = 0.01
    same_ms: int = 60_000
    propose: float = 0.90
    apply: float = 0.995
    least: int = 2
    oldest_ms: int = 7 * 24 * 3600 * 1000

    def __post_init__(self) -> None:
        chances = (self.read, self.stray, self.dead, self.wrong, self.moved)
        if not (all(0 < p < 1 for p in chances) and self.stray < self.read):
            raise ValueError(f"probabilities must be between 0 and 1, stray < read ({self})")
        if not 0.5 < self.propose <= self.apply < 1 or self.least < 1:
            raise ValueError(f"needed: 0.5 < propose <= apply < 1 and least >= 1 ({self})")


@dataclass(frozen=True, slots=True)
class Look:
    """A reading, as it concerns one thing: whether it was ``seen``, with which pack (``None``: no
    pack was read), and ``unread`` packs whose other contents were mostly there."""

    evidence: str
    pack: Pack
    seen: bool
    unread: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Belief:
    """Where a thing most probably is, how probable that is, and the evidence that says so."""

    pack: Pack
    confidence: float
    evidence: tuple[str, ...]


def believe(book: Pack, looks: Sequence[Look], params: MendParams) -> Belief:
    """What is to be believed of a thing that is in ``book`` by the books, after these looks (in
    the order of time)."""
    packs = _candidates(book, looks)
    weights = _prior(book, packs, params)
    dead = params.dead
    for look in looks:
        weights = _moved(weights, params.moved)
        weights = {pack: w * _likelihood(pack, look, params) for pack, w in weights.items()}
        dead *= _NEVER if look.seen else 1.0
        total = sum(weights.values()) + dead
        weights = {pack: w / total for pack, w in weights.items()}
        dead /= total
    weights[book] += dead
    best = max(packs, key=lambda pack: weights[pack])
    evidence = tuple(look.evidence for look in looks if look.seen and _supports(best, look))
    return Belief(best, weights[best], evidence)


def _candidates(book: Pack, looks: Iterable[Look]) -> tuple[Pack, ...]:
    seen_with = (look.pack for look in looks if look.seen and look.pack is not None)
    return tuple(dict.fromkeys((book, *seen_with, None)))


def _prior(book: Pack, packs: Sequence[Pack], params: MendParams) -> dict[Pack, float]:
    others = max(1, len(packs) - 1)
    right = 1 - params.wrong - params.dead
    return {pack: right if pack == book else params.wrong / others for pack in packs}


def _moved(weights: dict[Pack, float], chance: float) -> dict[Pack, float]:
    if len(weights) < 2:
        return weights
    total = sum(weights.values())
    share = chance / (len(weights) - 1)
    return {pack: w * (1 - chance) + (total - w) * share for pack, w in weights.items()}


def _likelihood(pack: Pack, look: Look, params: MendParams) -> float:
    if look.pack is None and not look.seen:
        return 1 - params.read if pack in look.unread else 1.0
    chance = params.read if _supports(pack, look) else params.stray
    return chance if look.seen else 1 - chance


def _supports(pack: Pack, look: Look) -> bool:
    """Whether the look is of this pack."""
    return pack == look.pack or (look.pack is None and pack in look.unread)
