"""Alarms, how far each is dealt with, and what became of them."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.commands import AlarmKind


class Severity(StrEnum):
    """How bad an alarm is (ISA-18.2: priority), the worst first."""

    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return tuple(Severity).index(self)


class AlarmState(StrEnum):
    """How far an alarm is dealt with (ISA-18.2, 6.2.3; the letters are those of its diagram)."""

    UNACKNOWLEDGED = "unacknowledged"
    """B: something is wrong, and nobody has said that they know."""
    RETURNED = "returned"
    """D: it is right again, and nobody has said that they know that it was not."""
    ACKNOWLEDGED = "acknowledged"
    """C: something is wrong, and somebody knows."""
    NORMAL = "normal"
    """A: nothing is wrong, or nothing is left to do about it."""

    @property
    def wanting(self) -> bool:
        """Whether somebody has to acknowledge it."""
        return self in (AlarmState.UNACKNOWLEDGED, AlarmState.RETURNED)


class AlarmEvent(StrEnum):
    """What may happen to an alarm."""

    RAISED = "raised"
    CLEARED = "cleared"
    ACKNOWLEDGED = "acknowledged"
    SHELVED = "shelved"
    """Set aside for a while, or for another while than before."""
    UNSHELVED = "unshelved"
    SHELF_OVER = "shelf_over"
    """The time for which it was shelved is over."""


@dataclass(frozen=True, slots=True)
class AlarmRecord:
    """The alarm of one kind about one subject; ``number`` counts alarms from 1 and is its address.

    ``active`` is the fleet's latest word, ``changed_ms`` since when it is that, ``raised_ms`` when
    it was raised last and ``occurrences`` how often that was. ``change`` is the number of its
    latest :class:`AlarmChange`; ``wanted_change`` that since which it wants an acknowledgement, or
    did last; ``shelf_change`` that which last shelved it or ended that (0: none).
    ``acknowledged_by`` and ``_ms`` are of the latest occurrence. It is shelved as long as there is
    a ``shelved_until_ms``.
    """

    kind: AlarmKind
    subject: str
    text: str
    active: bool
    changed_ms: int
    number: int = 0
    severity: Severity = Severity.MEDIUM
    state: AlarmState = AlarmState.NORMAL
    occurrences: int = 0
    raised_ms: int = 0
    change: int = 0
    wanted_change: int = 0
    shelf_change: int = 0
    acknowledged_by: str = ""
    acknowledged_ms: int | None = None
    shelved_until_ms: int | None = None
    shelved_by: str = ""
    shelved_reason: str = ""

    @property
    def shelved(self) -> bool:
        """Whether it is set aside."""
        return self.shelved_until_ms is not None

    @property
    def place(self) -> "AlarmPlace":
        """Where it stands in lists."""
        return AlarmPlace(self.severity, self.changed_ms, self.number)


@dataclass(frozen=True, slots=True)
class AlarmChange:
    """What happened to an alarm, and how it was afterwards; ``number`` counts the changes of all
    alarms from 1 without gaps. ``by`` is empty where the fleet or the bridge itself told."""

    number: int
    alarm: int
    kind: AlarmKind
    subject: str
    severity: Severity
    event: AlarmEvent
    state: AlarmState
    shelved: bool
    at_ms: int
    by: str = ""
    reason: str = ""
    text: str = ""


class AlarmSort(StrEnum):
    """Which of the alarms listed comes first."""

    NEWEST = "newest"
    """That which was raised or cleared last."""
    SEVERITY = "severity"
    """The worst; of those alike the newest."""


@dataclass(frozen=True, slots=True)
class AlarmPlace:
    """Where an alarm stands in lists."""

    severity: Severity
    changed_ms: int
    number: int


@dataclass(frozen=True, slots=True)
class AlarmQuery:
    """Which alarms to list: the first ``limit`` behind the place ``after``, of one of ``states``,
    ``severities`` and ``kinds`` (none given: of any), whose subject has ``search`` in it (Latin
    letters in either case)."""

    states: tuple[AlarmState, ...] = ()
    severities: tuple[Severity, ...] = ()
    kinds: tuple[AlarmKind, ...] = ()
    subject: str | None = None
    shelved: bool | None = None
    sort: AlarmSort = AlarmSort.NEWEST
    after: AlarmPlace | None = None
    limit: int = 1000
    search: str = ""


@dataclass(frozen=True, slots=True)
class AlarmCount:
    """How many alarms there are of a severity in a state, shelved or not."""

    severity: Severity
    state: AlarmState
    shelved: bool
    count: int


@dataclass(frozen=True, slots=True)
class ChangeQuery:
    """Which changes to list: the first ``limit`` with a number above ``after`` and below
    ``before``, from ``since_ms`` until before ``until_ms``; the newest first unless
    ``oldest_first``."""

    alarm: int | None = None
    kinds: tuple[AlarmKind, ...] = ()
    severities: tuple[Severity, ...] = ()
    subject: str | None = None
    since_ms: int | None = None
    until_ms: int | None = None
    after: int = 0
    before: int | None = None
    oldest_first: bool = False
    limit: int = 100
