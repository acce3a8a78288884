"""What drones are told and what they tell: VDA 5050's orders, with places in three dimensions."""

from dataclasses import dataclass
from enum import StrEnum

from planner.flight.airspace import Position
from planner.flight.views import View
from planner.warehouse.ids import RobotId, TransportOrderId


@dataclass(frozen=True, slots=True)
class FlightNode:
    """A place to fly to straight from the node before, and the face to look at there, if any
    (action ``detectObject``)."""

    sequence: int
    place: Position
    look: View | None = None


@dataclass(frozen=True, slots=True)
class FlightOrder:
    """An order or an update of one. ``base`` is released: fly to its end and hover there.
    ``way_home`` begins there and ends at the pad; it is released as well, and only flown when the
    drone is told to, loses contact or runs low. Sequence numbers go on from base to way home; an
    update starts with the node at which the base before it ended."""

    order: TransportOrderId
    update: int
    drone: RobotId
    base: tuple[FlightNode, ...]
    way_home: tuple[FlightNode, ...]

    @property
    def nodes(self) -> tuple[FlightNode, ...]:
        """Base and way home in one."""
        return self.base + self.way_home


@dataclass(frozen=True, slots=True)
class ReturnHome:
    """Fly the base to its end without looking at anything more, then the way home."""

    drone: RobotId


@dataclass(frozen=True, slots=True)
class LandHere:
    """The air beneath is free: come straight down. For a drone that has asked for it."""

    drone: RobotId


class FlightTrouble(StrEnum):
    """Why a drone did not come back as planned."""

    LOST_CONTACT = "lostContact"
    """It heard nothing for too long, and flies home."""
    LOW_BATTERY = "lowBattery"
    """What is left is for the way home; it broke off."""
    CANNOT_RETURN = "cannotReturn"
    """Not even the way home is left: it lands where it is."""


@dataclass(frozen=True, slots=True)
class FlightAlarm:
    """For people: a drone in trouble, and where."""

    drone: RobotId
    trouble: FlightTrouble
    place: Position


FlightCommand = FlightOrder | ReturnHome | LandHere | FlightAlarm


@dataclass(frozen=True, slots=True)
class FlightReport:
    """The full state of a drone. ``last_sequence`` is the last node reached of update ``update``.
    ``homing``: it takes no more orders until it has landed. ``on_ground``: it stands, on its pad or
    not."""

    drone: RobotId
    at_ms: int
    place: Position
    battery_wh: float
    order: TransportOrderId
    update: int
    last_sequence: int
    homing: bool
    on_ground: bool
    trouble: FlightTrouble | None = None


def order_number(order: TransportOrderId) -> int:
    """``D1/7``: which of a drone's orders it is; 0 of none."""
    return int(order.rpartition("/")[2] or 0)
