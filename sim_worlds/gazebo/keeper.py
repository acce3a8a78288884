"""Leaves Gazebo in good order for a client that was killed (why: :mod:`sim_worlds.gazebo.tempo`).

A process is killed in mid-step. So a small one beside it holds its connections too, does what it
has left to be done, and lets the connections go when the step is over. It imports nothing but the
standard library, so that it is there at once.
"""

import contextlib
import os
import socket
import subprocess
import sys
import time
from array import array
from pathlib import Path

LINGER_S = 0.5
"""Longer than any step takes that Gazebo has been told to do."""
_BYE, _HOLD, _WILL = b"B", b"H", b"W"
_MOST_BYTES = 1_000


class Keeper:
    """The process, from the client's side."""

    def __init__(self) -> None:
        self._here, there = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with there:
            self._process = subprocess.Popen(
                (sys.executable, "-S", str(Path(__file__)), str(there.fileno())),
                pass_fds=(there.fileno(),),
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )

    def hold(self, connection: int) -> None:
        """Keep this connection (its file descriptor) open as well."""
        socket.send_fds(self._here, [_HOLD], [connection])

    def will(self, connection: int, data: bytes) -> None:
        """Have this written to a connection if this process is killed."""
        socket.send_fds(self._here, [_WILL + data], [connection])

    def leave(self) -> None:
        """The client closes its connections in good order: nothing is to be kept."""
        self._here.send(_BYE)
        self._here.close()
        self._process.wait()


def keep(channel: socket.socket, linger_s: float = LINGER_S) -> int:
    """Hold what comes until the other side says goodbye, or is gone; how many there were."""
    held, wills = array("i"), list[tuple[int, bytes]]()
    while True:
        message, connections, _, _ = socket.recv_fds(channel, _MOST_BYTES, 8)
        held.extend(connections)
        if message[:1] == _WILL:
            wills.append((connections[0], message[1:]))
        elif message != _HOLD:
            break
    if message != _BYE:
        for connection, data in wills:
            with contextlib.suppress(OSError):
                os.write(connection, data)
        time.sleep(linger_s)
    return len(held)


if __name__ == "__main__":
    keep(socket.socket(fileno=int(sys.argv[1])))
