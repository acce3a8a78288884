"""Gazebo's transport on the wire: frames and the packets of the handshake.

A frame is the length of its payload in 8 upper-case hexadecimal digits, then the payload. To and
from the master, and when a stream is opened, the payload is a ``Packet`` (stamp, type, bytes of
another message); on an open stream it is the bare message. Source: ``gazebo/transport/Connection``
of Gazebo Classic.
"""

import asyncio
import socket
from collections.abc import Callable
from typing import Any

from sim_worlds.gazebo.messages import Messages

HOST = "127.0.0.1"
LENGTH_DIGITS = 8


def frame(payload: bytes) -> bytes:
    """The payload with its length in front."""
    return b"%08X" % len(payload) + payload


class FrameStream(asyncio.Protocol):
    """One connection: hands each frame's payload to ``on_payload``, and the number of its
    socket to ``on_made`` once it stands."""

    def __init__(
        self,
        on_payload: Callable[["FrameStream", bytes], None],
        on_lost: Callable[["FrameStream"], None] | None = None,
        on_made: Callable[[int], None] | None = None,
    ):
        self._on_payload = on_payload
        self._on_lost = on_lost
        self._on_made = on_made
        self.number = -1
        """File descriptor of the socket, once the connection stands."""
        self._waiting = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Small messages are not held back to be sent together."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        connection = transport.get_extra_info("socket")
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.number = connection.fileno()
        if self._on_made is not None:
            self._on_made(self.number)

    def data_received(self, data: bytes) -> None:
        """Cuts what came into frames; the rest waits for more."""
        if self._waiting:
            data = self._waiting + data
        at, end = 0, len(data)
        while end - at >= LENGTH_DIGITS:
            begin = at + LENGTH_DIGITS
            stop = begin + int(data[at:begin], 16)
            if stop > end:
                break
            self._on_payload(self, data[begin:stop])
            at = stop
        self._waiting = data[at:]

    def connection_lost(self, exc: Exception | None) -> None:
        """Tells the owner, once."""
        if self._on_lost is not None:
            self._on_lost(self)

    def write(self, framed: bytes) -> None:
        """Sends bytes that are framed already; does not wait."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(framed)

    def close(self) -> None:
        """Ends the connection without telling the owner."""
        self._on_lost = None
        if self._transport is not None:
            self._transport.close()


class Packets:
    """Makes and reads the packets of the handshake."""

    def __init__(self, messages: Messages):
        self._messages = messages

    def make(self, packet_type: str, name: str, /, **fields: object) -> bytes:
        """A framed packet of ``packet_type`` around a new message ``name``."""
        inner: bytes = self._messages.make(name, **fields).SerializeToString()
        packet = self._messages.make(
            "Packet", stamp={"sec": 0, "nsec": 0}, type=packet_type, serialized_data=inner
        )
        return frame(packet.SerializeToString())

    def open(self, payload: bytes) -> tuple[str, bytes]:
        """Type of a packet, and the bytes in it."""
        packet = self._messages.read("Packet", payload)
        return packet.type, packet.serialized_data

    def read(self, name: str, inner: bytes) -> Any:
        """The message ``name`` in the bytes of a packet."""
        return self._messages.read(name, inner)
