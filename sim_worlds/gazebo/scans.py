"""Lidar turns and camera pictures from Gazebo's messages."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sim_worlds.gazebo.failure import GazeboFailed
from sim_worlds.gazebo.messages import Messages

RGB_INT8 = 3
"""``Image::PixelFormat`` of Gazebo for 8 bits each of red, green and blue."""

Picture = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class LidarScan:
    """One turn at ``at_ms``: ``ranges_m[i]`` is the distance in the direction ``first_rad + i *
    step_rad`` from the sensor's x axis; infinite where there is nothing in reach."""

    at_ms: int
    first_rad: float
    step_rad: float
    ranges_m: tuple[float, ...]


def read_scan(messages: Messages, payload: bytes) -> LidarScan:
    """A message ``LaserScanStamped``."""
    message = messages.read("LaserScanStamped", payload)
    scan = message.scan
    reach_m = scan.range_max
    return LidarScan(
        at_ms=message.time.sec * 1000 + round(message.time.nsec / 1e6),
        first_rad=scan.angle_min,
        step_rad=scan.angle_step,
        ranges_m=tuple(r if r < reach_m else math.inf for r in scan.ranges),
    )


def read_picture(messages: Messages, payload: bytes) -> tuple[int, Picture]:
    """Time (ms) and pixels (height, width, 3: red, green, blue) of an ``ImageStamped``.

    Raises :class:`GazeboFailed` at another format of pixels.
    """
    message = messages.read("ImageStamped", payload)
    image = message.image
    if image.pixel_format != RGB_INT8:
        raise GazeboFailed(
            "a camera must give R8G8B8",
            field="pixel_format",
            value=image.pixel_format,
            remedy="Set <format>R8G8B8</format> in the camera's <image>.",
        )
    rows = np.frombuffer(image.data, np.uint8).reshape(image.height, image.step)
    pixels = rows[:, : image.width * 3].reshape(image.height, image.width, 3)
    return message.time.sec * 1000 + round(message.time.nsec / 1e6), pixels
