"""Lots, their owners and states, how stock is rotated, and recalls."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import Lot, OrderId, Sku


class LotState(StrEnum):
    """Whether pieces of a lot may leave."""

    RELEASED = "released"
    """They may."""
    HELD = "held"
    """Quality hold: none is picked until the lot is released."""
    RECALLED = "recalled"
    """As ``HELD``; they only leave to the tote of their recall."""


@dataclass(frozen=True, slots=True)
class LotRecord:
    """Pieces of one SKU made together, of one owner; ``number`` counts lots from 1 and ``lot`` is
    made of it. ``code`` is the maker's (GS1 AI 10); empty where there is none, as of goods that are
    kept apart for their owner only. ``owner`` is empty for the site's own goods. ``expires_ms`` is
    when they expire (AI 17); ``received_ms`` when the first of them came. ``by``, ``reason`` and
    ``changed_ms`` are who put it into its state, why and when."""

    number: int
    lot: Lot
    sku: Sku
    code: str
    owner: str
    expires_ms: int | None
    received_ms: int
    state: LotState = LotState.RELEASED
    by: str = ""
    reason: str = ""
    changed_ms: int = 0

    @property
    def free(self) -> bool:
        """Whether its pieces may be picked for orders."""
        return self.state is LotState.RELEASED

    def expired(self, now_ms: int) -> bool:
        """Whether it is free although it has expired, and nobody let it go since."""
        until_ms = self.expires_ms
        return self.free and until_ms is not None and self.changed_ms < until_ms <= now_ms


@dataclass(frozen=True, slots=True)
class LotChange:
    """Somebody put a lot into a state, and why."""

    lot: Lot
    state: LotState
    by: str
    reason: str
    at_ms: int


@dataclass(frozen=True, slots=True)
class LotQuery:
    """Which lots to list: the first ``limit`` with a number above ``after``, oldest first."""

    sku: Sku | None = None
    code: str | None = None
    owner: str | None = None
    state: LotState | None = None
    after: int = 0
    limit: int = 100


class RotationRule(StrEnum):
    """Which stock of an SKU goes first."""

    NONE = "none"
    """Whatever suits the fleet."""
    FEFO = "fefo"
    """First expired, first out; what does not expire goes last."""
    FIFO = "fifo"
    """First in, first out; what is of no known lot came before all others."""


@dataclass(frozen=True, slots=True)
class Rotation:
    """How an SKU is rotated, or the whole site (``sku`` empty). Stock that is at most
    ``window_ms`` younger than the oldest may be taken as well."""

    sku: Sku
    rule: RotationRule
    window_ms: int = 0


class RecallState(StrEnum):
    """How far a recall is."""

    OPEN = "open"
    """Pieces are still in slots or at the dock."""
    RETRIEVED = "retrieved"
    """None is."""


@dataclass(frozen=True, slots=True)
class RecallRecord:
    """A recall of lots: ``retrievals`` are the pick orders that take what is left of them out of
    the pods; ``number`` counts recalls from 1 and ``recall`` is made of it."""

    number: int
    recall: str
    key: str
    body_hash: str
    lots: tuple[Lot, ...]
    reason: str
    by: str
    opened_ms: int
    retrievals: tuple[OrderId, ...] = ()
