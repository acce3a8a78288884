"""What the control tower keeps and shows: one stream of all that happens, and what waits for
somebody."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from wms_bridge.records.alarms import Severity
from wms_bridge.records.counts import DecisionRecord


class StreamKind(StrEnum):
    """Where an item of the stream comes from; of the same moment in this order."""

    EVENT = "event"
    """The fleet feed: orders, picks, stations, rules, interventions."""
    ALARM = "alarm"
    """What happened to alarms."""
    COUNT = "count"
    """What was decided of counts."""
    WMS_IN = "wms_in"
    """Documents that came from the WMS."""
    WMS_OUT = "wms_out"
    """Messages for the WMS."""
    POLICY = "policy"
    """What alarm policies did."""
    ACT = "act"
    """The audit log: requests that changed something, the commands of the fleet among them."""

    @property
    def rank(self) -> int:
        """0 for the first."""
        return tuple(StreamKind).index(self)


@dataclass(frozen=True, slots=True)
class StreamItem:
    """One thing that happened. ``number`` is its number where it comes from, ``type`` its kind
    there, ``subject`` what it is about (an order, a robot, a station ...), ``who`` did it (empty:
    the fleet or the bridge) and ``body`` the record whole."""

    kind: StreamKind
    number: int
    at_ms: int
    type: str
    subject: str
    who: str
    text: str
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Span:
    """Records with a number above ``after`` and below ``before``: the first ``limit`` from the
    beginning, or from the end if ``newest_first``."""

    after: int = 0
    before: int | None = None
    newest_first: bool = False
    limit: int = 100


@dataclass(frozen=True, slots=True)
class NumberedDecision:
    """A decision on a count; ``number`` counts all of them from 1."""

    number: int
    decision: DecisionRecord


class ExceptionCause(StrEnum):
    """Why something waits for somebody."""

    ALARM = "alarm"
    """An alarm that wants an acknowledgement."""
    DISCREPANCY = "discrepancy"
    """A slot held another number of pieces than its books."""
    DEAD_MESSAGE = "dead_message"
    """A message that the WMS does not take."""
    REJECTED_DOCUMENT = "rejected_document"
    """A document of the WMS that cannot be taken."""
    FAILED_PICK = "failed_pick"
    """A pick that a robot arm failed at."""
    NO_ANSWER = "no_answer"
    """An intervention that the fleet does not answer."""
    POLICY_HELD = "policy_held"
    """An alarm policy that was held back."""
    POLICY_FAILED = "policy_failed"
    """An alarm policy could not do what it was to do."""


class ExceptionState(StrEnum):
    """How far an exception is dealt with."""

    OPEN = "open"
    CLAIMED = "claimed"
    """Somebody (its owner) is at it."""
    RESOLVED = "resolved"
    """Its owner says that it is dealt with, and how."""
    VERIFIED = "verified"
    """Somebody has looked: it is."""


class ExceptionDeed(StrEnum):
    """What somebody does to an exception."""

    CLAIM = "claim"
    RELEASE = "release"
    RESOLVE = "resolve"
    VERIFY = "verify"
    REOPEN = "reopen"


@dataclass(frozen=True, slots=True)
class Sighting:
    """Something that waits for somebody, as its source has it. ``key`` names it, ``token`` differs
    whenever it happens anew; ``since_ms`` is since when it waits."""

    key: str
    cause: ExceptionCause
    subject: str
    text: str
    since_ms: int
    token: str = ""
    severity: Severity = Severity.MEDIUM


@dataclass(frozen=True, slots=True)
class ExceptionRecord:
    """An exception once seen, kept until somebody has verified it. ``number`` counts them from 1;
    ``version`` counts its changes; ``times`` how often it came. ``over_ms`` is since when its
    source does not tell of it any more: it waits for somebody all the same."""

    number: int
    key: str
    cause: ExceptionCause
    subject: str
    text: str
    severity: Severity
    token: str
    since_ms: int
    changed_ms: int
    state: ExceptionState = ExceptionState.OPEN
    version: int = 1
    times: int = 1
    owner: str = ""
    resolved_by: str = ""
    verified_by: str = ""
    reason: str = ""
    over_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ExceptionQuery:
    """Which exceptions: of one of ``states`` and ``causes`` (none given: of any), those of
    ``owner``; with a number below ``before``, the newest first, at most ``limit``."""

    states: tuple[ExceptionState, ...] = ()
    causes: tuple[ExceptionCause, ...] = ()
    owner: str | None = None
    before: int | None = None
    limit: int = 100


@dataclass(frozen=True, slots=True)
class ExceptionCount:
    """How many exceptions of a cause are in a state."""

    cause: ExceptionCause
    state: ExceptionState
    count: int
