"""What to do with a message to the WMS now, and what an outcome makes of it: pure decisions.

A WMS that does not know repeats makes two documents of one message sent twice, and an answer that
was lost tells nothing. So a message is marked as under way before it is sent (a *flight*). A
definite answer ends the flight. Without one, nothing is done until no request of it can have any
effect any more (the *fence*); then the WMS is searched, and only what is not there is sent again.
"""

from dataclasses import dataclass, replace
from enum import Enum, auto

from wms_bridge.backoff import BackoffParams, backoff_ms
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OutboxMessage

MAX_ERROR_LENGTH = 500
HINTS = ("reserve-order/",)
"""Messages that the WMS may as well not take: what comes after them does not wait long."""
HINT_REFUSALS = 3


class Step(Enum):
    """What to do with a message."""

    WAIT = auto()
    SEARCH = auto()
    SEND = auto()


def next_step(message: OutboxMessage, fence_ms: int, quiet_ms: int) -> Step:
    """What to do now. ``quiet_ms`` is how long no request for the message can have been sent (by a
    clock that is never set), ``fence_ms`` as in
    :class:`wms_bridge.connectors.port.Connector`."""
    if not fence_ms or message.flying_ms is None:
        return Step.SEND
    return Step.SEARCH if quiet_ms >= fence_ms else Step.WAIT


def take_off(message: OutboxMessage, fence_ms: int, now_ms: int) -> OutboxMessage:
    """The message as it is kept before it is sent."""
    return replace(message, flying_ms=now_ms, next_ms=now_ms + fence_ms)


def landed(message: OutboxMessage, outcome: str, now_ms: int) -> OutboxMessage:
    """The message after the WMS has told that it has it."""
    return replace(
        message,
        attempts=message.attempts + 1,
        error="",
        outcome=outcome[:MAX_ERROR_LENGTH],
        flying_ms=None,
        delivered_ms=now_ms,
    )


def not_found(message: OutboxMessage, now_ms: int) -> OutboxMessage:
    """The message after a search: the WMS does not have it, nor will it."""
    return replace(message, flying_ms=None, next_ms=now_ms)


@dataclass(frozen=True, slots=True)
class Patience:
    """How often the WMS may refuse a message before it is dead, and the waits in between."""

    max_refusals: int
    waits: BackoffParams

    def refusals(self, message: OutboxMessage) -> int:
        """How often it may refuse this one."""
        if message.message.startswith(HINTS):
            return min(HINT_REFUSALS, self.max_refusals)
        return self.max_refusals


def not_landed(
    message: OutboxMessage,
    failure: DeliveryFailed,
    fence_ms: int,
    patience: Patience,
    now_ms: int,
) -> OutboxMessage:
    """The message after a request that failed: refused and to be tried again or dead; not there,
    to be sent again; or of unknown outcome, and so still under way."""
    reason = failure.reason[:MAX_ERROR_LENGTH]
    tried = replace(
        message, attempts=message.attempts + 1, error=reason, next_ms=now_ms, flying_ms=None
    )
    if failure.unknown and fence_ms:
        return take_off(tried, fence_ms, now_ms)
    return _refused(tried, patience, now_ms) if failure.refused else tried


def not_searched(
    message: OutboxMessage, failure: DeliveryFailed, patience: Patience, now_ms: int
) -> OutboxMessage:
    """The message after a search that told nothing: it is still under way, and searched again."""
    kept = replace(message, error=failure.reason[:MAX_ERROR_LENGTH], next_ms=now_ms)
    return _refused(kept, patience, now_ms) if failure.refused else kept


def _refused(message: OutboxMessage, patience: Patience, now_ms: int) -> OutboxMessage:
    refusals = message.refusals + 1
    if refusals >= patience.refusals(message):
        return replace(message, refusals=refusals, dead_ms=now_ms)
    wait_ms = backoff_ms(refusals, message.message, patience.waits)
    return replace(message, refusals=refusals, next_ms=now_ms + wait_ms)


class CircuitState(Enum):
    """Whether the WMS is asked."""

    CLOSED = "closed"
    """It is well."""
    OPEN = "open"
    """It is not well, and left alone for a while."""
    HALF_OPEN = "half_open"
    """One request tries whether it is well again."""


@dataclass(frozen=True, slots=True)
class Circuit:
    """A circuit breaker: after a failure the WMS is left alone until ``open_until_ms``, longer
    after each failed try. Times are of a clock that is never set."""

    failures: int = 0
    open_until_ms: int = 0

    def state(self, now_ms: int) -> CircuitState:
        """How it is now."""
        if not self.failures:
            return CircuitState.CLOSED
        return CircuitState.OPEN if now_ms < self.open_until_ms else CircuitState.HALF_OPEN

    def allowed(self, now_ms: int, at_once: int) -> int:
        """How many requests may be under way."""
        match self.state(now_ms):
            case CircuitState.CLOSED:
                return at_once
            case CircuitState.OPEN:
                return 0
            case CircuitState.HALF_OPEN:
                return 1

    def failed(self, now_ms: int, waits: BackoffParams) -> "Circuit":
        """After a request that did not reach it. Others that were under way when it opened tell
        nothing new."""
        if self.state(now_ms) is CircuitState.OPEN:
            return self
        failures = self.failures + 1
        return Circuit(failures, now_ms + backoff_ms(failures, "wms", waits))
