"""Speeds for models with Gazebo's differential drive plugin."""

import math
import struct

from sim_worlds.gazebo.transport import Publisher, Transport

_POSE = struct.Struct("<2sBdBdBd2sBdBdBdBd")
"""A message ``Pose``, all of whose fields are always there: x of the position and a quaternion."""


def velocity_payload(forward_mps: float, turn_radps: float) -> bytes:
    """The plugin's order: speed in x, turning speed as the yaw of the orientation.

    Gazebo Classic's plugin turns the other way round than it says, hence the sign.
    """
    half = -turn_radps / 2
    return _POSE.pack(
        b"\x1a\x1b",
        0x09,
        forward_mps,
        0x11,
        0.0,
        0x19,
        0.0,
        b"\x22\x24",
        0x11,
        0.0,
        0x19,
        0.0,
        0x21,
        math.sin(half),
        0x29,
        math.cos(half),
    )


class Drives:
    """The speeds that are wanted, and those that have been sent."""

    def __init__(self, transport: Transport):
        self._transport = transport
        self._publishers: dict[str, Publisher] = {}
        self._wanted: dict[str, tuple[float, float]] = {}
        self._sent: dict[str, tuple[float, float]] = {}

    def set(self, model: str, forward_mps: float, turn_radps: float) -> None:
        """Noted for the next :meth:`send`."""
        self._wanted[model] = (forward_mps, turn_radps)

    def forget(self, model: str) -> None:
        """The model is gone."""
        self._wanted.pop(model, None)
        self._sent.pop(model, None)
        self._publishers.pop(model, None)

    async def send(self) -> None:
        """Sends what has changed; waits where a model hears from us for the first time."""
        if len(self._publishers) < len(self._wanted):
            await self._introduce()
        for model, speed in self._wanted.items():
            if self._sent.get(model) != speed:
                self._publishers[model].send(velocity_payload(*speed))
                self._sent[model] = speed

    async def _introduce(self) -> None:
        new = [model for model in self._wanted if model not in self._publishers]
        for model in new:
            self._publishers[model] = self._transport.advertise(f"~/{model}/vel_cmd", "Pose")
        for model in new:
            await self._publishers[model].heard()
