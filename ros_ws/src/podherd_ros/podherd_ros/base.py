"""A base that takes speeds, and what its sensors say: the words between a robot's brain and any
hardware that drives by ``cmd_vel`` and tells by ``odom``.

Frames are those of REP-105: ``base_link`` is the middle of the base on the floor, x forward, y to
the left; ``odom`` is where the base was when it was switched on; ``map`` is the site's frame. Units
are those of REP-103: metres, radians counter-clockwise, metres and radians per second.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple, Protocol

from planner.warehouse.ids import ActionId, PodId
from planner.warehouse.robot import Pose
from planner.warehouse.transport import Action, ActionStatus


class BaseKind(StrEnum):
    """How a base can move."""

    DIFFERENTIAL = "differential"
    """Forward, backward, and turning; never sideways."""
    OMNIDIRECTIONAL = "omnidirectional"
    """Every way, with or without turning."""


class Velocity(NamedTuple):
    """A speed in ``base_link``; ``left_mps`` is 0 for a differential base."""

    forward_mps: float = 0.0
    left_mps: float = 0.0
    turn_radps: float = 0.0


STANDSTILL = Velocity()


class Odometry(NamedTuple):
    """What the wheels say at ``at_ms``, site time: pose in ``odom``, speed in ``base_link``.

    The pose drifts without bound; only its differences over short ways are to be trusted.
    """

    at_ms: int
    pose: Pose
    velocity: Velocity


@dataclass(frozen=True, slots=True)
class Scan:
    """One turn of a lidar at ``at_ms``: ``ranges_m[i]`` is the distance from the point
    (``x_m``, 0) of ``base_link`` in the direction ``first_rad + i * step_rad`` from its x axis;
    infinite where there is nothing."""

    at_ms: int
    x_m: float
    first_rad: float
    step_rad: float
    ranges_m: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class MarkerSighting:
    """A fiducial of known place as seen from ``base_link`` at ``at_ms``, with standard deviations.

    ``marker`` names it: ``N:<node>`` lies on the floor at a node of the roadmap, its x axis to the
    east; ``P:<pod>`` is beneath a pod.
    """

    at_ms: int
    marker: str
    pose: Pose
    sd_m: float
    sd_rad: float


@dataclass(frozen=True, slots=True)
class Equipment:
    """Lift, charging contacts and battery at ``at_ms``; ``action`` is the last one begun (``None``:
    none yet) and ``action_text`` says why it failed."""

    at_ms: int
    load: PodId | None
    battery: float
    charging: bool
    action: ActionId | None = None
    action_status: ActionStatus = ActionStatus.FINISHED
    action_text: str = ""


class Base(Protocol):
    """Orders to the hardware. None of them waits; none may be relied on to arrive."""

    def move(self, at_ms: int, velocity: Velocity) -> None:
        """Keep this speed until the next order. A base must stop by itself when orders cease."""

    def act(self, action: Action) -> None:
        """Work the lift or the charging contacts, once for each action id."""
