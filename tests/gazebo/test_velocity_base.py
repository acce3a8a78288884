"""The robot's brain drives real physics: precisely, back to its line after a push, and not into
what stands in its way."""

from collections.abc import Callable
from math import cos, hypot, pi, sin
from pathlib import Path
from random import Random

from fakes.gazebo_base import TICK_MS, Chain, GazeboBase
from fakes.gazebo_rig import GazeboRig

from planner.roadmap.compile import compile_roadmap
from planner.roadmap.roadmap import Roadmap
from planner.warehouse.ids import RobotId
from planner.warehouse.robot import ErrorKind, Pose
from planner.warehouse.site import Site
from podherd_robot.drive_params import DriveParams
from podherd_ros.drive import DriveReport
from sim_worlds.gazebo.client import GazeboClient
from sim_worlds.sdf.options import PHYSICS_ONLY, WorldOptions, lidar_x_m
from sim_worlds.sdf.people import box_sdf
from sim_worlds.sdf.world import classic_world
from sim_worlds.sites.catalogue import load_site

R01 = RobotId("R01")
SITE = load_site("picking-cell")
ROADMAP = compile_roadmap(SITE)
LEGS = 12


def node_pose(roadmap: Roadmap, node: int) -> Pose:
    x_m, y_m = roadmap.xy_m[node].tolist()
    return Pose(x_m, y_m, 0.0)


MARKERS = {f"N:{name}": node_pose(ROADMAP, i) for i, name in enumerate(ROADMAP.nodes)}
OTHERS = {ROADMAP.index[node] for robot, node in ROADMAP.robots.items() if robot != R01}


def walk(random: Random, start: int, steps: int) -> list[int]:
    """Nodes of a random drive along edges, mostly straight on, around the other robots."""
    nodes, heading = [start], random.randrange(4)
    for _ in range(steps):
        ways = [h for h in range(4) if ROADMAP.neighbours[nodes[-1], h] >= 0]
        ways = [h for h in ways if int(ROADMAP.neighbours[nodes[-1], h]) not in OTHERS]
        if heading not in ways or random.random() < 0.4:
            heading = random.choice(ways)
        nodes.append(int(ROADMAP.neighbours[nodes[-1], heading]))
    return nodes


async def robot_in(
    client: GazeboClient, site: Site, params: DriveParams, lidar_m: float | None = None
) -> GazeboBase:
    """R01 of a floor without pods, once it knows where it is."""
    await client.place(dict.fromkeys(ROADMAP.pods))
    kind = site.type_of(site.robots[0])
    base = GazeboBase(client, R01, kind, MARKERS, params, seed=1, lidar_x_m=lidar_m)
    while base.think().errors:
        await client.step(TICK_MS)
    return base


async def until_there(client: GazeboClient, base: GazeboBase, last: int) -> DriveReport:
    """Until the waypoint ``last`` is reached and the robot stands, or a minute has passed."""
    for _ in range(600):
        report = base.think()
        await client.step(TICK_MS)
        if report.reached == last and not report.driving:
            return report
    return report


def poses(nodes: list[int]) -> Chain:
    return tuple(node_pose(ROADMAP, node) for node in nodes)


def test_it_follows_its_lines_and_stops_where_it_should(
    rig: GazeboRig, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    async def scenario(client: GazeboClient) -> tuple[list[float], list[float], float]:
        base = await robot_in(client, SITE, DriveParams())
        random, docking = Random(5), []
        here = ROADMAP.index[ROADMAP.robots[R01]]
        for _ in range(LEGS):
            nodes = walk(random, here, random.randint(1, 6))
            report = await until_there(client, base, base.go(poses(nodes)))
            assert report.errors == ()
            here = nodes[-1]
            end, truth = node_pose(ROADMAP, here), base.truth
            docking.append(hypot(truth.x_m - end.x_m, truth.y_m - end.y_m))
        await client.settle()
        assert client.contacts() == ()
        return sorted(base.path_errors_m), docking, base.beyond_m

    path, docking, beyond_m = rig.run(classic_world(SITE, PHYSICS_ONLY, tmp_path), scenario)
    p99 = path[int(0.99 * (len(path) - 1))]
    record_property("path p99, m", p99)
    record_property("worst stop, m", max(docking))
    assert p99 <= 0.05
    assert max(docking) <= 0.02
    assert beyond_m <= 0.02


async def push_on_the_way(
    client: GazeboClient, base: GazeboBase, nodes: list[int], force_n: float
) -> tuple[DriveReport, float]:
    """Shoves the robot to the left as it passes its first node; its report once it stands, and how
    far (m) it slid."""
    last = base.go(poses(nodes))
    while base.think().reached < 0:
        await client.step(TICK_MS)
    side = base.truth.theta_rad + pi / 2
    await client.push(R01, (force_n * cos(side), force_n * sin(side)), 100)
    report = await until_there(client, base, last)
    return report, max(base.path_errors_m)


def test_after_a_push_it_comes_back_to_its_line(rig: GazeboRig, tmp_path: Path) -> None:
    """Wheels do not feel that they slide sideways; the next marker tells."""
    nodes = straight_from(ROADMAP.index[ROADMAP.robots[R01]], 4)

    async def scenario(client: GazeboClient) -> None:
        base = await robot_in(client, SITE, DriveParams())
        report, slid_m = await push_on_the_way(client, base, nodes, 500.0)
        assert slid_m > 0.02
        end, truth = poses(nodes)[-1], base.truth
        assert hypot(truth.x_m - end.x_m, truth.y_m - end.y_m) <= 0.02
        assert (report.reached, report.errors) == (8, ())

    rig.run(classic_world(SITE, PHYSICS_ONLY, tmp_path), scenario)


def test_pushed_off_its_lane_it_notices_and_stands(rig: GazeboRig, tmp_path: Path) -> None:
    nodes = straight_from(ROADMAP.index[ROADMAP.robots[R01]], 4)

    async def scenario(client: GazeboClient) -> None:
        base = await robot_in(client, SITE, DriveParams())
        report, slid_m = await push_on_the_way(client, base, nodes, 2_000.0)
        assert slid_m > 0.2
        assert [error.kind for error in report.errors] == [ErrorKind.LOCALISATION_LOST]
        assert report.reached < 8

    rig.run(classic_world(SITE, PHYSICS_ONLY, tmp_path), scenario)


def straight_from(start: int, steps: int) -> list[int]:
    """The first straight line of so many free steps."""
    for heading in range(4):
        nodes = [start]
        while len(nodes) <= steps and nodes[-1] >= 0:
            nodes.append(int(ROADMAP.neighbours[nodes[-1], heading]))
        if nodes[-1] >= 0 and not OTHERS & set(nodes):
            return nodes
    raise AssertionError("no straight line here")


def test_it_stops_before_a_box_and_goes_on_without_it(rig: GazeboRig, tmp_path: Path) -> None:
    nodes = straight_from(ROADMAP.index[ROADMAP.robots[R01]], 4)
    kind = SITE.type_of(SITE.robots[0])

    async def scenario(client: GazeboClient) -> None:
        params = DriveParams(lidar=True)
        await client.watch_lidar(R01)
        base = await robot_in(client, SITE, params, lidar_x_m(kind))
        last = base.go(poses(nodes))
        for _ in range(5):
            base.think()
            await client.step(TICK_MS)
        middle = poses(nodes)[3]
        await client.spawn(box_sdf("box_1", middle, (0.4, 0.4, 0.5)))
        report = await until_there(client, base, last)
        assert report.reached < last
        assert [error.kind for error in report.errors] == [ErrorKind.OBSTACLE]
        away = hypot(base.truth.x_m - middle.x_m, base.truth.y_m - middle.y_m)
        assert away - 0.2 - kind.length_m / 2 < 0.3
        await client.settle()
        assert client.contacts() == ()
        await client.remove("box_1")
        report = await until_there(client, base, last)
        assert (report.reached, report.errors) == (last, ())

    options = WorldOptions(lidars=(R01,), marks=False, labels=False)
    rig.run(classic_world(SITE, options, tmp_path), scenario)
