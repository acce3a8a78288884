"""Everything about the dispatcher that can be tuned."""

from dataclasses import dataclass, field

from planner.assign.batteries import BatteryLevels
from planner.assign.counting import CountingParams
from planner.assign.cover import CoverParams
from planner.assign.demand import DemandParams
from planner.assign.neighbourhood import NeighbourhoodParams
from planner.assign.orders import OrderReleaseParams
from planner.assign.pairing import PairingParams
from planner.assign.release import ReleaseParams
from planner.assign.reslotting import ReslotParams
from planner.assign.robots import RobotParams
from planner.assign.slotting import SlottingParams
from planner.assign.spots import SpotParams
from planner.assign.stations import StationParams


@dataclass(frozen=True, slots=True)
class ReplenishParams:
    """While there is picking to do, puts take up ``robot_share`` of the robots at most, or
    ``rush_share`` while orders wait for goods at the dock; one robot in any case. The
    ``near_pods`` pods that hold most of the SKUs are looked at, and as many nearest with an empty
    slot."""

    robot_share: float = 0.3
    rush_share: float = 0.6
    near_pods: int = 100

    def __post_init__(self) -> None:
        if not 0 <= self.robot_share <= self.rush_share <= 1:
            raise ValueError(
                "need 0 <= robot_share <= rush_share <= 1 "
                f"(found {self.robot_share}, {self.rush_share})"
            )
        if self.near_pods < 1:
            raise ValueError(f"near_pods must be at least 1 (found {self.near_pods})")


@dataclass(frozen=True, slots=True)
class DispatchParams:
    """Times in ms, batteries as a share of full.

    ``depth`` steps (5 to 7) are planned ahead, improved by ``trials`` trials per robot, and at
    most ``base_nodes`` of them released beyond the node last reached; up to ``horizon_nodes`` more
    are sent as the horizon. A robot not heard of for
    ``silent_ms`` is an obstacle; what was sent and is not reported after ``resend_ms`` is sent
    again; what failed is tried again after ``retry_ms``; a robot with work that has not moved
    begins to prefer detours after ``patience_ms`` and raises an alarm after ``stuck_ms``; of robots
    that have waited for each other for ``deadlock_ms`` one makes way for ``yield_ms``. Robots
    below ``battery_low`` go charging when free, below ``battery_critical`` they take no work, and
    they leave the charger at ``battery_full``, or from ``battery_enough`` on if work waits; when
    they charge besides is in ``robots``.
    """

    depth: int = 6
    trials: int = 5
    base_nodes: int = 4
    horizon_nodes: int = 6
    silent_ms: int = 5_000
    resend_ms: int = 5_000
    retry_ms: int = 5_000
    stuck_ms: int = 60_000
    patience_ms: int = 8_000
    deadlock_ms: int = 20_000
    yield_ms: int = 10_000
    battery_low: float = 0.35
    battery_critical: float = 0.15
    battery_enough: float = 0.60
    battery_full: float = 0.95
    release: ReleaseParams = field(default_factory=ReleaseParams)
    pairing: PairingParams = field(default_factory=PairingParams)
    cover: CoverParams = field(default_factory=CoverParams)
    neighbourhood: NeighbourhoodParams = field(default_factory=NeighbourhoodParams)
    orders: OrderReleaseParams = field(default_factory=OrderReleaseParams)
    slotting: SlottingParams = field(default_factory=SlottingParams)
    replenish: ReplenishParams = field(default_factory=ReplenishParams)
    reslotting: ReslotParams = field(default_factory=ReslotParams)
    stations: StationParams = field(default_factory=StationParams)
    robots: RobotParams = field(default_factory=RobotParams)
    spots: SpotParams = field(default_factory=SpotParams)
    demand: DemandParams = field(default_factory=DemandParams)
    counting: CountingParams = field(default_factory=CountingParams)

    def __post_init__(self) -> None:
        if not 5 <= self.depth <= 7 or self.trials < 0:
            raise ValueError(
                f"need 5 <= depth <= 7 and trials >= 0 (found {self.depth}, {self.trials})"
            )
        if self.base_nodes < 1:
            raise ValueError(f"base_nodes should be at least 1 (found {self.base_nodes})")
        self.levels()

    def levels(self) -> BatteryLevels:
        """The battery levels as one; ``ValueError`` if they do not rise."""
        return BatteryLevels(
            self.battery_critical, self.battery_low, self.battery_enough, self.battery_full
        )
