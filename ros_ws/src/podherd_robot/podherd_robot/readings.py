"""Readings of a base's sensors, handed on so that their arrival makes no difference.

An odometry of time T is answered by what was seen before T: readings that carry a time from T on
are kept for the next. So a run repeats whatever the network does. (One control cycle of latency, on
purpose.)
"""

from podherd_robot.base_drive import BaseDrive
from podherd_ros.base import Equipment, MarkerSighting, Scan

Reading = Scan | MarkerSighting | Equipment
_KEPT_MAX = 50
"""A sensor whose clock runs ahead cannot fill the memory."""
_RANK = {Equipment: 0, MarkerSighting: 1, Scan: 2}


class Readings:
    """What has come and was not handed on yet."""

    def __init__(self) -> None:
        self._kept: list[Reading] = []

    def add(self, reading: Reading) -> None:
        """One has come."""
        self._kept.append(reading)
        del self._kept[:-_KEPT_MAX]

    def hand_on(self, drive: BaseDrive, before_ms: int) -> None:
        """Gives ``drive`` those from before ``before_ms``, in the order of their times."""
        if not self._kept:
            return
        due = [reading for reading in self._kept if reading.at_ms < before_ms]
        self._kept = [reading for reading in self._kept if reading.at_ms >= before_ms]
        for reading in sorted(due, key=lambda one: (one.at_ms, _RANK[type(one)])):
            match reading:
                case Equipment():
                    drive.feel_equipment(reading)
                case MarkerSighting():
                    drive.feel_marker(reading)
                case Scan():
                    drive.feel_scan(reading)
