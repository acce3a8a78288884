"""How a base that takes speeds is driven; the defaults are meant for one of 10 Hz or more."""

from dataclasses import dataclass, field, fields
from math import isfinite

from podherd_ros.base import BaseKind


@dataclass(frozen=True, slots=True)
class LocalisationParams:
    """How far odometry and markers are trusted.

    Odometry: standard deviations ``distance_sd`` (m per square root of a metre driven),
    ``heading_sd`` (rad per square root of a metre) and ``turn_sd`` (rad per square root of a
    radian turned). Markers: at least ``marker_sd_m`` and ``marker_sd_rad``, for they are not laid
    better. ``placed_sd_m`` and ``placed_sd_rad``: of a pose that a person gives.

    A sighting is not believed beyond ``gate`` (squared Mahalanobis distance; 25.9 holds 99.999 % of
    three normal numbers); after ``rejected_max`` such in a row the robot is lost. It is also lost
    when it has driven by ``missed_max`` nodes without seeing their markers, and when its standard
    deviation exceeds ``lost_m`` or ``lost_rad``. Two sightings that agree within ``agree_m`` and
    ``agree_rad`` find it again. Sightings may come up to ``history_ms`` late. What a brain before
    it remembered counts for ``recall_ms``: later the wheels may have begun anew.
    """

    distance_sd: float = 0.007
    heading_sd: float = 0.008
    turn_sd: float = 0.015
    marker_sd_m: float = 0.002
    marker_sd_rad: float = 0.004
    placed_sd_m: float = 0.03
    placed_sd_rad: float = 0.03
    gate: float = 25.9
    rejected_max: int = 2
    missed_max: int = 2
    lost_m: float = 0.06
    lost_rad: float = 0.10
    agree_m: float = 0.03
    agree_rad: float = 0.05
    history_ms: int = 1_000
    recall_ms: int = 60_000

    def __post_init__(self) -> None:
        _check_positive(self)


@dataclass(frozen=True, slots=True)
class SafetyParams:
    """When to slow down and to stop.

    ``margin_m`` beside the robot and its pod and ``stop_m`` before them stay free; ``latency_s`` is
    from the light of a lidar to the brakes. It resumes when the way has been free for
    ``resume_ms``; an obstacle that slows it for ``slowed_ms`` is told. ``scan_ms``: oldest scan to
    drive by. ``gap_ms``: longest silence of odometry. ``steady_ms``: readings must have been good
    for so long. ``contact_ms``: longest silence of the fleet (0: it may be silent).
    ``jump_m`` and ``jump_rad``: what odometry may change beyond what the base can drive. A base
    that has been told to move for ``stall_ms`` and does not is held up; it tries again after
    ``again_ms``.
    """

    margin_m: float = 0.03
    turn_margin_m: float = 0.015
    stop_m: float = 0.10
    latency_s: float = 0.25
    resume_ms: int = 1_000
    slowed_ms: int = 1_000
    scan_ms: int = 350
    gap_ms: int = 500
    steady_ms: int = 500
    contact_ms: int = 0
    jump_m: float = 0.10
    jump_rad: float = 0.20
    stall_ms: int = 1_500
    again_ms: int = 3_000

    def __post_init__(self) -> None:
        _check_positive(self, zero=("contact_ms",))


@dataclass(frozen=True, slots=True)
class DriveParams:
    """How a base is driven.

    ``delay_ms`` passes between odometry and the base following the speed it was answered with.
    ``at_once``: an order that comes while the robot stands is begun before the next odometry.
    ``turn_acceleration_radps2`` is for turning on the spot; acceleration along the way comes from
    the robot type. Close to a stop the speed falls with the distance by ``approach_gain_per_s``,
    errors across the way by ``cross_gain_per_s`` and errors of heading by ``heading_gain_per_s``.

    A waypoint to stop at is reached within ``arrive_m``; the robot then settles to ``settle_m``. A
    turn is done within ``arrive_rad``. Before it lifts, lowers or charges it corrects itself to
    ``dock_m`` and ``dock_rad`` of the node, at ``creep_mps``; if it does not come within
    ``dock_most_m`` and ``dock_most_rad``, the action fails. Further than ``off_way_m`` from its way
    it does not drive. ``doubt_mps``: top speed while the last marker was not where it should be.
    An action that the equipment does not take up within ``action_ms`` fails.

    ``pod_m`` is the side of a pod and ``post_m`` the thickness of its corner posts.
    """

    kind: BaseKind = BaseKind.DIFFERENTIAL
    lidar: bool = False
    delay_ms: int = 50
    at_once: bool = True
    turn_acceleration_radps2: float = 3.0
    approach_gain_per_s: float = 6.0
    cross_gain_per_s: float = 1.5
    heading_gain_per_s: float = 3.5
    arrive_m: float = 0.01
    settle_m: float = 0.003
    arrive_rad: float = 0.008
    dock_m: float = 0.012
    dock_rad: float = 0.018
    dock_most_m: float = 0.02
    dock_most_rad: float = 0.03
    creep_mps: float = 0.1
    doubt_mps: float = 0.3
    off_way_m: float = 0.15
    action_ms: int = 10_000
    pod_m: float = 0.8
    post_m: float = 0.03
    localisation: LocalisationParams = field(default_factory=LocalisationParams)
    safety: SafetyParams = field(default_factory=SafetyParams)

    def __post_init__(self) -> None:
        _check_positive(self, zero=("delay_ms",))
        if self.dock_m > self.dock_most_m or self.dock_rad > self.dock_most_rad:
            raise ValueError(
                f"dock_m and dock_rad may not exceed dock_most_m and dock_most_rad "
                f"(found {self.dock_m} > {self.dock_most_m} or "
                f"{self.dock_rad} > {self.dock_most_rad})"
            )
        if self.settle_m > self.arrive_m:
            raise ValueError(
                f"settle_m may not exceed arrive_m (found {self.settle_m} > {self.arrive_m})"
            )


def _check_positive(
    params: LocalisationParams | SafetyParams | DriveParams, zero: tuple[str, ...] = ()
) -> None:
    for name in [entry.name for entry in fields(params)]:
        value = getattr(params, name)
        if isinstance(value, bool) or not isinstance(value, int | float):
            continue
        if not isfinite(value) or value < 0 or (value == 0 and name not in zero):
            least = "0 or more" if name in zero else "more than 0"
            raise ValueError(f"{name} must be {least} (found {value!r})")
