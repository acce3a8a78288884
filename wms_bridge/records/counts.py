"""What the bridge remembers of counts: cases of slots, people's counts, decisions, evidence."""

from dataclasses import dataclass, field
from enum import StrEnum

from planner.warehouse.counts import CountTask, SlotCount
from planner.warehouse.ids import CountId, RobotId, Sku, SlotId
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.reconciling import CountReason, NextStep, ReconcileParams

UNNAMED_SITE = EpcisSite("urn:example:podherd:site", "urn:example:podherd:owner")
"""Of a bridge that was not told how its site is called; good for trying things out."""
DAY_MS = 24 * 3600 * 1000


class CaseStatus(StrEnum):
    """Where a case is: on a rung of the ladder, or closed."""

    RESCAN = "rescan"
    """A robot is to look again."""
    COUNT = "count"
    """A person is to count."""
    SECOND_COUNT = "second_count"
    """Another person is."""
    APPROVE = "approve"
    """The slot is quarantined until a supervisor has decided."""
    CONFIRMED = "confirmed"
    """As booked."""
    ADJUSTED = "adjusted"
    """The books were set to what was found, by the evidence alone."""
    APPROVED = "approved"
    """They were, and a supervisor said so."""
    REJECTED = "rejected"
    """A supervisor let the books stand."""
    SUPERSEDED = "superseded"
    """A short pick or the like corrected the books before the case was decided."""

    @property
    def open(self) -> bool:
        """Whether something is still to be done."""
        return self in OPEN_STATUSES


OPEN_STATUSES = frozenset(
    {CaseStatus.RESCAN, CaseStatus.COUNT, CaseStatus.SECOND_COUNT, CaseStatus.APPROVE}
)


class CaseAction(StrEnum):
    """What a supervisor may decide."""

    APPROVE = "approve"
    """The books are set to what was found."""
    RECOUNT = "recount"
    """People count anew; nothing seen or counted before is believed."""
    REJECT = "reject"
    """The books stand."""


@dataclass(frozen=True, slots=True)
class CountParams:
    """How counts are judged. People count right with probability ``person_right``; evidence older
    than ``oldest_ms`` is refused; the clocks of robots and bridge may differ by ``skew_ms``: what
    is booked within it of an observation may have come before or after. Events of counts name
    things after ``epcis``."""

    reconcile: ReconcileParams = field(default_factory=ReconcileParams)
    epcis: EpcisSite = UNNAMED_SITE
    person_right: float = 0.98
    oldest_ms: int = 7 * DAY_MS
    skew_ms: int = 5_000

    def __post_init__(self) -> None:
        if not 0.5 < self.person_right < 1:
            raise ValueError(f"person_right must be between 0.5 and 1 (found {self.person_right})")
        if self.oldest_ms <= 0 or self.skew_ms < 0:
            raise ValueError(
                "oldest_ms must be above 0 and skew_ms 0 or more "
                f"(found {self.oldest_ms}, {self.skew_ms})"
            )


@dataclass(frozen=True, slots=True)
class PersonCount:
    """A person counted ``quantity`` pieces when the books had ``booked``. Those not ``used`` were
    made while pieces were taken or put, or before the books were corrected or a recount was
    ordered, and tell nothing."""

    count: CountId
    by: str
    quantity: int
    booked: int
    at_ms: int
    used: bool = True


@dataclass(frozen=True, slots=True)
class CountCase:
    """What is believed of a slot since it was last settled, and what is to be done about it. A slot
    has at most one open case, its latest; ``number`` counts cases from 1.

    ``count`` is all evidence put together, ``count.books`` what the ledger had then; unless
    ``sound``, pieces moved meanwhile and it is worth nothing. ``difference`` is what the books
    would be, or were, changed by. Robots were sent to look again ``rescans`` times, people to
    count ``asked`` times; ``task`` is the person's count that is wanted. ``entry`` is the number of
    the last ledger entry when the case last changed, ``version`` how often it has.
    """

    number: int
    case: str
    slot: SlotId
    sku: Sku
    status: CaseStatus
    reason: CountReason
    difference: int
    count: SlotCount
    sound: bool
    piece_value: float
    rescans: int
    people: tuple[PersonCount, ...]
    task: CountId | None
    asked: int
    quarantined: bool
    opened_ms: int
    changed_ms: int
    version: int
    entry: int
    settled_ms: int | None = None
    decided_by: str | None = None
    note: str = ""

    @property
    def known_until_ms(self) -> int:
        """Evidence that ends before is late: more is known, or the books were decided on."""
        decided = self.status in (CaseStatus.ADJUSTED, CaseStatus.APPROVED, CaseStatus.REJECTED)
        return max(self.count.until_ms, self.settled_ms or 0) if decided else self.count.until_ms


@dataclass(frozen=True, slots=True)
class CountTaken:
    """Answer to a count: the ``step`` it led to in its case; ``None`` if it is ``late``, older than
    what was known of the slot already, and decides nothing. ``repeated`` tells the caller that the
    same evidence came before and nothing was done."""

    slot: SlotId
    case: str
    step: NextStep | None
    reason: CountReason | None
    difference: int
    late: bool = False
    repeated: bool = False


@dataclass(frozen=True, slots=True)
class SeenCount:
    """A count as it came, and what was answered; ``digest`` is the same for the same evidence."""

    digest: str
    taken_ms: int
    count: SlotCount
    answer: CountTaken


@dataclass(frozen=True, slots=True)
class CountTaskRecord:
    """A count shown to a person; ``number`` counts what was shown from 1. A count shown anew, in
    another visit, replaces what was shown before, which is then withdrawn."""

    number: int
    task: CountTask
    robot: RobotId
    shown_ms: int
    quantity: int | None = None
    by: str | None = None
    confirmed_ms: int | None = None
    withdrawn_ms: int | None = None

    @property
    def open(self) -> bool:
        """Whether it may still be confirmed."""
        return self.confirmed_ms is None and self.withdrawn_ms is None


@dataclass(frozen=True, slots=True)
class DecisionRecord:
    """Who decided what of a case in which ``version``, why and when."""

    case: str
    version: int
    action: CaseAction
    by: str
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class CaseQuery:
    """Which cases to list, the latest first: ``open`` ones, closed ones or all; of one slot or of
    all; with a number below ``before``."""

    open: bool | None = None
    slot: SlotId | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class EvidenceRecord:
    """A photo, or reads as JSON, under the SHA-256 (hex) of its bytes."""

    sha256: str
    media_type: str
    body: bytes
    at_ms: int


@dataclass(frozen=True, slots=True)
class EpcisRecord:
    """An EPCIS event as JSON under its event hash; ``number`` counts them from 1."""

    number: int
    hash: str
    event_ms: int
    body: str
