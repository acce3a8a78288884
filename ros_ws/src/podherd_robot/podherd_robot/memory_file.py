"""Where a robot's brain keeps what it must know after a crash: one small record in a file.

A record is written in place with one system call, so that the death of the process leaves either
the old one or the new one; a checksum finds those that a failing machine left half written.
"""

import os
import struct
from pathlib import Path
from zlib import crc32

from planner.warehouse.robot import Pose
from podherd_robot.base_drive import Memory
from podherd_robot.localisation import Estimate
from podherd_ros.base import STANDSTILL, Odometry

_RECORD = struct.Struct("<8sqq12d")
_SUM = struct.Struct("<I")
_MAGIC = b"podherd1"


class MemoryFile:
    """The file at ``path``; its folder must exist. :class:`OSError` if it cannot be opened."""

    def __init__(self, path: Path):
        self._file = os.open(path, os.O_RDWR | os.O_CREAT, 0o644)

    def write(self, memory: Memory) -> None:
        """Remember this instead of what was there."""
        odom, estimate = memory.odometry.pose, memory.estimate
        (xx, xy, xt), (_, yy, yt), (_, _, tt) = estimate.covariance
        pose = estimate.pose
        record = _RECORD.pack(
            _MAGIC,
            memory.odometry.at_ms,
            estimate.at_ms,
            odom.x_m,
            odom.y_m,
            odom.theta_rad,
            pose.x_m,
            pose.y_m,
            pose.theta_rad,
            *(xx, xy, xt, yy, yt, tt),
        )
        os.pwrite(self._file, record + _SUM.pack(crc32(record)), 0)

    def read(self) -> Memory | None:
        """What was written last; ``None`` if nothing was, or it is not whole."""
        size = _RECORD.size
        found = os.pread(self._file, size + _SUM.size, 0)
        if len(found) < size + _SUM.size or _SUM.unpack(found[size:]) != (crc32(found[:size]),):
            return None
        magic, odom_ms, at_ms, *numbers = _RECORD.unpack(found[:size])
        if magic != _MAGIC:
            return None
        xx, xy, xt, yy, yt, tt = numbers[6:]
        covariance = ((xx, xy, xt), (xy, yy, yt), (xt, yt, tt))
        odometry = Odometry(odom_ms, Pose(*numbers[:3]), STANDSTILL)
        return Memory(odometry, Estimate(at_ms, Pose(*numbers[3:6]), covariance, ""))

    def close(self) -> None:
        """No more is written."""
        os.close(self._file)
