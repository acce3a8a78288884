"""Lock-step: the same commands give the same motion, and a new client goes on where one ended."""

import asyncio
import hashlib
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.gazebo_rig import GazeboRig
from fakes.small_gazebo_worlds import agv, world

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.client import GazeboClient

ROBOTS = tuple(f"R{number:02d}" for number in range(1, 11))
TEN = world([agv(name, 3.0 * (k % 5), 4.0 * (k // 5), 0.3 * k) for k, name in enumerate(ROBOTS)])
ROOT = Path(__file__).resolve().parents[2]


async def dance(client: GazeboClient, ticks: int) -> str:
    """Hash of every pose of every tick while ten robots drive curves."""
    seen = hashlib.sha256()
    for tick in range(ticks):
        for k, name in enumerate(ROBOTS):
            client.drive(
                name, 0.4 + 0.2 * math.sin(0.1 * tick + k), 0.6 * math.sin(0.07 * tick - k)
            )
        await client.step(100)
        for name in ROBOTS:
            pose = client.poses[name]
            seen.update(f"{pose.x_m!r} {pose.y_m!r} {pose.theta_rad!r}\n".encode())
    return seen.hexdigest()[:16]


def test_ten_robots_repeat_twenty_seconds_bit_for_bit(
    rig: GazeboRig, capsys: pytest.CaptureFixture[str]
) -> None:
    """Four barriers make it all but certain that a command is taken before the step; one retry is
    allowed for the rest (see ``sim_worlds.gazebo.lockstep``)."""
    hashes = [rig.run(TEN, lambda client: dance(client, 200), seed=7) for _ in range(2)]
    if hashes[0] != hashes[1]:
        hashes.append(rig.run(TEN, lambda client: dance(client, 200), seed=7))
    with capsys.disabled():
        sys.stdout.write(f"\n  hashes of 10 robots, 20 s: {' '.join(hashes)}\n")
    assert hashes[-1] in hashes[:-1]


def test_other_commands_give_another_hash(rig: GazeboRig) -> None:
    async def still(client: GazeboClient) -> str:
        client.drive(ROBOTS[0], 0.1, 0.0)
        await client.step(100)
        return await dance(client, 5)

    moved = rig.run(TEN, still, seed=7)
    assert moved != rig.run(TEN, lambda client: dance(client, 5), seed=7)


FIRST_CLIENT = """
import asyncio, sys
from pathlib import Path
from sim_worlds.gazebo.client import GazeboClient

async def main() -> None:
    client = await GazeboClient.connect(int(sys.argv[1]))
    client.drive("R01", 0.5, 0.0)
    for _ in range(10):
        await client.step(100)
    print(client.now_ms, repr(client.poses["R01"].x_m), flush=True)
    while True:
        await client.step(10)

asyncio.run(main())
"""


def test_after_a_killed_client_a_new_one_goes_on(rig: GazeboRig) -> None:
    async def second(port: int, killed_ms: int, killed_x_m: float) -> Pose:
        client = await GazeboClient.connect(port, gazebo=rig.gazebo)
        try:
            found_ms, found = client.now_ms, client.poses["R01"]
            assert found_ms >= killed_ms
            assert found.x_m >= killed_x_m
            client.drive("R01", 0.0, 0.0)
            await client.step(1000)
            braked = client.poses["R01"]
            assert braked.x_m - found.x_m < 0.2, "it stands when told to"
            client.drive("R01", 0.0, 0.5)
            await client.step(2000)
            assert client.now_ms == found_ms + 3000
            return client.poses["R01"]
        finally:
            await client.close()

    with rig.server(world([agv("R01", 0.0, 0.0)])) as server:
        first = subprocess.Popen(
            [sys.executable, "-c", FIRST_CLIENT, str(server.port)],
            stdout=subprocess.PIPE,
            cwd=ROOT,
            text=True,
        )
        assert first.stdout is not None
        told = first.stdout.readline().split()
        first.kill()
        first.wait()
        first.stdout.close()
        turned = asyncio.run(second(server.port, int(told[0]), float(told[1])))
        assert turned.theta_rad == pytest.approx(0.97, abs=0.06)


SERVER = """
import sys, time
from pathlib import Path
from sim_worlds.gazebo.prefix import find_gazebo
from sim_worlds.gazebo.server import GazeboServer, free_port

world, log = map(Path, sys.argv[1:])
with GazeboServer(find_gazebo(), world, port=free_port(), seed=1, log=log) as server:
    print(server.pid, flush=True)
    time.sleep(3600)
"""


def test_a_server_ends_with_a_killed_test(rig: GazeboRig) -> None:
    file = rig.folder / "world.sdf"
    file.write_text(world([agv("R01", 0.0, 0.0)]))
    owner = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(file), str(rig.folder / "log")],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        text=True,
    )
    assert owner.stdout is not None
    server = Path("/proc", owner.stdout.readline().strip())
    assert "gzserver" in (server / "cmdline").read_text()
    owner.kill()
    owner.wait()
    owner.stdout.close()
    while is_running(server):
        os.sched_yield()


def is_running(process: Path) -> bool:
    """True unless it is gone, or only waits for somebody to take note of its end."""
    try:
        return ") Z " not in (process / "stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_two_clients_see_the_same_world(rig: GazeboRig) -> None:
    async def scenario(port: int) -> None:
        driver = await GazeboClient.connect(port, gazebo=rig.gazebo)
        watcher = await GazeboClient.connect(port, gazebo=rig.gazebo)
        driver.drive("R01", 0.5, 0.0)
        await driver.step(1000)
        await watcher.settle()
        assert watcher.now_ms == 1000
        await driver.close()
        await watcher.step(100)
        assert watcher.poses["R01"].x_m > 0.4
        await watcher.close()

    with rig.server(world([agv("R01", 0.0, 0.0)])) as server:
        asyncio.run(scenario(server.port))
