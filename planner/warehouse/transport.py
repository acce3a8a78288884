"""Transport orders: what robots are told to do, in the words of VDA 5050.

An order is a chain of nodes (even sequence numbers) and edges (odd ones). Its released part is
the **base**: the robot will drive it whatever happens next. The rest is the **horizon**: a plan
that may still change. An update with the same order id and a higher update number starts at the
last node of the base and extends it (VDA 5050 2.1, section 6.6).
"""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import ActionId, EdgeId, NodeId, PodId, RobotId, TransportOrderId


class ActionKind(StrEnum):
    """What a robot can do at a node (VDA 5050 predefined actions)."""

    PICK = "pick"
    """Lift the pod that stands here."""
    DROP = "drop"
    """Lower the pod carried."""
    START_CHARGING = "startCharging"
    """Dock to the charger here and charge until told otherwise."""
    DETECT_OBJECT = "detectObject"
    """Look at the pod beside this node with the robot's scanner."""


class ActionStatus(StrEnum):
    """How far an action has come."""

    WAITING = "WAITING"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    FAILED = "FAILED"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing to do at a node; ``pod`` is the pod to lift, lower or look at, if any."""

    action: ActionId
    kind: ActionKind
    pod: PodId | None = None


@dataclass(frozen=True, slots=True)
class OrderNode:
    """A place to drive to; ``sequence`` is even and grows by two along the order."""

    sequence: int
    node: NodeId
    x_m: float
    y_m: float
    released: bool
    actions: tuple[Action, ...] = ()


@dataclass(frozen=True, slots=True)
class OrderEdge:
    """The straight way between two neighbouring nodes; ``sequence`` is odd."""

    sequence: int
    edge: EdgeId
    start: NodeId
    end: NodeId
    released: bool
    max_speed_mps: float


@dataclass(frozen=True, slots=True)
class TransportOrder:
    """Nodes and edges for one robot.

    ``update`` 0 is a new order, whose first node is where the robot stands; every later update
    starts with the last base node of the one before.
    """

    order: TransportOrderId
    update: int
    robot: RobotId
    nodes: tuple[OrderNode, ...]
    edges: tuple[OrderEdge, ...]

    @property
    def base(self) -> tuple[OrderNode, ...]:
        """The released nodes."""
        return tuple(node for node in self.nodes if node.released)

    @property
    def horizon(self) -> tuple[OrderNode, ...]:
        """The nodes not yet released."""
        return tuple(node for node in self.nodes if not node.released)
