"""What an antenna saw of one tag along its way: looks with a read, and looks without."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from planner.warehouse.errors import InvalidTag

Array = NDArray[np.float64]
MOST_LOOKS = 100_000


@dataclass(frozen=True, slots=True, eq=False)
class Scans:
    """All looks for a tag, of all antennas, in any order.

    ``position_m``: (n, 3), the antenna's phase centre in the site's frame, z above the floor.
    ``facing``: (n, 3), unit vectors along its axis. ``antenna``: (n,), which antenna looked.
    ``rssi_dbm``: (n,), NaN where the tag was not read. ``phase_rad``: (n,), NaN where it was not
    read, or the reader tells no phase. The phase grows with the distance there and back.

    Raises ``InvalidTag`` for other shapes, and for positions or axes that are none.
    """

    position_m: Array
    facing: Array
    antenna: NDArray[np.int_]
    rssi_dbm: Array
    phase_rad: Array

    def __post_init__(self) -> None:
        looks = len(self.rssi_dbm)
        shapes = {
            "position_m": (looks, 3),
            "facing": (looks, 3),
            "antenna": (looks,),
            "rssi_dbm": (looks,),
            "phase_rad": (looks,),
        }
        for name, shape in shapes.items():
            found = np.shape(getattr(self, name))
            if found != shape:
                raise _refused(name, f"the shape must be {shape}", found)
        if not 0 < looks <= MOST_LOOKS:
            raise _refused("rssi_dbm", f"1 to {MOST_LOOKS} looks are needed", looks)
        if not np.isfinite(self.position_m).all():
            raise _refused("position_m", "positions are finite numbers", "NaN or infinite")
        lengths = np.linalg.norm(self.facing, axis=1)
        if not (np.abs(lengths - 1) < 1e-3).all():
            raise _refused("facing", "axes are unit vectors", float(lengths.max()))
        for name in ("rssi_dbm", "phase_rad"):
            if np.isinf(getattr(self, name)).any():
                raise _refused(name, "figures are finite, or NaN without a read", "infinite")

    @property
    def read(self) -> NDArray[np.bool_]:
        """(n,): whether the tag was read in a look."""
        return np.isfinite(self.rssi_dbm)

    def without_phase(self) -> "Scans":
        """The same from a reader that tells no phase."""
        return replace(self, phase_rad=np.full_like(self.phase_rad, np.nan))


def _refused(field: str, problem: str, value: object) -> InvalidTag:
    return InvalidTag(problem, field=field, value=value, remedy="Give one row for each look.")
