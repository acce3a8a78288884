"""What the bridge remembers of reservations and news for the WMS."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import Sku


class ReservationState(StrEnum):
    """What has become of a reservation."""

    HELD = "held"
    CONSUMED = "consumed"
    """The order it was for has come."""
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class ReservedLine:
    """Of ``quantity`` pieces asked for, ``granted`` are promised."""

    sku: Sku
    quantity: int
    granted: int


@dataclass(frozen=True, slots=True)
class Reservation:
    """Pieces promised to an order that has not come yet: it will come under the same name. Not
    counted any more from ``until_ms`` on, if that is set."""

    reservation: str
    body_hash: str
    lines: tuple[ReservedLine, ...]
    until_ms: int | None
    made_ms: int
    state: ReservationState = ReservationState.HELD
    closed_ms: int | None = None

    def holds(self, now_ms: int) -> bool:
        """Whether what was granted is still promised."""
        in_time = self.until_ms is None or now_ms < self.until_ms
        return self.state is ReservationState.HELD and in_time


@dataclass(frozen=True, slots=True)
class Availability:
    """Pieces of an SKU: ``in_slots`` by the books, of these ``quarantined`` in slots nobody picks
    from, and ``held`` in other slots, of lots that are on hold or recalled; ``ordered`` by open
    orders and not picked yet; ``reserved`` for orders to come; ``on_dock`` received and not put
    away. What can be promised is ``available``: may be negative when more is ordered than there
    is."""

    sku: Sku
    in_slots: int
    quarantined: int
    held: int
    ordered: int
    reserved: int
    on_dock: int

    @property
    def available(self) -> int:
        """What can be promised."""
        free = self.in_slots - self.quarantined - self.held
        return free - self.ordered - self.reserved


@dataclass(frozen=True, slots=True)
class Subscription:
    """Somebody who is told by webhook what the WMS is told: messages of these ``kinds`` (what
    stands before the first stroke of their names; none: all), in order, each until it is taken.
    ``cursor`` is the number of the last message done with. ``refusals`` counts how often the next
    one was refused; ``paused`` subscriptions wait for somebody to resume them."""

    subscription: str
    url: str
    kinds: tuple[str, ...]
    secret: str
    cursor: int
    created_ms: int
    failures: int = 0
    refusals: int = 0
    next_ms: int = 0
    error: str = ""
    paused: bool = False
    delivered: int = 0


@dataclass(frozen=True, slots=True)
class HookSource:
    """A system that tells us by webhook, and the secret it signs with."""

    source: str
    secret: str
    created_ms: int


Quantities = Mapping[Sku, int]
"""Pieces by SKU; those without any may be missing."""
