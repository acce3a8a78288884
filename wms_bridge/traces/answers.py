"""What tracing answers."""

from dataclasses import dataclass, field
from enum import StrEnum

from planner.warehouse.ids import Lot, OrderId, PodId, ReceiptId, RobotId, Sku, SlotId, StationId
from wms_bridge.ledger import Account


class Subject(StrEnum):
    """What can be traced."""

    ITEM = "item"
    """A piece with a serial."""
    PACK = "pack"
    LOT = "lot"
    """By the maker's code, or as the bridge names it."""
    SKU = "sku"
    POD = "pod"
    TOTE = "tote"
    """By the order it is for."""


@dataclass(frozen=True, slots=True)
class Seat:
    """An account of the books, and the slot and pod, order or receipt that it is of. Where a pod
    stands is known to the fleet only."""

    account: Account
    slot: SlotId | None = None
    pod: PodId | None = None
    order: OrderId | None = None
    receipt: ReceiptId | None = None


@dataclass(frozen=True, slots=True)
class ThingAt:
    """A thing and where it is, or was: ``packs`` from the innermost outwards. ``cause`` is the key
    of what brought it there at ``since_ms``."""

    name: str
    sku: Sku | None
    lot: str
    seat: Seat
    packs: tuple[str, ...]
    since_ms: int
    cause: str


@dataclass(frozen=True, slots=True)
class StockAt:
    """Pieces on an account; ``lot`` and its maker's code are empty where the lot is not known."""

    seat: Seat
    sku: Sku
    quantity: int
    lot: str = ""
    lot_code: str = ""


@dataclass(frozen=True, slots=True)
class ClassIn:
    """Pieces of a class, not known one by one, in a pack."""

    pack: str
    what: str
    quantity: int


@dataclass(frozen=True, slots=True)
class SerialsAt:
    """How many serials are on an account, in packs or not."""

    seat: Seat
    count: int


@dataclass(frozen=True, slots=True)
class Where:
    """Where something is, or was at ``at_ms``: a ``thing`` by itself, ``stock`` by the books,
    ``serials`` of a lot by account. ``inside`` are the names of what is directly in a pack or at a
    tote (``more``: there are others), ``contents`` its pieces by class."""

    subject: Subject
    value: str
    at_ms: int | None
    thing: ThingAt | None = None
    stock: tuple[StockAt, ...] = ()
    serials: tuple[SerialsAt, ...] = ()
    inside: tuple[str, ...] = ()
    more: bool = False
    contents: tuple[ClassIn, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happened to what is traced: it came to ``seat`` or into ``pack``.
    ``with_pack`` is the pack that moved with it inside. Of a movement of the books: what went
    ``from_seat`` by which order, station, robot and receipt."""

    at_ms: int
    what: str
    cause: str
    seat: Seat | None = None
    pack: str | None = None
    with_pack: str | None = None
    from_seat: Seat | None = None
    sku: Sku | None = None
    quantity: int | None = None
    lot: Lot | str = ""
    order: OrderId | None = None
    station: StationId | None = None
    robot: RobotId | None = None
    receipt: ReceiptId | None = None


@dataclass(frozen=True, slots=True)
class LotFlow:
    """Pieces of a lot that came with a movement, or went to an account; ``serials`` of them are
    known one by one. ``quantity`` is by the books, which know of lots since these are told."""

    cause: str
    seat: Seat
    quantity: int
    serials: int
    at_ms: int | None = None


@dataclass(frozen=True, slots=True)
class History:
    """Where something was at ``then``, how it came there (``path``, oldest first; the latest steps
    where there are too many), and of a lot where it came from and went to."""

    subject: Subject
    value: str
    then: Where
    path: tuple[Step, ...] = ()
    more: bool = False
    came_from: tuple[LotFlow, ...] = ()
    went_to: tuple[LotFlow, ...] = field(default=())
