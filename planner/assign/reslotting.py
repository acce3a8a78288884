"""Re-slotting in idle time: pods asked for often change to better spots while robots have nothing
else to do.

A pod is worth moving when what it saves in driving per hour, by the demand for its SKUs, is more
than the move costs (M. Merschformann, Active repositioning of storage units in robotic mobile
fulfillment systems, 2018). Greedy and bounded: the best move first, each pod and each spot once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite

from planner.warehouse.errors import InvalidDemand
from planner.warehouse.ids import PodId


@dataclass(frozen=True, slots=True)
class ReslotParams:
    """No more than ``moves_max`` proposals; a move must save ``least_gain_ms`` of driving per hour,
    and in ``horizon_h`` hours more than it takes. ``idle_share`` of the robots must be idle before
    any pod is moved (above 1: never), and the floor is looked at every ``every_ms``."""

    moves_max: int = 1
    least_gain_ms: int = 60_000
    horizon_h: float = 1.0
    idle_share: float = 0.5
    every_ms: int = 10_000

    def __post_init__(self) -> None:
        if self.moves_max < 0 or self.least_gain_ms < 0 or self.every_ms < 1:
            raise ValueError(
                "moves_max and least_gain_ms must be 0 or more, every_ms 1 or more "
                f"(found {self.moves_max}, {self.least_gain_ms}, {self.every_ms})"
            )
        if not (isfinite(self.horizon_h) and self.horizon_h > 0 and self.idle_share >= 0):
            raise ValueError(
                "horizon_h must be positive and idle_share 0 or more "
                f"(found {self.horizon_h}, {self.idle_share})"
            )


@dataclass(frozen=True, slots=True)
class StoredPod:
    """A pod that may be moved: ``visits_per_h`` are expected, each of which drives ``travel_ms``
    from its spot to a station."""

    pod: PodId
    visits_per_h: float
    travel_ms: int


@dataclass(frozen=True, slots=True)
class FreeSpot:
    """A free place (``spot`` is its number) from which a station is ``travel_ms`` away."""

    spot: int
    travel_ms: int


@dataclass(frozen=True, slots=True)
class Move:
    """``pod`` to ``spot`` saves ``gain_ms`` of driving per hour, there and back."""

    pod: PodId
    spot: int
    gain_ms: int


def propose_moves(
    pods: Sequence[StoredPod], spots: Sequence[FreeSpot], params: ReslotParams
) -> list[Move]:
    """The best moves, greatest gain first. :class:`InvalidDemand` on a rate that is negative or no
    number.

    The hottest pods take the nearest spots. With more than one move the spots that become free
    are left for the next time.
    """
    for pod in pods:
        if not isfinite(pod.visits_per_h) or pod.visits_per_h < 0:
            raise InvalidDemand(
                "visits must be a number of 0 or more", field=pod.pod, value=pod.visits_per_h
            )
    nearest = sorted(spots, key=lambda spot: (spot.travel_ms, spot.spot))[: params.moves_max]
    taken: set[PodId] = set()
    moves = []
    for spot in nearest:
        gains = [(_gain_ms(pod, spot), pod) for pod in pods if pod.pod not in taken]
        if not gains:
            break
        gain_ms, pod = min(gains, key=lambda pair: (-pair[0], pair[1].pod))
        # The move itself drives about as far as what it saves on one way.
        cost_ms = pod.travel_ms - spot.travel_ms
        if gain_ms >= params.least_gain_ms and gain_ms * params.horizon_h > cost_ms:
            moves.append(Move(pod.pod, spot.spot, gain_ms))
            taken.add(pod.pod)
    return sorted(moves, key=lambda move: (-move.gain_ms, move.pod))


def _gain_ms(pod: StoredPod, spot: FreeSpot) -> int:
    return round(2 * pod.visits_per_h * (pod.travel_ms - spot.travel_ms))
