"""A site as its file describes it: metric geometry and what stands on it.

Coordinates are metres in the site's frame, x to the east and y to the north (REP-103); headings
are radians, counter-clockwise from +x. Everything robots drive on lies on a lattice whose cells
are ``pitch_m`` wide. How these pieces become a graph is told in :mod:`planner.roadmap`.
"""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.counts import EvidenceKind
from planner.warehouse.ids import ChargerId, RobotId, StationId

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StorageBlock:
    """A rectangle of pod spots, one lattice cell each; ``origin_m`` is the centre of its
    south-west spot."""

    id: str
    origin_m: Point
    columns: int
    rows: int


class Direction(StrEnum):
    """Which way traffic runs in an aisle, seen from its first point to its last."""

    BOTH = "both"
    FORWARD = "forward"


@dataclass(frozen=True, slots=True)
class Aisle:
    """An axis-parallel chain of points along which robots drive, loaded or not."""

    id: str
    points_m: tuple[Point, ...]
    direction: Direction = Direction.BOTH


class StationRole(StrEnum):
    """What is done at a station; one that does both is a combi-station."""

    PICK = "pick"
    """Order lines are picked out of pods."""
    REPLENISH = "replenish"
    """Goods received are put into pods."""


class PickerKind(StrEnum):
    """Who picks at a station."""

    PERSON = "person"
    ARM = "arm"
    """A robot arm: it fails now and then, and a person takes what it could not."""


@dataclass(frozen=True, slots=True)
class PickStation:
    """Where a person or a robot arm (``picker``) picks, or goods are put away (``roles``). Pods
    come in through ``queue_m`` (in driving order), stop at ``position_m`` and leave through
    ``exit_m``: a one-way lane that starts and ends next to an aisle. ``order_slots`` orders can be
    open at once (totes on the put wall)."""

    id: StationId
    position_m: Point
    queue_m: tuple[Point, ...]
    exit_m: tuple[Point, ...]
    order_slots: int
    roles: tuple[StationRole, ...] = (StationRole.PICK,)
    picker: PickerKind = PickerKind.PERSON


@dataclass(frozen=True, slots=True)
class Charger:
    """A charging place for one robot, next to an aisle."""

    id: ChargerId
    position_m: Point


class ZoneKind(StrEnum):
    """What a zone does to the ways through it."""

    NO_GO = "no_go"
    """Nothing drives here."""
    SLOW = "slow"
    """``max_speed_mps`` holds here."""
    ONE_WAY = "one_way"
    """Aisles here run only along ``heading_rad`` (within a right angle)."""


@dataclass(frozen=True, slots=True)
class Zone:
    """A polygon with a rule; it acts on edges whose end or middle lies inside."""

    id: str
    kind: ZoneKind
    polygon_m: tuple[Point, ...]
    max_speed_mps: float | None = None
    heading_rad: float | None = None


@dataclass(frozen=True, slots=True)
class PodModel:
    """The movable rack: a square footprint of ``size_m``, and ``levels`` x ``columns`` slots on
    each face. Every slot holds up to ``slot_capacity`` pieces of one SKU. ``boards_z_m`` are the
    heights of the boards above the floor, lower edges, from below, and the upper end of the last
    level: one more than levels, or none where nobody has measured them."""

    size_m: float
    faces: tuple[str, ...]
    levels: int
    columns: int
    slot_capacity: int
    boards_z_m: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Scanner:
    """What a robot sees the faces of pods with: an RFID reader, cameras or both (``sees``). It
    stands ``dwell_s`` before a face that it is sent to look at; what it drives past it sees as
    well."""

    sees: tuple[EvidenceKind, ...]
    dwell_s: float = 3.0


@dataclass(frozen=True, slots=True)
class RobotType:
    """What one kind of robot can do.

    Speeds in m/s, acceleration in m/s^2 (braking the same), turning in rad/s on the spot,
    ``lift_s`` seconds to lift or lower, battery in watt hours and power in watts. Robots with a
    ``scanner`` count; with ``carries`` false they do nothing else.
    """

    id: str
    length_m: float
    width_m: float
    speed_mps: float
    loaded_speed_mps: float
    acceleration_mps2: float
    turn_rate_radps: float
    lift_s: float
    battery_wh: float
    drive_w: float
    idle_w: float
    charge_w: float
    scanner: Scanner | None = None
    carries: bool = True


@dataclass(frozen=True, slots=True)
class SiteRobot:
    """A robot of the site, where it stands at the start and how full its battery is (0 to 1)."""

    id: RobotId
    type: str
    start_m: Point
    battery: float = 1.0


@dataclass(frozen=True, slots=True)
class Site:
    """Everything in a site file. ``pod_count`` pods are spread evenly over the pod spots."""

    format: str
    name: str
    pitch_m: float
    floor_m: tuple[Point, ...]
    storage_blocks: tuple[StorageBlock, ...]
    aisles: tuple[Aisle, ...]
    stations: tuple[PickStation, ...]
    chargers: tuple[Charger, ...]
    pod_model: PodModel
    pod_count: int
    robot_types: tuple[RobotType, ...]
    robots: tuple[SiteRobot, ...]
    zones: tuple[Zone, ...] = ()

    def type_of(self, robot: SiteRobot) -> RobotType:
        """The type record of a robot. Raises ``StopIteration`` never on a checked site."""
        return next(kind for kind in self.robot_types if kind.id == robot.type)
