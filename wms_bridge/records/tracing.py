"""What the bridge remembers of serials and packs.

A *thing* is known by a name of its own: a piece with a serial (SGTIN), a pack (SSCC). It is in
exactly one place, an account of the books or another thing (its *parent*). Every change of place
belongs to an *occurrence*: a movement of the books, a packing, a mend.
"""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import Sku
from wms_bridge.ledger import Account


@dataclass(frozen=True, slots=True)
class Name:
    """Name of a thing or of a class of things.

    ``kind`` is ``01/<gtin>``, ``sku/<sku>`` for goods without GTIN, or the application identifier
    of another key (``00``: SSCC, ``8003``: GRAI, ``8004``: GIAI). ``serial`` is empty for a class;
    ``lot`` only goes with classes.
    """

    kind: str
    serial: str = ""
    lot: str = ""

    @property
    def of_goods(self) -> bool:
        """Whether it names goods, not a container."""
        return self.kind.startswith(("01/", "sku/"))

    def __str__(self) -> str:
        if self.serial:
            return (
                f"{self.kind}/21/{self.serial}" if self.of_goods else f"{self.kind}/{self.serial}"
            )
        return f"{self.kind}/10/{self.lot}" if self.lot else self.kind


@dataclass(frozen=True, slots=True)
class Thing:
    """Something known one by one, and where it is: on an account, or (``place`` is ``None``) in its
    parent. ``occurrence`` is the number of what brought it there, ``since_ms`` when that was."""

    number: int
    name: Name
    sku: Sku | None
    lot: str
    place: Account | None
    parent: int | None
    occurrence: int
    since_ms: int


class Happening(StrEnum):
    """What changes the place of things."""

    MOVED = "moved"
    """A movement of the books; its key is that of the occurrence."""
    ANNOUNCED = "announced"
    """Named before it came."""
    PACKED = "packed"
    UNPACKED = "unpacked"
    MENDED = "mended"
    """A link was wrong, by what was read."""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """Something that happened once, under its ``key``; ``number`` counts them from 1. ``digest``
    is that of what was told of it, by which repeats are known."""

    number: int
    key: str
    what: Happening
    at_ms: int
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Stay:
    """A thing has been on an account or in a parent since an occurrence."""

    thing: int
    occurrence: Occurrence
    place: Account | None
    parent: int | None


@dataclass(frozen=True, slots=True)
class Content:
    """``quantity`` pieces of a class, not known one by one, in a pack."""

    pack: int
    what: Name
    quantity: int


@dataclass(frozen=True, slots=True)
class ContentChange:
    """``difference`` pieces of a class went into a pack, or out of it."""

    pack: int
    what: Name
    difference: int
    occurrence: Occurrence


@dataclass(frozen=True, slots=True)
class Group:
    """``count`` things of a lot are together on an account or in a parent."""

    place: Account | None
    parent: int | None
    count: int


class Doubt(StrEnum):
    """Why what was read or moved does not go with the books."""

    UNKNOWN = "unknown"
    """Never received."""
    ELSEWHERE = "elsewhere"
    """By the books at another place: picked before, or never put there."""
    OTHER_SKU = "other_sku"
    UNSCANNED = "unscanned"
    """Pieces moved and nobody read which."""


@dataclass(frozen=True, slots=True)
class SerialDoubt:
    """``name`` (empty for ``UNSCANNED``) came up with the movement or evidence of this ``key``;
    the books have it at ``booked``, it was seen at ``seen``. ``number`` counts doubts from 1."""

    number: int
    key: str
    doubt: Doubt
    name: str
    sku: Sku | None
    booked: str
    seen: str
    pieces: int
    at_ms: int


@dataclass(frozen=True, slots=True)
class Sighting:
    """Things read together by a gate or a camera: ``evidence`` is its id (SHA-256 of reads or
    photo), ``parent`` the pack among them, if one was read. ``number`` counts sightings from 1."""

    number: int
    evidence: str
    at_ms: int
    read_point: str
    parent: int | None
    children: tuple[int, ...]


class MendState(StrEnum):
    """Where a mend is."""

    PROPOSED = "proposed"
    APPLIED = "applied"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    """The link changed before it was decided."""


@dataclass(frozen=True, slots=True)
class Mend:
    """By the evidence ``child`` is not in ``was`` but in ``now`` (``None``: in no pack), with this
    probability. ``number`` counts mends from 1; ``decided_by`` is empty where the evidence alone
    was enough."""

    number: int
    child: int
    was: int | None
    now: int | None
    confidence: float
    evidence: tuple[str, ...]
    state: MendState
    proposed_ms: int
    decided_ms: int | None = None
    decided_by: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class MendQuery:
    """Which mends to list, the latest first, with a number below ``before``."""

    state: MendState | None = None
    before: int | None = None
    limit: int = 100
