"""How fast real Gazebo goes in lock-step, without ROS 2: robots that drive circles, at 10 Hz.

    python -m benchmarks.micro.gazebo_lockstep   # QUICK=1 for a short run; needs make setup-gazebo

A tick is 100 ms of simulation time: new speeds for every robot, four barriers, ten steps of
physics, the poses and contacts of all. The robots are those of the site ``one-lane``, on an empty
floor.
"""

import asyncio
import math
import os
import tempfile
import time
import xml.etree.ElementTree as ET
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.report import Row, publish, quick
from planner.warehouse.robot import Pose
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.prefix import find_gazebo
from sim_worlds.gazebo.server import GazeboServer, free_port
from sim_worlds.sdf.robots import robot_sdf
from sim_worlds.sites.catalogue import load_site

SEED = 1
ROBOTS = (1, 10, 25, 50)
TICK_MS = 100
APART_M = 3.0
PLACES = 10
PHYSICS = """<physics type="ode"><max_step_size>0.01</max_step_size>
<real_time_factor>0</real_time_factor><real_time_update_rate>5000</real_time_update_rate>
<ode><solver><type>quick</type><iters>10</iters><sor>1.0</sor></solver></ode></physics>"""
FLOOR = """<model name="floor"><static>true</static><link name="link"><collision name="plane">
<geometry><plane><normal>0 0 1</normal><size>200 200</size></plane></geometry></collision></link>
</model>"""


@dataclass
class Figures:
    """What one run gave; times in seconds."""

    ticks: list[float] = field(default_factory=list)
    barriers: float = 0.0
    place: float = 0.0
    client_cpu: float = 0.0
    server_cpu: float = 0.0
    contacts: int = 0


def world_text(robots: list[str]) -> str:
    """An empty floor with these robots."""
    site = load_site("one-lane")
    kind = site.type_of(site.robots[0])
    models = []
    for place, robot in enumerate(robots):
        pose = Pose(APART_M * (place % 10), APART_M * (place // 10), 0.0)
        model = ET.fromstring(robot_sdf(robot, kind, site.pod_model, pose)).find("model")
        assert model is not None
        models.append(ET.tostring(model, encoding="unicode"))
    inside = PHYSICS + FLOOR + "".join(models)
    return f'<sdf version="1.7"><world name="podherd">{inside}</world></sdf>'


def cpu_s(pid: int) -> float:
    """Processor time of a process so far."""
    parts = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(parts[11]) + int(parts[12])) / os.sysconf("SC_CLK_TCK")


async def drive(
    client: GazeboClient, server: GazeboServer, robots: list[str], ticks: int
) -> Figures:
    """The measured part: each robot drives circles of 1 m radius."""
    figures = Figures()
    begin_cpu, begin_server = time.process_time(), cpu_s(server.pid)
    for tick in range(ticks):
        begin = time.perf_counter()
        for place, robot in enumerate(robots):
            client.drive(robot, 0.5 + 0.05 * math.sin(0.1 * tick + place), 0.5)
        await client.step(TICK_MS)
        figures.contacts += len(client.contacts())
        figures.ticks.append(time.perf_counter() - begin)
    figures.client_cpu = time.process_time() - begin_cpu
    figures.server_cpu = cpu_s(server.pid) - begin_server
    begin = time.perf_counter()
    for _ in range(100):
        await client.barrier()
    figures.barriers = (time.perf_counter() - begin) / 100
    begin = time.perf_counter()
    for _ in range(PLACES):
        await client.place({robots[0]: client.poses[robots[0]]}, {robots[0]: False})
        await client.step(TICK_MS)
    figures.place = (time.perf_counter() - begin) / PLACES
    return figures


def measure(count: int, ticks: int) -> Row:
    """One world with ``count`` robots."""
    robots = [f"R{number:02d}" for number in range(1, count + 1)]
    gazebo = find_gazebo()
    with tempfile.TemporaryDirectory() as name:
        world, log = Path(name, "world.sdf"), Path(name, "gzserver.log")
        world.write_text(world_text(robots))
        begin = time.perf_counter()
        with GazeboServer(gazebo, world, port=free_port(), seed=SEED, log=log) as server:

            async def run() -> tuple[float, Figures]:
                client = await GazeboClient.connect(server.port, gazebo=gazebo, log=log)
                for robot in robots:
                    client.drive(robot, 0.0, 0.0)
                await client.step(TICK_MS)
                ready_s = time.perf_counter() - begin
                figures = await drive(client, server, robots, ticks)
                await client.close()
                return ready_s, figures

            ready_s, figures = asyncio.run(run())
    return _row(count, ready_s, figures)


def _row(count: int, ready_s: float, figures: Figures) -> Row:
    ordered = sorted(figures.ticks)
    ticks, total_s = len(ordered), sum(ordered)
    return {
        "robots": count,
        "ticks/s": round(ticks / total_s),
        "x real time": round(ticks * TICK_MS / 1000 / total_s, 1),
        "tick p50, ms": round(ordered[ticks // 2] * 1e3, 2),
        "tick p95, ms": round(ordered[int(ticks * 0.95)] * 1e3, 2),
        "of it 4 barriers, ms": round(figures.barriers * 1e3, 2),
        "server CPU, ms/tick": round(figures.server_cpu / ticks * 1e3, 2),
        "client CPU, ms/tick": round(figures.client_cpu / ticks * 1e3, 2),
        "place, ms": round(figures.place * 1e3),
        "ready after, s": round(ready_s, 2),
        "contacts": figures.contacts,
    }


def main() -> None:
    """Measure every size and publish."""
    ticks = 100 if quick() else 600
    rows = [measure(count, ticks) for count in ROBOTS]
    publish("gazebo_lockstep", rows, seed=SEED, packages=("numpy", "protobuf"))


if __name__ == "__main__":
    main()
