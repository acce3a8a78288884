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
    "world, robot",
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
    "2 Hz of site time (a parameter; 1 Hz in the fast world) and on change",
    "The full report; needs no earlier one to be understood.",
    depth=50,
    stale_s=5.0,
)
BATTERY = Topic(
    "/robots/{robot}/battery_state",
    "sensor_msgs/msg/BatteryState",
    "robot (or base: a parameter)",
    "visualisation",
    "0.1 Hz of site time",
    "State of charge.",
    delivery=Delivery.BEST_EFFORT,
    depth=1,
)
POSE = Topic(
    "/robots/{robot}/pose",
    "geometry_msgs/msg/PoseWithCovarianceStamped",
    "robot",
    "visualisation",
    "10 Hz of site time (a parameter; 1 Hz in the fast world)",
    "Where the robot takes itself to be, in `map`.",
    delivery=Delivery.BEST_EFFORT,
    depth=1,
)
TRANSFORMS = Topic(
    "/tf",
    "tf2_msgs/msg/TFMessage",
    "robot",
    "visualisation",
    "10 Hz of site time (a parameter; 1 Hz in the fast world)",
    "`map` to `<robot>/odom` to `<robot>/base_link` (REP-105).",
    depth=100,
)
DIAGNOSTICS = Topic(
    "/diagnostics",
    "diagnostic_msgs/msg/DiagnosticArray",
    "robot",
    "operators",
    "1 Hz of site time",
    "Health of drive, localisation, safety layer and contact, in words and figures.",
)
CONNECTION = Topic(
    "/fleet/connections",
    "podherd_msgs/msg/Connection",
    "robot",
    "fleet",
    "on change",
    "A robot has come, or leaves in good order. How the fleet discovers robots.",
    delivery=Delivery.LATEST,
    depth=1,
)
INSTANT = Topic(
    "/robots/{robot}/instant_action",
    "podherd_msgs/srv/InstantAction",
    "fleet, operators",
    "robot",
    "on demand",
    "Pause, go on, cancel, report, say where it stands: at once.",
    kind=Kind.SERVICE,
)
STOPS = Topic(
    "/fleet/stops",
    "podherd_msgs/msg/Stops",
    "fleet",
    "robot",
    "on change",
    "All stops in force; each robot finds out by itself whether it is meant.",
    delivery=Delivery.LATEST,
    depth=1,
)
SET_STOP = Topic(
    "/fleet/set_stop",
    "podherd_msgs/srv/SetStop",
    "operators",
    "fleet",
    "on demand",
    "Stop a robot, a zone or the site; let them go on.",
    kind=Kind.SERVICE,
)
HUMAN_ENTRY = Topic(
    "/fleet/human_entry",
    "podherd_msgs/srv/HumanEntry",
    "operators",
    "fleet",
    "on demand",
    "A person wants to walk into an area.",
    kind=Kind.SERVICE,
)
SET_ROBOT = Topic(
    "/fleet/set_robot",
    "podherd_msgs/srv/SetRobot",
    "operators",
    "fleet",
    "on demand",
    "Take a robot into the fleet, or out of it.",
    kind=Kind.SERVICE,
)
COMMAND_VELOCITY = Topic(
    "/robots/{robot}/cmd_vel",
    "geometry_msgs/msg/TwistStamped",
    "robot",
    "base",
    "on every odometry",
    "Speed in `base_link`. The stamp is that of the odometry it answers.",
    depth=5,
    stale_s=0.5,
)
ODOMETRY = Topic(
    "/robots/{robot}/odom",
    "nav_msgs/msg/Odometry",
    "base (robot, where the base drives waypoints itself)",
    "robot, visualisation",
    "10 Hz of site time or more (1 Hz in the fast world; a parameter)",
    "What the wheels say, in `<robot>/odom`. It drifts.",
    depth=5,
    stale_s=0.5,
)
LIDAR = Topic(
    "/robots/{robot}/scan",
    "sensor_msgs/msg/LaserScan",
    "base",
    "robot",
    "10 Hz of site time or more",
    "Distances, in `<robot>/lidar`.",
    depth=5,
    stale_s=0.5,
)
MARKERS = Topic(
    "/robots/{robot}/markers",
    "podherd_msgs/msg/MarkerSighting",
    "base",
    "robot",
    "when one is seen",
    "Fiducials of known place.",
    depth=20,
)
IMAGE = Topic(
    "/robots/{robot}/camera/image_raw",
    "sensor_msgs/msg/Image",
    "camera",
    "marker camera",
    "10 Hz or as the camera gives",
    "Pictures: mono8, rgb8 or bgr8.",
    delivery=Delivery.BEST_EFFORT,
    depth=1,
)
CAMERA_INFO = Topic(
    "/robots/{robot}/camera/camera_info",
    "sensor_msgs/msg/CameraInfo",
    "camera",
    "marker camera",
    "with every picture, or at 1 Hz",
    "The camera's own figures: without them pictures say nothing about places.",
    delivery=Delivery.BEST_EFFORT,
    depth=1,
)
EQUIPMENT = Topic(
    "/robots/{robot}/equipment",
    "podherd_msgs/msg/EquipmentState",
    "base",
    "robot",
    "1 Hz of site time and on change",
    "Lift, charging contacts, battery.",
    stale_s=3.0,
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
    "world, base",
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
    BATTERY,
    POSE,
    TRANSFORMS,
    DIAGNOSTICS,
    CONNECTION,
    INSTANT,
    STOPS,
    SET_STOP,
    HUMAN_ENTRY,
    SET_ROBOT,
    COMMAND_VELOCITY,
    ODOMETRY,
    LIDAR,
    MARKERS,
    IMAGE,
    CAMERA_INFO,
    EQUIPMENT,
    DRIVE_GOAL,
    DRIVE_ACTION,
    DRIVE_STATE,
    ALARMS,
    VIOLATIONS,
)
