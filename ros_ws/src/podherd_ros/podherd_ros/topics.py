"""The one table of topics, services and actions: name, type, quality of service, rate, staleness.

Nodes take names and quality of service from here, and ``docs/reference/topics.md`` is written from
it (``python -m podherd_bringup.topics_page``). No ROS needed to read it.
"""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import RobotId


class Kind(StrEnum):
    """How it is spoken."""

    TOPIC = "topic"
    SERVICE = "service"
    ACTION = "action"


class Delivery(StrEnum):
    """Quality of service of a topic."""

    RELIABLE = "reliable"
    """Every message arrives, in order, while both ends live; nothing for late joiners."""
    LATEST = "reliable, latest kept"
    """As reliable, and a late joiner gets the newest one."""
    BEST_EFFORT = "best effort"
    """A lost one is made up for by the next."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One row. ``name`` may hold ``{robot}``; ``depth`` is the number of messages queued;
    ``stale_s`` (site time) is how long without one means that something is wrong, 0 if never."""

    name: str
    type: str
    sender: str
    receiver: str
    rate: str
    meaning: str
    kind: Kind = Kind.TOPIC
    delivery: Delivery = Delivery.RELIABLE
    depth: int = 10
    stale_s: float = 0.0

    def of(self, robot: RobotId) -> str:
        """The name for one robot."""
        return self.name.format(robot=robot)


CLOCK = Topic(
    "/clock",
    "rosgraph_msgs/msg/Clock",
    "world",
    "everyone",
    "2 Hz of site time (10 Hz at real time)",
    "Site time. The world owns it.",
    stale_s=1.0,
)
TICK = Topic(
    "/fleet/tick",
    "builtin_interfaces/msg/Time",
    "fleet",
    "world",
    "2 Hz of site time",
    "The fleet has planned up to this time; the world goes at most one period further.",
    stale_s=1.0,
)
ALARMS = Topic(
    "/fleet/alarms",
    "podherd_msgs/msg/Alarm",
    "fleet",
    "operators",
    "on change",
    "What an operator should know.",
)
VIOLATIONS = Topic(
    "/world/violations",
    "podherd_msgs/msg/Violation",
    "world",
    "operators",
    "on event",
    "The referee saw two bodies touch, or one leave the floor.",
    delivery=Delivery.LATEST,
)
EXECUTE = Topic(
    "/robots/{robot}/execute_transport_order",
    "podherd_msgs/action/ExecuteTransportOrder",
    "fleet",
    "robot",
    "per leg",
    "A new order, or the whole of one the robot has lost. Cancel: stop at the end of the base.",
    kind=Kind.ACTION,
)
UPDATE = Topic(
    "/robots/{robot}/update_transport_order",
    "podherd_msgs/srv/UpdateTransportOrder",
    "fleet",
    "robot",
    "as the base grows",
    "Extends the order: starts at the last base node of the update before (stitching).",
    kind=Kind.SERVICE,
)
STATE = Topic(
    "/robots/{robot}/state",
    "podherd_msgs/msg/RobotState",
    "robot",
    "fleet",
    "1 Hz of site time and on change",
    "The full report; needs no earlier one to be understood.",
    depth=50,
    stale_s=5.0,
)
ODOMETRY = Topic(
    "/robots/{robot}/odom",
    "nav_msgs/msg/Odometry",
    "robot",
    "visualisation",
    "1 Hz of site time",
    "Pose and speed in the site's frame.",
    delivery=Delivery.BEST_EFFORT,
    depth=1,
)
BATTERY = Topic(
    "/robots/{robot}/battery_state",
    "sensor_msgs/msg/BatteryState",
    "robot",
    "visualisation",
    "0.1 Hz of site time",
    "State of charge.",
    delivery=Delivery.BEST_EFFORT,
    depth=1,
)
DRIVE_GOAL = Topic(
    "/robots/{robot}/drive/goal",
    "podherd_msgs/msg/DriveGoal",
    "robot",
    "world",
    "as the base grows",
    "The released way still to drive; replaces the one before.",
)
DRIVE_ACTION = Topic(
    "/robots/{robot}/drive/action",
    "podherd_msgs/msg/DriveAction",
    "robot",
    "world",
    "per lift, lower, charge",
    "Work the lift or the charging contacts.",
)
DRIVE_STATE = Topic(
    "/robots/{robot}/drive/state",
    "podherd_msgs/msg/DriveState",
    "world",
    "robot",
    "1 Hz of site time and on change",
    "Truth about the base: pose, progress, load, battery.",
    stale_s=2.0,
)

TABLE: tuple[Topic, ...] = (
    CLOCK,
    TICK,
    EXECUTE,
    UPDATE,
    STATE,
    ODOMETRY,
    BATTERY,
    DRIVE_GOAL,
    DRIVE_ACTION,
    DRIVE_STATE,
    ALARMS,
    VIOLATIONS,
)
