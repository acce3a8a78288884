"""What follows from a count that differs from the books: the ladder from a robot's second look to
an adjustment. Pure; nothing is written here.

The books are not adjusted because something was seen. They are when the pieces are as good as
certain, two kinds of evidence say so, nobody is at work in the slot and the value is small enough;
otherwise somebody looks again, robots first, a person last.
"""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.counts import EvidenceKind, SlotCount


class NextStep(StrEnum):
    """What is to be done about a slot."""

    CONFIRM = "confirm"
    """The record is right: completeness verified."""
    RESCAN = "rescan"
    """A robot looks again, from another side if it can."""
    COUNT = "count"
    """A person counts without being told what the books say."""
    SECOND_COUNT = "second_count"
    """Another person does."""
    ADJUST = "adjust"
    """The books are set to what is there."""
    APPROVE = "approve"
    """The slot is quarantined until a supervisor has decided."""


class CountReason(StrEnum):
    """Why; always given."""

    AS_BOOKED = "as_booked"
    MOVED_MEANWHILE = "moved_meanwhile"
    """Something was booked on the slot while it was being looked at."""
    UNSURE = "unsure"
    ONE_KIND = "one_kind"
    """Certain, but by one kind of evidence only."""
    OPEN_TASKS = "open_tasks"
    """Picks or puts of the slot are under way."""
    VALUE = "value"
    """Too much is at stake to go through without a person."""
    DISAGREEMENT = "disagreement"
    """A person counted neither what the books nor what the sensors say."""
    MISMATCH = "mismatch_quantity"
    """Other than booked, and certain (EPCIS CBV disposition)."""
    MISMATCH_CLASS = "mismatch_class"
    """Another SKU than booked lies there (EPCIS CBV disposition)."""
    IMPOSSIBLE = "impossible"
    """By what moved since, the slot would hold less than nothing, more than fits or two SKUs."""


@dataclass(frozen=True, slots=True)
class SlotBooks:
    """``quantity`` is what the ledger had when the evidence was gathered; ``moved``: pieces were,
    or may have been, moved from its beginning to its end. ``open_tasks`` are picks and puts shown
    and not confirmed yet; a piece is worth ``piece_value``, in the currency of the site."""

    quantity: int
    moved: bool = False
    open_tasks: int = 0
    piece_value: float = 0.0


@dataclass(frozen=True, slots=True)
class Looks:
    """What was done about the slot before this evidence came: robots looked again ``rescans``
    times, and people counted what ``counts`` says, in order. Their counts are part of the evidence
    as well."""

    rescans: int = 0
    counts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class ReconcileParams:
    """The books stand or fall with a probability of ``sure`` or more; robots look again at most
    ``rescans_max`` times; differences worth more than ``value_max`` go to a supervisor."""

    sure: float = 0.99
    rescans_max: int = 2
    value_max: float = 100.0

    def __post_init__(self) -> None:
        if not 0.5 < self.sure < 1:
            raise ValueError(f"sure must be between 0.5 and 1 (found {self.sure})")
        if self.rescans_max < 0 or self.value_max < 0:
            raise ValueError(
                "rescans_max and value_max must be 0 or more "
                f"(found {self.rescans_max}, {self.value_max})"
            )


@dataclass(frozen=True, slots=True)
class CountDecision:
    """What to do; with ADJUST and APPROVE the books would change by ``difference`` pieces."""

    step: NextStep
    reason: CountReason
    difference: int = 0


def reconcile(
    count: SlotCount, books: SlotBooks, looks: Looks, params: ReconcileParams
) -> CountDecision:
    """The next step for a slot, given all evidence so far."""
    if books.moved:
        step = NextStep.RESCAN if looks.rescans < params.rescans_max else NextStep.COUNT
        return CountDecision(step, CountReason.MOVED_MEANWHILE)
    if count.probability(books.quantity) >= params.sure:
        return CountDecision(NextStep.CONFIRM, CountReason.AS_BOOKED)
    found = count.likeliest
    if count.probability(found) < params.sure:
        return _look_again(count, books, looks, params)
    difference = found - books.quantity
    if len(count.kinds) < 2:
        return _other_kind(count, books, looks, params)
    if books.open_tasks:
        return CountDecision(NextStep.APPROVE, CountReason.OPEN_TASKS, difference)
    if abs(difference) * books.piece_value > params.value_max:
        return CountDecision(NextStep.APPROVE, CountReason.VALUE, difference)
    return CountDecision(NextStep.ADJUST, CountReason.MISMATCH, difference)


def _look_again(
    count: SlotCount, books: SlotBooks, looks: Looks, params: ReconcileParams
) -> CountDecision:
    """Not certain yet."""
    if not looks.counts and looks.rescans < params.rescans_max:
        return CountDecision(NextStep.RESCAN, CountReason.UNSURE)
    if not looks.counts:
        return CountDecision(NextStep.COUNT, CountReason.UNSURE)
    if len(looks.counts) == 1:
        agrees = looks.counts[0] in (books.quantity, count.likeliest)
        reason = CountReason.UNSURE if agrees else CountReason.DISAGREEMENT
        return CountDecision(NextStep.SECOND_COUNT, reason)
    difference = count.likeliest - books.quantity
    return CountDecision(NextStep.APPROVE, CountReason.DISAGREEMENT, difference)


def _other_kind(
    count: SlotCount, books: SlotBooks, looks: Looks, params: ReconcileParams
) -> CountDecision:
    """Certain by one kind of evidence: another one is to agree."""
    if count.kinds == {EvidenceKind.PERSON}:
        step = NextStep.SECOND_COUNT if len(looks.counts) < 2 else NextStep.APPROVE
    elif looks.rescans < params.rescans_max:
        step = NextStep.RESCAN
    else:
        step = NextStep.COUNT if len(looks.counts) < 2 else NextStep.APPROVE
    difference = count.likeliest - books.quantity if step is NextStep.APPROVE else 0
    return CountDecision(step, CountReason.ONE_KIND, difference)
