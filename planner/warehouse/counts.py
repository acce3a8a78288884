"""What somebody or something has seen of the stock in a slot: never a bare number."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from math import fsum, isclose

from planner.warehouse.errors import InvalidCount
from planner.warehouse.ids import CountId, PodId, Sku, SlotId, StationId, VisitId

_ROUNDING = 1e-6


class EvidenceKind(StrEnum):
    """What a count rests on. Two of the same kind share their faults; two kinds do not."""

    RFID = "rfid"
    CAMERA = "camera"
    SCALE = "scale"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class SlotCount:
    """How many pieces of ``sku`` a slot held, as far as can be told from evidence gathered from
    ``from_ms`` to ``until_ms``, when the books said ``books``: they are part of what is believed,
    and what was believed of other books is worth nothing.

    ``probabilities[n]`` is that of ``n`` pieces; they add up to 1. ``kinds`` says what it rests on,
    and ``evidence`` names the frames, reads and counts behind it (SHA-256, hex), so that the same
    evidence sent twice is seen to be the same.

    Raises :class:`InvalidCount` for anything that is no distribution, or rests on nothing.
    """

    slot: SlotId
    sku: Sku
    books: int
    from_ms: int
    until_ms: int
    probabilities: tuple[float, ...]
    kinds: frozenset[EvidenceKind]
    evidence: tuple[str, ...]

    def __post_init__(self) -> None:
        if not 0 <= self.from_ms <= self.until_ms:
            raise InvalidCount(
                "evidence is gathered from a time to a later one",
                field=f"{self.slot}.from_ms",
                value=(self.from_ms, self.until_ms),
                remedy="Send 0 <= from_ms <= until_ms.",
            )
        _check_distribution(self.slot, self.probabilities)
        if not self.kinds or not self.evidence:
            raise InvalidCount(
                "a count rests on evidence",
                field=f"{self.slot}.evidence",
                value=self.evidence,
                remedy="Name what was seen, and what kinds of evidence it is.",
            )

    @property
    def likeliest(self) -> int:
        """The number of pieces of most probability; the smallest of several."""
        return max(range(len(self.probabilities)), key=lambda n: (self.probabilities[n], -n))

    def probability(self, pieces: int) -> float:
        """How probable it is that the slot held so many pieces."""
        return self.probabilities[pieces] if 0 <= pieces < len(self.probabilities) else 0.0


@dataclass(frozen=True, slots=True)
class CountTask:
    """Count the pieces of ``sku`` in ``slot``. What the books say is not told."""

    count: CountId
    visit: VisitId
    station: StationId
    pod: PodId
    slot: SlotId
    sku: Sku


def person_counted(pieces: int, right: float, capacity: int) -> tuple[float, ...]:
    """How probable it is that a person counts ``pieces`` if there are 0, 1, ..., ``capacity`` of
    them: right with probability ``right``, and if not, one off is likelier than three.

    :class:`InvalidCount` if the slot does not hold so many.
    """
    if not 0 <= pieces <= capacity:
        raise InvalidCount(
            "the slot does not hold so many",
            field="counted",
            value=pieces,
            remedy=f"Send 0 to {capacity}.",
        )
    wrong = [0.0 if n == pieces else 0.5 ** abs(n - pieces) for n in range(capacity + 1)]
    total = fsum(wrong) or 1.0
    return tuple(
        right if n == pieces else (1 - right) * share / total for n, share in enumerate(wrong)
    )


def with_person(
    count: SlotCount, pieces: int, right: float, at_ms: int, evidence: str
) -> SlotCount:
    """The same count after a person has counted ``pieces`` as well; ``right`` is how probable it is
    that people count right. :class:`InvalidCount` if the slot does not hold so many."""
    seen = person_counted(pieces, right, len(count.probabilities) - 1)
    weights = [chance * like for chance, like in zip(count.probabilities, seen, strict=True)]
    total = fsum(weights)
    if total <= 0:
        # What was excluded has been counted: the person is the only witness left.
        weights, total = list(seen), fsum(seen)
    return replace(
        count,
        until_ms=max(count.until_ms, at_ms),
        probabilities=tuple(weight / total for weight in weights),
        kinds=count.kinds | {EvidenceKind.PERSON},
        evidence=(*count.evidence, evidence),
    )


def _check_distribution(slot: SlotId, probabilities: Sequence[float]) -> None:
    field = f"{slot}.probabilities"
    for pieces, share in enumerate(probabilities):
        if not 0 <= share <= 1 + _ROUNDING:
            raise InvalidCount(
                "a probability is from 0 to 1",
                field=f"{field}[{pieces}]",
                value=share,
                remedy="Send a distribution over 0, 1, 2, ... pieces.",
            )
    if not isclose(total := fsum(probabilities), 1.0, abs_tol=_ROUNDING):
        raise InvalidCount(
            "probabilities add up to 1", field=field, value=total, remedy="Divide by their sum."
        )
