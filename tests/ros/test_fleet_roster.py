"""Who is in the fleet and who is listened to: late joiners, strangers, doubles, nonsense."""

from dataclasses import replace
from math import inf, nan
from pathlib import Path
from typing import Any

import pytest
from fakes.paper_fleet import PaperFleet
from hypothesis import given
from hypothesis import strategies as st

from planner.dispatch.step import Dispatcher
from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import InvalidMessage, NotFound
from planner.warehouse.events import RobotJoined, RobotLeaving, RobotLeft
from planner.warehouse.ids import NodeId, PodId, RobotId, TransportOrderId
from planner.warehouse.robot import Pose, RobotState
from podherd_fleet.presence_trace import APART_MS, PROOF_MS
from podherd_fleet.roster import Roster
from podherd_fleet.soundness import Soundness
from podherd_ros.presence import INTERFACE_VERSION, Connection
from sim_worlds.sites.catalogue import load_site

SITE = load_site("tiny")
ROADMAP = Dispatcher(SITE).floor.roadmap
R01, NEW = RobotId("R01"), RobotId("N01")
MEMBERS = {robot.id: False for robot in SITE.robots}
START = next(robot.start_m for robot in SITE.robots if robot.id == R01)
KIND = SITE.robot_types[0].id


def roster(members: dict[RobotId, bool] | None = None, *, accept_all: bool = False) -> Roster:
    sound = Soundness(SITE, frozenset(ROADMAP.pods))
    given_ = MEMBERS if members is None else members
    return Roster(SITE, sound, given_, INTERFACE_VERSION, accept_all=accept_all)


def state(robot: RobotId = R01, at_ms: int = 0, **changes: Any) -> RobotState:
    plain = RobotState(
        robot,
        at_ms,
        Pose(*START, 0.0),
        NodeId(""),
        0,
        TransportOrderId(""),
        0,
        False,
        None,
        1.0,
        False,
        0.0,
    )
    return replace(plain, **changes)


def online(
    robot: RobotId = R01, instance: str = "a", version: str = INTERFACE_VERSION, kind: str = KIND
) -> Connection:
    return Connection(robot, instance, version, kind, online=True)


def kinds(who: Roster, now_ms: int) -> dict[AlarmKind, str]:
    return {kind: text for (kind, _), text in who.wrongs(now_ms).items()}


def test_a_robot_of_the_site_file_that_comes_late_is_used_when_it_comes() -> None:
    who = roster()
    assert not who.is_sound(R01)
    assert R01 not in who.linked
    who.connect(online())
    assert R01 in who.linked
    assert not who.is_sound(R01), "nobody knows yet where it stands"
    assert who.hear(state(), "a", 0)
    assert who.is_sound(R01)
    assert who.settle(MEMBERS, 0) == ()


def test_a_stranger_is_not_used_until_somebody_takes_it_in() -> None:
    who = roster()
    who.connect(online(NEW))
    assert not who.hear(state(NEW), "a", 0)
    assert NEW in kinds(who, 0)[AlarmKind.ROBOT_UNKNOWN]
    assert who.settle(MEMBERS, 0) == ()
    assert not who.is_sound(NEW)
    who.take_in(NEW)
    assert who.hear(state(NEW, 500), "a", 500)
    assert who.settle(MEMBERS, 500) == (RobotJoined(NEW, KIND, state().pose),)
    assert who.settle(MEMBERS, 1_000) == (), "the dispatcher is asked again only after a while"
    assert who.settle(MEMBERS, 6_000) != ()
    assert who.settle({**MEMBERS, NEW: False}, 12_000) == ()
    assert AlarmKind.ROBOT_UNKNOWN not in kinds(who, 1_000)


def test_all_are_taken_in_if_that_is_said() -> None:
    who = roster(accept_all=True)
    who.connect(online(NEW))
    assert who.hear(state(NEW), "a", 0)
    assert who.settle(MEMBERS, 0) == (RobotJoined(NEW, KIND, state().pose),)


def test_one_that_moves_joins_when_it_stands() -> None:
    who = roster(accept_all=True)
    who.connect(online(NEW))
    who.hear(state(NEW, driving=True), "a", 0)
    assert who.settle(MEMBERS, 0) == ()


def test_a_robot_leaves_and_is_struck_off_when_it_is_silent() -> None:
    who = roster()
    who.hear(state(), "a", 0)
    who.send_away(R01, 1_000)
    assert who.settle(MEMBERS, 1_000) == (RobotLeaving(R01),)
    leaving = {**MEMBERS, R01: True}
    assert who.settle(leaving, 1_500) == ()
    assert who.is_sound(R01), "it still has to bring its pod back"
    who.send_away(R01, 20_000)
    assert who.settle(leaving, 20_000) == (RobotLeft(R01),)
    assert R01 not in who.linked
    gone = {robot: False for robot in MEMBERS if robot != R01}
    assert who.settle(gone, 30_000) == ()
    assert not who.hear(state(at_ms=40_000), "b", 40_000), "back, but nobody has taken it in"
    assert AlarmKind.ROBOT_UNKNOWN in kinds(who, 40_000)


def test_one_that_was_leaving_may_stay() -> None:
    who = roster({**MEMBERS, R01: True})
    who.hear(state(), "a", 0)
    assert who.settle({**MEMBERS, R01: True}, 0) == ()
    who.take_in(R01)
    assert who.settle({**MEMBERS, R01: True}, 0) == (RobotJoined(R01, KIND, state().pose),)


def test_a_silent_robot_with_a_pod_is_not_struck_off() -> None:
    who = roster()
    pod = next(iter(ROADMAP.pods))
    who.hear(state(load=pod), "a", 0)
    with pytest.raises(InvalidMessage, match=pod):
        who.send_away(R01, 60_000)
    assert who.settle(MEMBERS, 60_000) == ()


@pytest.mark.parametrize("kind", ["crane", ""])
def test_an_unknown_robot_or_type_is_refused(kind: str) -> None:
    who = roster()
    with pytest.raises(NotFound):
        who.take_in(NEW)
    with pytest.raises(NotFound):
        who.send_away(NEW, 0)
    who.connect(online(NEW, kind=kind))
    with pytest.raises(InvalidMessage, match="type"):
        who.take_in(NEW)
    with pytest.raises(InvalidMessage, match="type"):
        who.take_in(R01, "crane")


def test_two_robots_with_one_id_get_nothing_until_one_has_gone() -> None:
    who = roster()
    assert who.hear(state(at_ms=0), "a", 0)
    assert not who.hear(state(at_ms=500), "b", 500)
    assert not who.is_sound(R01), "it is not known yet who is who"
    who.hear(state(at_ms=1_000), "a", 1_000)
    assert not who.is_sound(R01), "neither is it known yet now"
    for t in range(1_500, 4_000, 500):
        assert not who.hear(state(at_ms=t), "ab"[t // 500 % 2], t)
    assert "Two robots" in kinds(who, 3_500)[AlarmKind.DUPLICATE_ROBOT]
    last_b = 3_500
    heard = {t: who.hear(state(at_ms=t), "a", t) for t in range(4_000, 10_000, 500)}
    assert heard == {t: t - last_b >= APART_MS for t in heard}
    assert who.is_sound(R01)
    assert AlarmKind.DUPLICATE_ROBOT not in kinds(who, 10_000)


def test_the_double_that_says_goodbye_is_gone_at_once() -> None:
    who = roster()
    for at_ms, instance in ((0, "a"), (500, "b"), (1_000, "a"), (1_500, "b")):
        who.hear(state(at_ms=at_ms), instance, at_ms)
    assert AlarmKind.DUPLICATE_ROBOT in kinds(who, 1_500)
    who.connect(replace(online(instance="b"), online=False))
    assert who.hear(state(at_ms=2_000), "a", 2_000)
    assert who.is_sound(R01)


def test_a_restart_is_no_double() -> None:
    who = roster()
    who.hear(state(at_ms=10_000), "a", 10_000)
    assert not who.hear(state(at_ms=10_500), "b", 10_500)
    assert who.hear(state(at_ms=12_500), "b", 10_000 + PROOF_MS)
    assert who.is_sound(R01)
    assert kinds(who, 12_500) == {}


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(100, 2_000)), min_size=1, max_size=40))
def test_never_are_two_believed_within_the_time_of_proof(steps: list[tuple[int, int]]) -> None:
    who = roster()
    now_ms, believed_ms = 0, {}
    for which, pause_ms in steps:
        now_ms += pause_ms
        if who.hear(state(at_ms=now_ms), "ab"[which], now_ms):
            assert now_ms - believed_ms.get(1 - which, -PROOF_MS) >= PROOF_MS
            believed_ms[which] = now_ms


@pytest.mark.parametrize(
    ("said", "word"),
    [
        (online(version="podherd-robot/1"), "podherd-robot/1"),
        (online(version=""), "nothing we know"),
        (online(kind="crane"), "crane"),
    ],
)
def test_one_that_speaks_otherwise_is_told_and_not_used(said: Connection, word: str) -> None:
    who = roster()
    who.connect(said)
    assert not who.hear(state(), "a", 0)
    assert not who.is_sound(R01)
    assert word in kinds(who, 0)[AlarmKind.INTERFACE_MISMATCH]
    who.connect(replace(said, online=False))
    who.connect(online(instance="b"))
    assert who.hear(state(at_ms=500), "b", 500)
    assert kinds(who, 500) == {}


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"pose": Pose(nan, 1.0, 0.0)}, "number"),
    ({"pose": Pose(1.0, 1.0, inf)}, "number"),
    ({"odometer_m": nan}, "number"),
    ({"pose": Pose(-40.0, 1.0, 0.0)}, "beside the floor"),
    ({"battery": 1.7}, "battery"),
    ({"load": PodId("P999")}, "P999"),
    ({"at_ms": 999}, "backwards"),
    ({"at_ms": -1}, "-1 ms"),
    ({"at_ms": 900_000}, "the site's is"),
]


@pytest.mark.parametrize(("changes", "word"), NONSENSE)
def test_nonsense_is_refused_counted_and_told_and_the_fleet_goes_on(
    changes: dict[str, Any], word: str
) -> None:
    who = roster()
    assert who.hear(state(at_ms=1_000), "a", 1_000)
    assert not who.hear(state(**{"at_ms": 1_500, **changes}), "a", 1_500)
    assert who.refused == 1
    assert word in kinds(who, 1_500)[AlarmKind.REPORT_REFUSED]
    assert who.hear(state(at_ms=2_000), "a", 2_000)
    assert kinds(who, 60_000) == {}


def test_a_restarted_robot_may_begin_with_an_older_time() -> None:
    who = roster()
    who.hear(state(at_ms=50_000), "a", 50_000)
    assert who.hear(state(at_ms=49_500), "b", 50_000 + PROOF_MS)


# --- the roster in the whole fleet, on a floor -------------------------------------------------


def test_orders_go_only_to_robots_that_are_sound(tmp_path: Path) -> None:
    paper = PaperFleet(tmp_path, seed=5)
    paper.order(6)
    paper.ticks(30)
    robot = next(robot for robot, hopper in paper.world.robots.items() if hopper.ahead)
    for tick in range(20):
        paper.instances[robot] = "ab"[tick % 2]
        paper.ticks()
        if tick > 2:
            assert robot not in {command.order.robot for command in paper.sent}
    raised = {alarm.kind for alarm in paper.alarms}
    assert {AlarmKind.DUPLICATE_ROBOT, AlarmKind.ROBOT_SILENT} <= raised
    paper.instances[robot] = "a"
    paper.ticks(2_000)
    assert paper.fleet.view().kpis.orders_completed == 6
    assert paper.fleet.view().alarms == ()
    assert paper.world.collisions == []


def test_a_stranger_is_put_to_work_and_sent_home_again(tmp_path: Path) -> None:
    paper = PaperFleet(tmp_path, seed=6)
    paper.order(8)
    paper.ticks(10)
    spot = next(
        node for node in paper.world.floor.roadmap.spots if node not in paper.world.pods.values()
    )
    paper.world.arrive(NEW, spot)
    paper.ticks(4)
    assert NEW not in {view.robot for view in paper.fleet.view().robots}
    paper.fleet.set_robot(NEW, member=True, robot_type=paper.site.robot_types[0].id)
    given_work = False
    for _ in range(300):
        paper.ticks()
        given_work |= NEW in {command.order.robot for command in paper.sent}
    assert given_work
    paper.restart()
    paper.fleet.set_robot(NEW, member=False)
    paper.ticks(1_500)
    assert paper.world.robots[NEW].state.load is None
    assert paper.fleet.view().kpis.orders_completed == 8
    paper.world.robots.pop(NEW)
    paper.ticks(12)
    paper.fleet.set_robot(NEW, member=False)
    paper.ticks()
    assert NEW not in {view.robot for view in paper.fleet.view().robots}
    assert paper.world.collisions == []
