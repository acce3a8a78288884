"""What charging is worth: urgent when low, convenient when there is nothing else to do, and begun
earlier when chargers are few, so that not all robots run low at once."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

URGENT = 1.5
"""A robot that has just become low is worth so many trips at a charger; at critical one more."""

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class BatteryLevels:
    """Shares of full, rising: below ``critical`` no work is taken, below ``low`` charging goes
    before work, from ``enough`` on a robot leaves the charger for work, at ``full`` in any case."""

    critical: float = 0.15
    low: float = 0.35
    enough: float = 0.60
    full: float = 0.95

    def __post_init__(self) -> None:
        found = (self.critical, self.low, self.enough, self.full)
        if not 0 <= found[0] <= found[1] <= found[2] <= found[3] <= 1:
            raise ValueError(f"battery levels must rise from 0 to 1 (found {found})")


def planned_low(
    fleet: FloatArray,
    chargers: int,
    drain_per_ms: float,
    fill_per_ms: float,
    levels: BatteryLevels,
) -> float:
    """The level below which charging is urgent now: ``low``, or higher if the fleet could else not
    be charged in turn; never above ``enough``.

    Robots ``fleet`` (n,) take turns at the chargers, the lowest first, each from low to enough.
    The one in round ``k`` works on for ``k`` rounds before, and should still be above critical.
    """
    if not len(fleet) or chargers < 1 or fill_per_ms <= 0:
        return levels.low
    round_ms = (levels.enough - levels.low) / fill_per_ms
    rounds = np.arange(len(fleet)) // chargers
    needed = levels.critical + rounds * round_ms * drain_per_ms
    short = float((needed - np.sort(fleet)).max())
    return min(levels.enough, levels.low + max(0.0, short))


def charge_worth(
    battery: FloatArray,
    urgent: BoolArray,
    low: float,
    levels: BatteryLevels,
    trip_ms: int,
    opportunity_ms: int,
) -> IntArray:
    """What charging each robot is worth, in ms of travel, shape of ``battery``.

    For ``urgent`` ones from 1.5 trips at ``low`` (of :func:`planned_low`) to 2.5 at critical; for
    others a share of ``opportunity_ms``, all of it at low, falling to 0 at full.
    """
    depth = np.clip((low - battery) / max(low - levels.critical, 1e-9), 0.0, 1.0)
    lack = np.clip((levels.full - battery) / max(levels.full - levels.low, 1e-9), 0.0, 1.0)
    worth = np.where(urgent, (URGENT + depth) * trip_ms, lack * opportunity_ms)
    found: IntArray = np.round(worth).astype(np.int64)
    return found
