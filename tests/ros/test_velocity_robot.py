"""The robot's node as a process with a base that takes speeds, topic by topic."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from math import hypot, nan
from pathlib import Path

import pytest
from action_msgs.msg import GoalStatus
from nav_msgs.msg import Odometry as OdometryMessage
from podherd_msgs import msg
from tf2_msgs.msg import TFMessage

from planner.warehouse.ids import PodId, TransportOrderId
from planner.warehouse.robot import ErrorKind, Pose
from podherd_bringup.supervisor import Supervisor
from podherd_ros.base import STANDSTILL
from podherd_ros.convert_presence import stops_to_message
from podherd_ros.presence import INTERFACE_VERSION, Stop, StopScope
from podherd_ros.quality import profile
from podherd_ros.topics import TRANSFORMS

from .base_rig import BaseRig

pytestmark = pytest.mark.ros


@pytest.fixture
def rig(tmp_path: Path, supervisor: Supervisor) -> Iterator[BaseRig]:
    rig = BaseRig(tmp_path, supervisor, contact_ms=3_000)
    rig.ready()
    yield rig
    rig.close()


def test_an_order_is_driven_to_the_end_of_its_base(rig: BaseRig) -> None:
    """Every odometry is answered once, with its own stamp, and states come on time."""
    order = rig.order(4, released=3)
    handle = rig.give(order)
    assert handle.accepted
    result = handle.get_result_async()
    rig.until(lambda: rig.state.last_sequence == 6, "it did not drive")
    rig.until(lambda: not rig.state.driving, "it did not stop")
    done = rig.answer(result)
    assert (done.status, done.result.status) == (GoalStatus.STATUS_SUCCEEDED, "FINISHED")
    end, truth = order.nodes[-1], rig.base.truth
    assert hypot(truth.x_m - end.x_m, truth.y_m - end.y_m) < 0.02
    asked = range(1_000, rig.base.now_ms, 100)
    assert sorted(rig.speeds) == list(asked)
    told = {state.at_ms for state in rig.states}
    assert set(range(rig.states[0].at_ms // 500 * 500 + 500, rig.base.now_ms - 100, 500)) <= told
    rig.spin_until(lambda: rig.connections, "it did not say that it has come")
    assert [(one.robot, one.version, one.robot_type, one.online) for one in rig.connections] == [
        ("R01", INTERFACE_VERSION, "lifter", True)
    ]


def test_pause_go_on_and_cancel(rig: BaseRig) -> None:
    handle = rig.give(rig.order(5, released=4))
    result = handle.get_result_async()
    rig.until(lambda: rig.base.velocity.forward_mps > 0.5, "it did not start")
    assert rig.instant("startPause").accepted
    rig.until(lambda: rig.base.velocity == STANDSTILL, "it did not stand", 3.0)
    place = rig.base.truth
    rig.tick(20)
    assert rig.state.paused
    assert (rig.base.truth, rig.state.order) == (place, TransportOrderId("T1"))
    assert rig.instant("stopPause").accepted
    rig.until(lambda: rig.base.velocity.forward_mps > 0.3, "it did not go on")
    assert not rig.state.paused
    assert rig.instant("cancelOrder").accepted
    assert rig.answer_in_time(result).result.status == "CANCELED"


def test_stops_by_name_zone_and_site(rig: BaseRig) -> None:
    """Several at once: it goes on by itself when the last one is lifted."""
    robot = Stop("one", StopScope.ROBOT, robots=(rig.robot,))
    other = Stop("other", StopScope.ROBOT, robots=())
    x_m, y_m = rig.base.truth.x_m, rig.base.truth.y_m
    corners = ((-1, -1), (1, -1), (1, 1), (-1, 1))
    zone = Stop("zone", StopScope.ZONE, area_m=tuple((x_m + a, y_m + b) for a, b in corners))
    site = Stop("site", StopScope.SITE)

    def engage(*stops: Stop) -> None:
        rig.stops.publish(stops_to_message(stops))
        rig.tick(5)

    engage(other)
    assert not rig.state.paused
    engage(robot, zone)
    assert rig.state.paused
    assert rig.give(rig.order(4, released=3)).accepted
    rig.tick(10)
    assert rig.base.velocity == STANDSTILL
    engage(zone)
    assert rig.state.paused
    engage(site)
    assert rig.state.paused
    engage()
    assert not rig.state.paused
    rig.until(lambda: rig.base.velocity.forward_mps > 0.3, "it did not go on by itself")


def test_silence_of_the_fleet_is_told_and_the_base_driven_to_its_end(rig: BaseRig) -> None:
    rig.give(rig.order(5, released=2))
    rig.silent = True
    rig.until(lambda: rig.state.last_sequence == 4, "it did not drive its base")
    rig.until(lambda: rig.state.errors, "silence was not noticed")
    assert [error.kind for error in rig.state.errors] == [ErrorKind.LOST_CONTACT]
    rig.silent = False
    rig.until(lambda: not rig.state.errors, "contact was not noticed", 2.0)


def test_numbers_that_are_none_are_told_and_drive_nothing(rig: BaseRig) -> None:
    broken = OdometryMessage()
    broken.pose.pose.position.x = nan
    rig.odometry.publish(broken)
    rig.markers.publish(msg.MarkerSighting(marker_id="N:c001r001", x_m=nan, sd_m=0.1, sd_rad=0.1))
    rig.until(lambda: rig.state.errors, "nothing was told")
    assert rig.state.errors[0].kind is ErrorKind.SENSOR_ERROR
    rig.until(lambda: not rig.state.errors, "it did not get over it", 5.0)
    assert rig.supervisor.restarts == 0


def test_requests_without_sense_are_refused_with_a_reason(rig: BaseRig) -> None:
    for kind, order, pose, words in (
        ("selfDestruct", "", None, "no such action"),
        ("cancelOrder", "T9", None, "nothing to cancel"),
        ("initPosition", "", Pose(nan, 0.0, 0.0), "three numbers"),
    ):
        answer = rig.instant(kind, order, pose)
        assert not answer.accepted
        assert words in answer.error.text
    assert rig.instant("stateRequest").accepted
    order = rig.order(1, released=0)
    nowhere = replace(order, nodes=(replace(order.nodes[0], x_m=nan),))
    assert not rig.give(nowhere).accepted
    rig.until(lambda: rig.state.errors, "the refusal was not told")
    assert "needs a place" in rig.state.errors[0].text


def test_it_lifts_what_it_is_told_and_not_a_second_pod(rig: BaseRig) -> None:
    lift = rig.action("pick", "P001")
    assert rig.give(rig.order(1, released=0, action=lift)).accepted
    rig.until(lambda: rig.state.load == PodId("P001"), "no pod lifted")
    again = rig.action("pick", "P002")
    assert not rig.give(rig.order(1, released=0, action=again, name="T2")).accepted
    rig.until(lambda: rig.state.errors, "the refusal was not told")
    assert "it carries P001" in rig.state.errors[0].text


def test_the_frames_lead_to_where_the_robot_takes_itself_to_be(rig: BaseRig) -> None:
    heard: list[TFMessage] = []
    rig.node.create_subscription(TFMessage, TRANSFORMS.name, heard.append, profile(TRANSFORMS))
    rig.give(rig.order(3, released=2))
    rig.until(lambda: len(heard) > 30, "no frames")
    links = {(one.header.frame_id, one.child_frame_id) for one in heard[-1].transforms}
    assert links == {("map", "R01/odom"), ("R01/odom", "R01/base_link")}

    def told_together() -> tuple[TFMessage, Pose] | None:
        """Frames and state of one moment; topics overtake each other."""
        frames = {rig.stamp_ms(one): one for one in heard}
        both = [(frames[one.at_ms], one.pose) for one in rig.states if one.at_ms in frames]
        return both[-1] if both else None

    frame, stated = rig.until(told_together, "no frames of a moment that a state tells of")
    pose = rig.chained(frame)
    assert hypot(pose.x_m - stated.x_m, pose.y_m - stated.y_m) < 1e-6


def test_the_life_cycle_can_be_driven_by_a_supervisor(rig: BaseRig) -> None:
    rig.give(rig.order(5, released=4))
    rig.until(lambda: rig.base.velocity.forward_mps > 0.5, "it did not start")
    assert rig.change("deactivate")
    rig.until(lambda: rig.base.velocity == STANDSTILL, "it did not stand", 3.0)
    rig.tick(5)
    assert rig.state.paused
    assert not rig.give(rig.order(3, released=2, name="T2")).accepted
    assert rig.change("activate")
    rig.until(lambda: rig.base.velocity.forward_mps > 0.3, "it did not go on")
    assert rig.change("deactivate")
    rig.until(lambda: rig.base.velocity == STANDSTILL, "it did not stand", 3.0)
    assert rig.change("cleanup")
    rig.spin_until(lambda: not rig.connections[-1].online, "it did not say that it leaves")
    assert rig.change("configure")
    assert rig.change("activate")
    rig.spin_until(lambda: rig.connections[-1].online, "it did not come back")
    rig.ready()


def test_without_autostart_a_supervisor_begins(tmp_path: Path, supervisor: Supervisor) -> None:
    rig = BaseRig(tmp_path, supervisor, autostart=False)
    try:
        assert rig.change("configure")
        rig.ready()
        assert rig.state.paused
        assert not rig.give(rig.order(3, released=2)).accepted
        assert rig.change("activate")
        assert rig.give(rig.order(3, released=2, name="T2")).accepted
        rig.until(lambda: rig.base.velocity.forward_mps > 0.3, "it did not start")
        assert not rig.state.paused
    finally:
        rig.close()


def test_an_orderly_end_says_goodbye(rig: BaseRig) -> None:
    rig.give(rig.order(5, released=4))
    rig.until(lambda: rig.base.velocity.forward_mps > 0.5, "it did not start")
    os.kill(rig.supervisor.pid("robot-R01"), signal.SIGTERM)
    rig.spin_until(lambda: rig.connections and not rig.connections[-1].online, "no goodbye")


def test_a_wrong_parameter_ends_the_process_with_one_line() -> None:
    command = ["-m", "podherd_robot.robot_node", "--ros-args", "-p", "robots:=[R01]"]
    done = subprocess.run(
        [sys.executable, *command, "-p", "drive:=wings"],
        env=dict(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    said = [line for line in done.stderr.splitlines() if line.startswith("drive: ")]
    assert len(said) == 1
    assert "waypoints, velocity" in said[0]
    assert "Traceback" not in done.stderr
