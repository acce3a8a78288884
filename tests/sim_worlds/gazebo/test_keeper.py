"""The process beside a client: what it does depends on how the client ends."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import sim_worlds.gazebo.keeper as keeper
from sim_worlds.gazebo.keeper import Keeper, keep

CLIENT = """
import socket, sys, time
from sim_worlds.gazebo.keeper import Keeper
connection = socket.socket(fileno=int(sys.argv[1]))
keeper = Keeper()
keeper.hold(connection.fileno())
keeper.will(connection.fileno(), b"farewell")
print("ready", flush=True)
time.sleep(60)
"""
ROOT = Path(keeper.__file__).parents[2]


def until_closed(connection: socket.socket) -> bytes:
    """All that is said until the other side is gone."""
    connection.settimeout(20.0)
    said = b""
    while data := connection.recv(100):
        said += data
    return said


def test_a_killed_client_takes_leave_and_its_connections_outlive_it() -> None:
    here, there = socket.socketpair()
    with there:
        client = subprocess.Popen(
            (sys.executable, "-c", CLIENT, str(there.fileno())),
            pass_fds=(there.fileno(),),
            stdout=subprocess.PIPE,
            cwd=ROOT,
        )
    assert client.stdout is not None
    assert client.stdout.readline() == b"ready\n"
    os.kill(client.pid, signal.SIGKILL)
    client.wait()
    client.stdout.close()
    died_s = time.monotonic()
    with here:
        assert until_closed(here) == b"farewell"
        assert time.monotonic() - died_s > 0.8 * keeper.LINGER_S


def test_a_client_that_leaves_in_good_order_leaves_nothing() -> None:
    here, there = socket.socketpair()
    beside = Keeper()
    with there:
        beside.hold(there.fileno())
        beside.will(there.fileno(), b"farewell")
    beside.leave()
    with here:
        assert until_closed(here) == b""


def test_a_connection_that_is_gone_already_is_no_trouble() -> None:
    channel, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    here, there = socket.socketpair()
    with there:
        socket.send_fds(channel, [b"W" + b"farewell"], [there.fileno()])
        socket.send_fds(channel, [b"H"], [there.fileno()])
    here.close()
    channel.close()
    with end:
        assert keep(end, 0.0) == 2
