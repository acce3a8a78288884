"""The client against a real server: driving, placing, spawning, sensing, faults, failures."""

import asyncio
import math
import subprocess
import sys
import time

import pytest
from fakes.gazebo_rig import GazeboRig
from fakes.small_gazebo_worlds import CAMERA, LIDAR, agv, box, pod, red_wall, world

from planner.warehouse.errors import NotFound
from planner.warehouse.robot import Pose
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.contacts import touches
from sim_worlds.gazebo.failure import GazeboFailed
from sim_worlds.gazebo.keeper import LINGER_S
from sim_worlds.gazebo.server import GazeboServer, free_port
from sim_worlds.gazebo.tempo import DOZE_HZ

ONE = world([agv("R01", 0.0, 0.0)])


def test_a_robot_drives_forward_and_turns_to_the_left(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> tuple[Pose, Pose]:
        client.drive("R01", 0.5, 0.0)
        await client.step(2000)
        straight = client.poses["R01"]
        client.drive("R01", 0.0, 0.5)
        await client.step(2000)
        assert client.now_ms == 4000
        return straight, client.poses["R01"]

    straight, turned = rig.run(ONE, scenario)
    assert straight.x_m == pytest.approx(0.95, abs=0.06)
    assert abs(straight.y_m) < 0.01
    assert turned.theta_rad == pytest.approx(0.97, abs=0.06), "counter-clockwise"


def test_time_stands_between_steps(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        client.drive("R01", 0.5, 0.0)
        await client.step(500)
        before = client.poses["R01"]
        await client.settle()
        assert (client.now_ms, client.poses["R01"]) == (500, before)

    rig.run(ONE, scenario)


def test_models_are_placed_while_time_stands_and_come_back(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        await client.step(100)
        await client.place({"R01": Pose(3.0, -2.0, 1.0), "P001": None})
        assert client.now_ms == 100
        assert client.poses["P001"].x_m > 400, "off the map"
        await client.step(100)
        at = client.poses["R01"]
        assert (at.x_m, at.y_m, at.theta_rad) == pytest.approx((3.0, -2.0, 1.0), abs=0.005)
        await client.place({"P001": Pose(-1.0, 2.0, 0.5)})
        await client.step(1000)
        back = client.poses["P001"]
        assert (back.x_m, back.y_m, back.theta_rad) == pytest.approx((-1.0, 2.0, 0.5), abs=0.005)

    rig.run(world([agv("R01", 0.0, 0.0), pod("P001", 2.0, 0.0)]), scenario)


def test_spawned_models_have_poses_sensors_and_an_end(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        await client.step(100)
        await client.spawn(f'<sdf version="1.7">{agv("R02", 5.0, 0.0)}</sdf>')
        await client.spawn(f'<sdf version="1.7">{box("box_1", 6.5, 0.0)}</sdf>')
        assert client.poses["box_1"] == Pose(6.5, 0.0, 0.0)
        client.drive("R02", 1.0, 0.0)
        await client.step(2000)
        await client.settle()
        (touch,) = touches(client.contacts())
        assert (touch.a, touch.b) == ("R02::chassis::body", "box_1::link::body")
        await client.remove("box_1")
        assert "box_1" not in client.poses
        await client.step(2000)
        assert client.poses["R02"].x_m > 7.0, "the way is free"
        with pytest.raises(NotFound, match="box_1"):
            await client.remove("box_1")

    rig.run(ONE, scenario)


def test_a_second_model_of_one_name_is_refused(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        with pytest.raises(GazeboFailed, match="a model of this name"):
            await client.spawn(f'<sdf version="1.7">{agv("R01", 5.0, 0.0)}</sdf>')
        with pytest.raises(GazeboFailed, match="no model in it"):
            await client.spawn("<sdf/>")

    rig.run(ONE, scenario)


def test_a_push_moves_a_robot_and_wheels_without_friction_do_not(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> tuple[float, float]:
        await client.step(200)
        await client.push("R01", (0.0, 300.0), 200)
        await client.step(500)
        pushed_m = client.poses["R01"].y_m
        await client.set_friction("R02", "left_wheel", 0.0)
        await client.set_friction("R02", "right_wheel", 0.0)
        client.drive("R02", 0.5, 0.0)
        await client.step(2000)
        return pushed_m, client.poses["R02"].x_m

    pushed_m, slipped_m = rig.run(world([agv("R01", 0, 0), agv("R02", 0, 5)]), scenario)
    assert pushed_m > 0.1
    assert abs(slipped_m) < 0.1


def test_a_lidar_tells_each_step_what_is_ahead(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        await client.watch_lidar("R01")
        stamps = []
        for _ in range(20):
            await client.step(100)
            scan = client.scan("R01")
            assert scan is not None
            stamps.append(scan.at_ms)
        assert all(0 <= (k + 1) * 100 - at < 100 for k, at in enumerate(stamps)), stamps
        assert len(scan.ranges_m) == 61
        assert scan.ranges_m[30] == pytest.approx(2.0 - 0.35 - 0.25, abs=0.02)
        assert scan.first_rad == pytest.approx(-math.pi / 2)
        assert math.isinf(scan.ranges_m[0])

    robot = agv("R01", 0.0, 0.0, sensors=LIDAR)
    rig.run(world([robot, box("box_1", 2.0, 0.0)]), scenario)


def test_a_camera_sees_a_red_wall(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        picture = await client.image("R01")
        assert picture.shape == (120, 160, 3)
        red, green, blue = picture[60, 80]
        assert red > 150 > 60 > max(green, blue)
        for _ in range(5):
            await client.step(100)
            assert client.now_ms - client.image_at_ms("R01") < 100

    robot = agv("R01", 0.0, 0.0, sensors=CAMERA)
    rig.run(world([robot, red_wall("wall", 3.0, 0.0)]), scenario, rendering=True)


def test_bad_orders_are_refused_by_name(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        with pytest.raises(GazeboFailed, match="R01: a speed must be a number"):
            client.drive("R01", math.nan, 0.0)
        with pytest.raises(GazeboFailed, match="steps of 10 ms"):
            await client.step(15)
        with pytest.raises(NotFound, match="R99"):
            await client.place({"R99": None})
        with pytest.raises(GazeboFailed, match="a pose must be of numbers"):
            await client.place({"R01": Pose(math.nan, 0.0, 0.0)})
        with pytest.raises(NotFound, match="ray"):
            await client.watch_lidar("R01")
        with pytest.raises(NotFound, match="watch_lidar"):
            client.scan("R01")
        with pytest.raises(GazeboFailed, match="0 or more"):
            await client.set_friction("R01", "left_wheel", -1.0)

    rig.run(ONE, scenario)


def test_a_port_in_use_is_named_before_anything_starts(rig: GazeboRig) -> None:
    with rig.server(ONE) as first:
        second = GazeboServer(
            rig.gazebo, rig.folder / "world_1.sdf", port=first.port, seed=1, log=rig.folder / "log"
        )
        with pytest.raises(GazeboFailed, match=f"port.*found {first.port}"), second:
            pass
    assert not (rig.folder / "log").exists()


def test_a_broken_world_file_is_refused_before_gazebo_takes_another(rig: GazeboRig) -> None:
    for text, problem in (("<sdf", "not well-formed"), ("<sdf/>", "no <world>")):
        with pytest.raises(GazeboFailed, match=problem), rig.server(text):
            pass
    with pytest.raises(GazeboFailed, match="No such file"), rig.server(rig.folder / "none.sdf"):
        pass


def test_a_client_without_a_server_says_so(rig: GazeboRig) -> None:
    port = free_port()
    with pytest.raises(GazeboFailed, match=f"no Gazebo answers.*{port}"):
        asyncio.run(GazeboClient.connect(port, gazebo=rig.gazebo, timeout_s=0.3))


def test_a_world_of_another_name_is_not_waited_for_forever(rig: GazeboRig) -> None:
    async def wrong_name(port: int) -> None:
        await GazeboClient.connect(port, "elsewhere", gazebo=rig.gazebo, timeout_s=1.0)

    with rig.server(ONE) as server, pytest.raises(GazeboFailed, match="elsewhere"):
        asyncio.run(wrong_name(server.port))


def test_a_server_that_dies_is_told_at_once(rig: GazeboRig) -> None:
    async def scenario(server: GazeboServer) -> None:
        client = await GazeboClient.connect(server.port, gazebo=rig.gazebo, log=server.log)
        try:
            await client.step(100)
            server.kill()
            with pytest.raises(GazeboFailed, match="closed the connection"):
                await client.step(100)
        finally:
            await client.close()
        with pytest.raises(GazeboFailed, match="has ended"):
            server.check()

    with rig.server(ONE) as server:
        asyncio.run(scenario(server))


DRIVER = """
import asyncio, sys
from sim_worlds.gazebo.client import GazeboClient

async def drive():
    client = await GazeboClient.connect(int(sys.argv[1]))
    while True:
        await client.step(100)
        print("on", flush=True)

asyncio.run(drive())
"""


def test_a_client_killed_in_mid_step_leaves_a_server_that_serves_the_next(rig: GazeboRig) -> None:
    """The keeper of the killed one slows the server down, the next one makes it fast again."""

    async def next_one(port: int) -> float:
        client = await GazeboClient.connect(port)
        await client.step(100)
        found_hz = client._lockstep.rounds_hz
        await client.close()
        return found_hz

    with rig.server(ONE) as server:
        for _ in range(3):
            driver = subprocess.Popen(
                (sys.executable, "-c", DRIVER, str(server.port)), stdout=subprocess.PIPE
            )
            assert driver.stdout is not None
            for _ in range(5):
                assert driver.stdout.readline() == b"on\n"
            driver.kill()
            driver.wait()
            driver.stdout.close()
            time.sleep(2 * LINGER_S)
            assert asyncio.run(next_one(server.port)) == DOZE_HZ
