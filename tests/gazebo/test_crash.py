"""The witness is alive: robots crashed on purpose are noticed, each crash by its right name, and
robots that pass with clearance touch nothing."""

import math

import pytest
from fakes.gazebo_rig import GazeboRig
from fakes.small_gazebo_worlds import agv, box, person, pod, world

from planner.warehouse.robot import Pose
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.gazebo.contacts import Touch, model_of, touches

WALL = box("site", 4.0, 0.0, (0.2, 30.0, 2.0))
"""In front of everything that drives along x."""

Speeds = dict[str, tuple[float, float]]


async def drive_on(client: GazeboClient, speeds: Speeds, ms: int) -> tuple[Touch, ...]:
    """What touched while these speeds were kept for ``ms``."""
    for model, speed in speeds.items():
        client.drive(model, *speed)
    for _ in range(ms // 100):
        await client.step(100)
    await client.settle()
    return touches(client.contacts())


def names(found: tuple[Touch, ...]) -> set[tuple[str, str]]:
    """The pairs of collisions that touched."""
    return {(touch.a, touch.b) for touch in found}


def test_two_robots_head_on(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> None:
        found = await drive_on(client, {"R01": (0.5, 0.0), "R02": (0.5, 0.0)}, 3000)
        (touch,) = found
        assert (touch.a, touch.b) == ("R01::chassis::body", "R02::chassis::body")
        meet_ms = 1000 * (3.0 - 0.7) / 2 / 0.5
        assert touch.first_ms == pytest.approx(meet_ms, abs=400)
        assert touch.contacts > 20
        assert touch.last_ms <= 3000
        assert touch.depth_max_m > 0
        stopped = client.poses["R01"].x_m
        assert stopped < -0.3, "they do not drive through each other"

    robots = [agv("R01", -1.5, 0.0), agv("R02", 1.5, 0.05, math.pi)]
    rig.run(world(robots), scenario)


def test_a_robot_into_a_wall(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> tuple[Touch, ...]:
        return await drive_on(client, {"R01": (0.8, 0.0)}, 3000)

    found = rig.run(world([agv("R01", 2.0, 0.0), WALL]), scenario)
    assert names(found) == {("R01::chassis::body", "site::link::body")}


def test_a_carried_pod_into_a_beam_that_the_robot_alone_passes(rig: GazeboRig) -> None:
    """The beam hangs 0.8 m above the floor: only the shell, which stands for the pod, meets it."""
    beam = box("site", 3.0, 0.0, (0.2, 4.0, 0.4)).replace("0 0 0</pose>", "0 0 0</pose>", 1)
    beam = beam.replace("3.0 0.0 0.2 ", "3.0 0.0 1.0 ")

    async def scenario(client: GazeboClient) -> None:
        assert await drive_on(client, {"R01": (1.0, 0.0)}, 4000) == ()
        assert client.poses["R01"].x_m > 3.5, "the robot alone passes beneath"
        await client.place({"R01": Pose(0.0, 0.0, 0.0), "P001": None}, {"R01": True})
        found = await drive_on(client, {"R01": (1.0, 0.0)}, 4000)
        assert names(found) == {("R01::chassis::shell", "site::link::body")}
        assert client.poses["R01"].x_m < 3.0, "the pod does not pass"
        await client.place(
            {"R01": Pose(0.0, 0.0, 0.0), "P001": Pose(0.0, 0.0, 0.0)}, {"R01": False}
        )
        assert await drive_on(client, {"R01": (1.0, 0.0)}, 4000) == (), "set down again"

    rig.run(world([agv("R01", 0.0, 0.0), pod("P001", 0.0, 5.0), beam]), scenario)


def test_a_robot_into_the_leg_of_a_pod(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> tuple[Touch, ...]:
        return await drive_on(client, {"R01": (0.5, 0.0)}, 3000)

    found = rig.run(world([agv("R01", -1.5, 0.35), pod("P001", 0.0, 0.0)]), scenario)
    assert found[0].a == "P001::rack::leg_1"
    assert found[0].b == "R01::chassis::body"
    assert {model_of(touch.a) for touch in found} == {"P001"}


def test_a_robot_into_a_person(rig: GazeboRig) -> None:
    async def scenario(client: GazeboClient) -> tuple[Touch, ...]:
        return await drive_on(client, {"R01": (0.5, 0.0)}, 3000)

    found = rig.run(world([agv("R01", -1.5, 0.0), person("person_1", 0.0, 0.1)]), scenario)
    assert names(found) == {("R01::chassis::body", "person_1::chassis::body")}


def test_robots_that_pass_with_clearance_touch_nothing(rig: GazeboRig) -> None:
    """Past each other, past a wall, past a person, and beneath a pod: a hand's width each."""
    models = [
        agv("R01", -2.0, 0.0),
        agv("R02", 2.0, 0.8, math.pi),
        box("site", 0.0, -0.5, (6.0, 0.2, 2.0)),
        person("person_1", 0.0, 1.5),
        agv("R03", -2.0, 4.0),
        pod("P001", 0.0, 4.0),
        agv("R04", -2.0, 6.0),
        pod("P002", 0.0, 6.0),
    ]

    async def scenario(client: GazeboClient) -> None:
        speeds = dict.fromkeys(("R01", "R02", "R03", "R04"), (0.5, 0.0))
        assert await drive_on(client, speeds, 4100) == ()
        assert abs(client.poses["R04"].x_m) < 0.1, "it stands beneath the pod"
        turns = {"R04": (0.0, 0.8)} | dict.fromkeys(("R01", "R02", "R03"), (0.5, 0.0))
        assert await drive_on(client, turns, 4000) == ()
        assert client.poses["R01"].x_m > 1.5
        assert client.poses["R02"].x_m < -1.5
        assert client.poses["R03"].x_m > 1.5
        assert client.poses["P001"].x_m == pytest.approx(0.0, abs=0.002)

    rig.run(world(models), scenario)
