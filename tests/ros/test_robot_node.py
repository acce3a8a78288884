"""The real robot node against the real world node, process to process."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest
from action_msgs.msg import GoalStatus
from podherd_msgs.msg import Stops

from planner.warehouse.ids import ActionId
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from podherd_bringup.supervisor import Supervisor
from podherd_ros.convert_presence import stops_to_message
from podherd_ros.presence import Stop, StopScope
from podherd_ros.quality import profile
from podherd_ros.topics import STOPS

from .floor_rig import FloorRig

pytestmark = pytest.mark.ros


@pytest.fixture
def rig(tmp_path: Path, supervisor: Supervisor) -> Iterator[FloorRig]:
    rig = FloorRig(tmp_path, supervisor)
    rig.ready()
    yield rig
    rig.close()


def test_base_update_refusal_and_result(rig: FloorRig) -> None:
    way = rig.way(5)
    goal = rig.give(rig.order(way, released=2))
    assert goal.accepted
    result = goal.get_result_async()
    rig.until(lambda: rig.state and rig.state.last_sequence == 4, "did not drive its base")
    rig.until(lambda: rig.state and not rig.state.driving, "did not stop at the end of the base")
    assert rig.state is not None
    assert rig.state.last_node == rig.name(way[2])
    assert not result.done(), "the horizon is still to come"

    refused = rig.update(rig.order(way, released=4, update=1, first=3))
    assert (refused.accepted, refused.error.kind) == (False, "orderUpdateError")
    accepted = rig.update(rig.order(way, released=4, update=1, first=2))
    assert accepted.accepted
    done = rig.answer(result)
    assert (done.status, done.result.status) == (GoalStatus.STATUS_SUCCEEDED, "FINISHED")
    rig.until(lambda: rig.state and rig.state.last_node == rig.name(way[4]), "did not go on")
    x_m, y_m = rig.roadmap.xy_m[way[4]]
    assert (rig.state.pose.x_m, rig.state.pose.y_m) == pytest.approx((x_m, y_m), abs=0.01)
    assert rig.state.update == 1


def test_cancel_ends_at_the_end_of_the_base(rig: FloorRig) -> None:
    way = rig.way(5)
    goal = rig.give(rig.order(way, released=2))
    result = goal.get_result_async()
    rig.until(lambda: rig.state and rig.state.driving, "did not start")
    rig.answer(goal.cancel_goal_async())
    done = rig.answer(result)
    assert (done.status, done.result.status) == (GoalStatus.STATUS_CANCELED, "CANCELED")
    rig.until(lambda: rig.state and rig.state.last_node == rig.name(way[2]), "not at the end")
    late = rig.update(rig.order(way, released=4, update=1, first=2))
    assert not late.accepted


def test_a_stop_holds_it_between_nodes_and_it_goes_on_by_itself(rig: FloorRig) -> None:
    stops = rig.node.create_publisher(Stops, STOPS.name, profile(STOPS))
    way = rig.way(5)
    assert rig.give(rig.order(way, released=4)).accepted
    rig.until(lambda: rig.state and rig.state.driving, "did not start")
    stops.publish(stops_to_message([Stop("all", StopScope.SITE)]))
    rig.until(lambda: rig.state and rig.state.paused and not rig.state.driving, "did not stand")
    assert rig.state is not None
    held_ms, held = rig.state.at_ms, rig.state.pose
    rig.until(lambda: rig.state and rig.state.at_ms > held_ms + 5_000, "did not report")
    assert (rig.state.pose, rig.state.order) == (held, "T1")
    stops.publish(stops_to_message([]))
    rig.until(lambda: rig.state and rig.state.last_node == rig.name(way[4]), "did not go on")
    assert not rig.state.paused


def test_an_order_from_elsewhere_is_refused_with_a_reason(rig: FloorRig) -> None:
    way = rig.way(5)[2:]
    goal = rig.give(rig.order(way, released=2))
    assert not goal.accepted
    rig.until(lambda: rig.state and rig.state.errors, "no error reported")
    assert rig.state is not None
    assert rig.state.errors[0].kind == "noRouteError"


def test_lift_kill_and_go_on(rig: FloorRig) -> None:
    """The robot lifts a pod, is killed on its way, comes back without an order, gets it again and
    puts the pod down where it belongs."""
    roadmap = rig.roadmap
    start = rig.way(1)[0]
    near = [start, *roadmap.neighbours[start].tolist()]
    pods = {roadmap.index[node]: pod for pod, node in roadmap.pods.items()}
    spot = next(node for node in near if node in pods)
    pod = pods[spot]
    there = [start] if start == spot else [start, spot]
    lift = Action(ActionId("lift"), ActionKind.PICK, pod)
    goal = rig.give(rig.order(there, released=len(there) - 1, name="T1", action=lift))
    done = rig.answer(goal.get_result_async())
    assert done.result.status == "FINISHED"
    rig.until(lambda: rig.state and rig.state.load == pod, "no pod lifted")

    aisle = next(node for node in roadmap.neighbours[spot].tolist() if roadmap.kind[node] == 0)
    ahead = [n for n in roadmap.neighbours[aisle].tolist() if n >= 0 and roadmap.kind[n] == 0]
    drop = Action(ActionId("drop"), ActionKind.DROP, pod)
    home = rig.order([spot, aisle, ahead[0]], released=2, name="T2", action=drop)
    assert rig.give(home).accepted
    rig.until(lambda: rig.state and rig.state.driving, "did not start")
    os.kill(rig.supervisor.pid("robot-R01"), signal.SIGKILL)
    rig.state = None
    rig.until(lambda: rig.state, "did not come back")
    assert rig.supervisor.restarts == 1
    assert (rig.state.order, rig.state.load, rig.state.driving) == ("", pod, False)

    assert rig.give(home).accepted
    rig.until(
        lambda: rig.state and ("drop", ActionStatus.FINISHED) in rig.state.actions, "not put down"
    )
    assert (rig.state.load, rig.state.last_node) == (None, rig.name(ahead[0]))
