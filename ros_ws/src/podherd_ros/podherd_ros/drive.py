"""A robot's body as its brain sees it: a base that drives, a lift and charging contacts."""

from dataclasses import dataclass
from typing import Protocol

from planner.vda5050.waypoint import Waypoint
from planner.warehouse.ids import ActionId, PodId, TransportOrderId
from planner.warehouse.robot import Pose, RobotError
from planner.warehouse.transport import Action, ActionStatus


@dataclass(frozen=True, slots=True)
class DriveReport:
    """The truth about the body at ``at_ms``, site time.

    ``route`` is the transport order whose waypoints it has (empty: none yet) and ``reached`` the
    sequence number of the last one passed (-1: none yet); ``action`` is the last action begun
    (``None``: none yet) and ``action_text`` says why it failed; ``errors`` is what keeps the body
    from driving on, or did until it was told otherwise.
    """

    at_ms: int
    pose: Pose
    driving: bool
    route: TransportOrderId
    reached: int
    load: PodId | None
    battery: float
    charging: bool
    odometer_m: float
    action: ActionId | None = None
    action_status: ActionStatus = ActionStatus.FINISHED
    action_text: str = ""
    errors: tuple[RobotError, ...] = ()


class Drive(Protocol):
    """Orders to the body. All may be given twice; none of them waits."""

    def go(self, route: TransportOrderId, waypoints: tuple[Waypoint, ...]) -> None:
        """Drive these waypoints, instead of any before, and stop at the last. Those of the same
        route reached already are left out. Charging ends."""

    def stop(self) -> None:
        """Stop as soon as possible and forget all waypoints."""

    def act(self, action: Action) -> None:
        """Work the lift or the charging contacts, once for each action id."""
