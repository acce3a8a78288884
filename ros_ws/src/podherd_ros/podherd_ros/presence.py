"""How robots make themselves known, and how stops name them: words between robots and fleet."""

from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.ids import RobotId
from planner.warehouse.site import Point

INTERFACE_VERSION = "podherd-robot/2"
"""Of ``podherd_msgs``, as robots and fleet here speak it. Changes when an old robot would be
misunderstood."""


@dataclass(frozen=True, slots=True)
class Connection:
    """A robot's process has come (``online``), or leaves in good order.

    ``instance`` is new with every start of the process; ``robot_type`` is one of the site's.
    """

    robot: RobotId
    instance: str
    version: str
    robot_type: str
    online: bool


class StopScope(StrEnum):
    """Whom a stop is for."""

    ROBOT = "robot"
    """The robots it names."""
    ZONE = "zone"
    """Robots whose footprint lies in its area."""
    SITE = "site"
    """Every robot."""


@dataclass(frozen=True, slots=True)
class Stop:
    """Robots that this is for stand still until it is lifted. ``area_m`` are the corners of a
    polygon in the site's frame (scope zone); ``asked_ms`` is wall time in ms since the epoch."""

    stop: str
    scope: StopScope
    robots: tuple[RobotId, ...] = ()
    area_m: tuple[Point, ...] = ()
    asked_ms: int = 0
