"""What a robot says about itself."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import ActionId, NodeId, PodId, RobotId, TransportOrderId
from planner.warehouse.transport import ActionStatus


@dataclass(frozen=True, slots=True)
class Pose:
    """Position in the site's frame (metres) and heading (radians, counter-clockwise from +x)."""

    x_m: float
    y_m: float
    theta_rad: float


class ErrorKind(StrEnum):
    """Why a robot cannot go on, or has refused something."""

    ORDER_UPDATE_ERROR = "orderUpdateError"
    """An update that does not continue the order the robot has."""
    NO_ROUTE_ERROR = "noRouteError"
    """The first node of an order is not where the robot stands."""
    ACTION_ERROR = "actionError"
    """A lift, lower or charge that could not be done."""
    VALIDATION_ERROR = "validationError"
    """An order that breaks the rules of its own shape."""
    OBSTACLE = "obstacle"
    """Something stands in its way; it goes on by itself when the way is free."""
    LOST_CONTACT = "lostContact"
    """It does not hear the fleet; it drives its base to the end and holds there."""
    LOCALISATION_LOST = "localisationLost"
    """It does not know well enough where it is; it stands until it does, or is told."""
    SENSOR_ERROR = "sensorError"
    """Readings that cannot be (not a number, time running backwards) or that have ceased."""
    DUPLICATE_ROBOT = "duplicateRobot"
    """Two robots report under one id; neither gets orders."""
    INTERFACE_MISMATCH = "interfaceMismatch"
    """It speaks another version of the interfaces."""


@dataclass(frozen=True, slots=True)
class RobotError:
    """One error of a robot; ``reference`` names the order, update or action it is about."""

    kind: ErrorKind
    reference: str
    text: str


@dataclass(frozen=True, slots=True)
class RobotState:
    """A full report: enough to know everything about the robot without any earlier one.

    ``order`` is empty when the robot has none (never had one, or lost it in a restart).
    ``last_node`` is the last node passed and ``last_sequence`` its number in the order.
    ``actions`` lists the state of every action of the current order.
    ``odometer_m`` only grows; ``battery`` is the state of charge from 0 to 1. ``paused``: an
    instant action or a stop makes it stand; the order stays as it is.
    """

    robot: RobotId
    at_ms: int
    pose: Pose
    last_node: NodeId
    last_sequence: int
    order: TransportOrderId
    update: int
    driving: bool
    load: PodId | None
    battery: float
    charging: bool
    odometer_m: float
    actions: tuple[tuple[ActionId, ActionStatus], ...] = ()
    errors: tuple[RobotError, ...] = ()
    paused: bool = False
