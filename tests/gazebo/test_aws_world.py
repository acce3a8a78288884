"""A world that nobody here made: two robots survey the AWS RoboMaker small warehouse with a lidar,
patrol its aisles without touching anything, and then drive into a shelf on purpose.

The world is MIT-0 and does not ship with the project (see ``shared_data``).
"""

import math
import sys
from pathlib import Path

import pytest
from fakes.free_space import FreeSpace, far_apart, lines, pursue, turn_between, way_to, ways_from
from fakes.gazebo_rig import GazeboRig
from fakes.small_gazebo_worlds import agv

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.contacts import Touch, model_of, touches

FLOOR = "aws_robomaker_warehouse_GroundB_01_001"
SHELF = "aws_robomaker_warehouse_ShelfE_01_001"
HOMES = {"R01": Pose(2.0, 0.0, 0.0), "R02": Pose(-3.0, 0.0, 0.0)}
HALF_M = 12.0
REACH_M = 12.0
CLEARANCE_M = 0.55
"""Half the diagonal of a robot and 8 cm."""
WAYPOINTS = 3
SURVEYOR = """<model name="surveyor"><pose>0 0 0 0 0 0</pose><link name="chassis">
<gravity>false</gravity><inertial><mass>1</mass></inertial>
<sensor name="lidar" type="ray"><pose>0 0 0.15 0 0 0</pose><update_rate>10</update_rate><ray><scan>
<horizontal><samples>720</samples><min_angle>-3.14159</min_angle><max_angle>3.14159</max_angle>
</horizontal></scan><range><min>0.05</min><max>12</max></range></ray></sensor></link></model>"""

pytestmark = pytest.mark.shared


def with_robots(world_file: Path) -> str:
    """The world as it is, with two robots, a surveyor, and our step of physics."""
    text = world_file.read_text()
    begin, end = text.index("<physics"), text.index("</physics>")
    physics = """<physics type="ode"><max_step_size>0.01</max_step_size>
<real_time_factor>0</real_time_factor><real_time_update_rate>5000</real_time_update_rate>
<ode><solver><type>quick</type><iters>20</iters><sor>1.0</sor></solver></ode>"""
    text = text[:begin] + physics + text[end:]
    robots = [agv(name, home.x_m, home.y_m) for name, home in HOMES.items()]
    return text.replace("</world>", "".join(robots) + SURVEYOR + "</world>")


async def survey(client: GazeboClient) -> FreeSpace:
    """The free floor, from scans at the robots' homes and on a coarse grid between all models."""
    space = FreeSpace(HALF_M)
    await client.watch_lidar("surveyor")
    grid = [Pose(x, y, 0.0) for x in (-4.5, -1.5, 1.5) for y in (-7.5, -4.5, -1.5, 1.5, 4.5, 7.5)]
    for place in grid:
        await client.place({"surveyor": place, "R01": None, "R02": None})
        await client.step(100)
        scan = client.scan("surveyor")
        assert scan is not None
        space.add(scan, client.poses["surveyor"], REACH_M)
    await client.place({"surveyor": None, **HOMES})
    await client.step(500)
    return space


async def patrol(client: GazeboClient, space: FreeSpace, robot: str) -> float:
    """Drives to waypoints far apart and home again; metres driven."""
    drivable = space.drivable(CLEARANCE_M)
    home = space.cell(client.poses[robot].x_m, client.poses[robot].y_m)
    assert drivable[home], f"{robot} stands too near to something"
    driven_m = 0.0
    here = home
    for goal in (*far_apart(drivable, home, WAYPOINTS, limit=120.0), home):
        way = way_to(ways_from(drivable, here), goal)
        driven_m += await follow(client, robot, lines(way, space))
        here = goal
    return driven_m


async def follow(client: GazeboClient, robot: str, way: list[tuple[float, float]]) -> float:
    """Drives along a way to its end; metres driven."""
    driven_m, end = 0.0, way[-1]
    for _ in range(1200):
        before = client.poses[robot]
        speeds = pursue(before, way)
        client.drive(robot, *speeds)
        await client.step(100)
        after = client.poses[robot]
        driven_m += math.hypot(after.x_m - before.x_m, after.y_m - before.y_m)
        if speeds == (0.0, 0.0):
            break
    at = client.poses[robot]
    assert math.hypot(at.x_m - end[0], at.y_m - end[1]) < 0.15, f"{robot} did not arrive"
    return driven_m


async def ram(client: GazeboClient, space: FreeSpace, robot: str, target: str) -> tuple[Touch, ...]:
    """Drives to the free place in front of a model, turns to it and goes straight on."""
    at, aim = client.poses[robot], client.poses[target]
    ways = ways_from(space.drivable(CLEARANCE_M), space.cell(at.x_m, at.y_m))
    column, row = space.cell(aim.x_m, aim.y_m)
    front = min((cell for cell in ways if cell[1] == row), key=lambda cell: abs(cell[0] - column))
    await follow(client, robot, lines(way_to(ways, front), space))
    await client.settle()
    assert client.contacts() == (), "not yet"
    for _ in range(100):
        at = client.poses[robot]
        error_rad = turn_between(at.theta_rad, 0.0 if aim.x_m > at.x_m else math.pi)
        client.drive(robot, 0.5 if abs(error_rad) < 0.1 else 0.0, 1.5 * error_rad)
        await client.step(100)
    await client.settle()
    return touches(client.contacts())


def test_two_robots_patrol_the_aws_small_warehouse_and_one_rams_a_shelf(
    rig: GazeboRig, shared_data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = shared_data / "worlds" / "aws_small_warehouse"
    world = rig.folder / "aws.world"
    world.write_text(with_robots(root / "worlds" / "no_roof_small_warehouse.world"))

    async def scenario(client: GazeboClient) -> None:
        space = await survey(client)
        driven_m = {
            robot: await patrol(client, space.with_blocked(client.poses[other], 0.5), robot)
            for robot, other in (("R01", "R02"), ("R02", "R01"))
        }
        await client.settle()
        assert touches(client.contacts()) == (), "nothing was touched on patrol"
        assert min(driven_m.values()) > 20
        clear = space.with_blocked(client.poses["R02"], 0.5)
        (hit,) = await ram(client, clear, "R01", SHELF)
        assert {model_of(hit.a), model_of(hit.b)} == {"R01", SHELF}
        assert hit.a == "R01::chassis::body"
        with capsys.disabled():
            sys.stdout.write(
                f"\n  patrol: {driven_m['R01']:.0f} m and {driven_m['R02']:.0f} m in "
                f"{client.now_ms / 1000:.0f} s of simulation, then {hit.a} hit {hit.b}\n"
            )

    rig.run(world, scenario, name="default", model_folders=(root / "models",), floors=(FLOOR,))
