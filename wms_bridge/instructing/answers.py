"""What a station tells whoever works there; all renderers show the same."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import (
    LineId,
    OrderId,
    PodId,
    ReceiptId,
    RobotId,
    Sku,
    StationId,
    VisitId,
)
from planner.warehouse.site import PickerKind, StationRole
from wms_bridge.instructing.faces import SlotPlace
from wms_bridge.records.walls import WorkDone
from wms_bridge.records.work import OrderStatus


class Language(StrEnum):
    """Languages that instructions are spoken in."""

    EN = "en"
    ZH = "zh"


class Work(StrEnum):
    """What is to be done."""

    PICK = "pick"
    PUT = "put"
    COUNT = "count"
    """Blind: what the books say is not told."""


class LightAt(StrEnum):
    """Where a light is."""

    SLOT = "slot"
    """At a slot of the pod: a beam, or a module on a frame around the face."""
    WALL = "wall"
    """At a place of the put wall."""


class Colour(StrEnum):
    """Colours of pick-to-light modules: one for each kind of work."""

    GREEN = "green"
    BLUE = "blue"
    WHITE = "white"


@dataclass(frozen=True, slots=True)
class Light:
    """A light to switch on: ``address`` is a slot id, or the number of a place on the put wall;
    ``number`` is what its display shows, ``None`` for nothing."""

    at: LightAt
    address: str
    colour: Colour
    number: int | None


@dataclass(frozen=True, slots=True)
class Article:
    """What is said of an article; ``gtins`` (14 digits) are those it is known by."""

    sku: Sku
    description: str
    gtins: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Instruction:
    """One thing to do: ``quantity`` pieces (``None`` for a blind count) of an article out of, or
    into, a slot. ``id`` is that of the pick, put or count and ``number`` counts those of its kind.

    Of a pick ``order`` and ``line`` tell for whom it is, ``place`` where on the put wall the tote
    of the order stands (``None``: it has no place), ``lot`` the code of the lot to take where the
    slot holds several. Of a put ``receipt`` tells what the goods came with. ``voice`` is what is
    spoken, in the language asked for.
    """

    work: Work
    id: str
    number: int
    shown_ms: int
    visit: VisitId
    article: Article
    slot: SlotPlace
    quantity: int | None
    lights: tuple[Light, ...]
    voice: str
    lot: str = ""
    order: OrderId | None = None
    line: LineId | None = None
    place: int | None = None
    receipt: ReceiptId | None = None


@dataclass(frozen=True, slots=True)
class Tote:
    """The tote of an order at its place on the put wall, until another order gets the place."""

    place: int
    order: OrderId
    status: OrderStatus


@dataclass(frozen=True, slots=True)
class NextPod:
    """A pod on its way to the station, or there (``here``). ``distance_m`` is what its robot still
    has to drive: along its planned way, and straight on from where that ends."""

    pod: PodId
    robot: RobotId
    distance_m: float
    here: bool


@dataclass(frozen=True, slots=True)
class StationPanel:
    """All that whoever works at a station needs: ``instructions`` in the order to work through, the
    put wall, the next pods by a view of the floor that is ``view_age_ms`` old (``None``: none yet),
    and what was picked in the last hour. At a station of a robot arm the picks are those it failed
    at. Times are ms since 1970 UTC of the bridge's clock."""

    station: StationId
    at_ms: int
    roles: tuple[StationRole, ...]
    picker: PickerKind
    order_slots: int
    closed: bool
    at_once: bool
    instructions: tuple[Instruction, ...]
    wall: tuple[Tote, ...]
    pods: tuple[NextPod, ...]
    view_age_ms: int | None
    last_hour: WorkDone
