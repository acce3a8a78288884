"""Lifts, loads, batteries, contacts and the journal of the world in Gazebo; no Gazebo needed."""

import asyncio
from collections import Counter
from dataclasses import replace
from math import pi
from pathlib import Path

import pytest
from fakes.planar_gazebo import PlanarGazebo
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.counts import CountTask
from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import (
    ActionId,
    CountId,
    LineId,
    OrderId,
    PickId,
    PodId,
    PutId,
    ReceiptId,
    RobotId,
    Sku,
    SlotId,
    StationId,
    VisitId,
)
from planner.warehouse.picks import PickTask
from planner.warehouse.receipts import PutTask
from planner.warehouse.robot import Pose
from planner.warehouse.transport import Action, ActionKind, ActionStatus
from podherd_gazebo.floor import GazeboFloor
from podherd_gazebo.journal import Entry, Journal
from podherd_gazebo.tracks import BIN_M, Spread, Tracks
from podherd_ros.base import STANDSTILL, Velocity
from sim_worlds.counter import DoneCount
from sim_worlds.gazebo.contacts import Contact
from sim_worlds.picker import PickOutcome
from sim_worlds.referee import ViolationKind
from sim_worlds.sites.catalogue import load_site
from sim_worlds.staff import Done, DonePick, DonePut
from sim_worlds.stower import PutOutcome

SITE = load_site("picking-cell")
R01 = RobotId("R01")
FAST = Velocity(1.0, 0.0, 0.0)


class Hall:
    """The floor on paper; R01 can be put anywhere."""

    def __init__(self, seed: int = 1) -> None:
        self.gazebo = PlanarGazebo(SITE)
        self.floor = GazeboFloor(SITE, seed)
        self.put(self.gazebo.poses[R01])

    def put(self, pose: Pose) -> None:
        """R01 stands there."""
        self.gazebo.poses[R01] = pose
        for _ in range(2):
            self.pass_time(100)

    def pass_time(self, ms: int) -> None:
        for _ in range(ms // 100):
            self.gazebo.now_ms += 100
            self.floor.sense(self.gazebo.now_ms, self.gazebo.poses)

    def ask(self, kind: ActionKind, name: str, pod: str | None = None) -> tuple[ActionStatus, str]:
        """R01's equipment after it was asked, at once."""
        self.floor.hear(R01, Action(ActionId(name), kind, PodId(pod) if pod else None))
        self.floor.begin(self.gazebo.now_ms)
        record = self.floor.records[R01].gear
        return record.status, record.text

    def finish(self) -> None:
        """The lift's time passes, and pods change hands."""
        self.pass_time(4_000)
        moves = self.floor.moves(self.gazebo.now_ms)
        assert moves is not None
        asyncio.run(self.gazebo.place(moves.places, moves.shells))
        self.floor.settle(moves)


def pod_at(hall: Hall) -> tuple[PodId, Pose]:
    pod = hall.floor.pods[5]
    return pod, hall.gazebo.poses[pod]


def test_a_pod_changes_hands_twice_and_stands_where_the_robot_is() -> None:
    hall = Hall()
    pod, place = pod_at(hall)
    hall.put(replace(place, x_m=place.x_m + 0.01))
    assert hall.ask(ActionKind.PICK, "a1", pod) == (ActionStatus.RUNNING, "")
    assert hall.floor.allowed(R01, FAST) == STANDSTILL
    hall.finish()
    assert hall.gazebo.shells == {R01: True}
    assert hall.gazebo.poses[pod].x_m == 500.0
    assert hall.floor.records[R01].gear.load == pod
    assert hall.floor.allowed(R01, FAST) == FAST
    there = Pose(place.x_m, place.y_m - 2.4, pi / 2)
    hall.put(there)
    hall.ask(ActionKind.DROP, "a2", pod)
    hall.finish()
    assert hall.gazebo.shells == {R01: False}
    assert hall.gazebo.poses[pod] == there
    assert hall.floor.records[R01].gear.load is None
    assert hall.floor.tracks.docking.total() == 2
    assert Spread(dict(hall.floor.tracks.docking)).largest == pytest.approx(0.01, abs=2 * BIN_M)


@pytest.mark.parametrize(
    ("offset", "turn", "words"),
    [((0.07, 0.0), 0.0, "0.070 m away"), ((0.0, 0.0), 0.2, "askew"), ((0.03, 0.03), 0.0, "")],
)
def test_a_pod_is_lifted_only_from_its_middle(
    offset: tuple[float, float], turn: float, words: str
) -> None:
    hall = Hall()
    pod, place = pod_at(hall)
    hall.put(Pose(place.x_m + offset[0], place.y_m + offset[1], turn))
    status, text = hall.ask(ActionKind.PICK, "a1", pod)
    assert status is (ActionStatus.FAILED if words else ActionStatus.RUNNING)
    assert words in text


def test_each_of_the_four_sides_of_a_pod_is_as_good() -> None:
    for quarter in range(-2, 3):
        hall = Hall()
        pod, place = pod_at(hall)
        hall.put(replace(place, theta_rad=quarter * pi / 2))
        assert hall.ask(ActionKind.PICK, "a1", pod)[0] is ActionStatus.RUNNING


def test_what_cannot_be_done_fails_with_a_reason() -> None:
    hall = Hall()
    pod, place = pod_at(hall)
    assert "carries nothing" in hall.ask(ActionKind.DROP, "a1", None)[1]
    assert "charger" in hall.ask(ActionKind.START_CHARGING, "a2")[1]
    hall.put(place)
    hall.gazebo.poses[R01] = replace(place, x_m=place.x_m + 0.02)
    hall.pass_time(100)
    assert "drives" in hall.ask(ActionKind.PICK, "a3", pod)[1]
    hall.put(place)
    hall.ask(ActionKind.PICK, "a4", pod)
    assert "busy" in hall.ask(ActionKind.DROP, "a5", pod)[1]


def test_an_action_told_twice_is_done_once() -> None:
    hall = Hall()
    pod, place = pod_at(hall)
    hall.put(place)
    hall.ask(ActionKind.PICK, "a1", pod)
    hall.finish()
    assert hall.ask(ActionKind.PICK, "a1", pod) == (ActionStatus.FINISHED, "")
    assert hall.floor.records[R01].gear.work is None


def test_the_second_of_two_robots_that_lift_one_pod_fails() -> None:
    hall = Hall()
    pod, place = pod_at(hall)
    other = RobotId("R02")
    hall.gazebo.poses[other] = place
    hall.put(place)
    hall.floor.hear(other, Action(ActionId("b1"), ActionKind.PICK, pod))
    hall.ask(ActionKind.PICK, "a1", pod)
    hall.finish()
    records = hall.floor.records
    assert [records[name].gear.load for name in (R01, other)] == [pod, None]
    assert "taken by another" in records[other].gear.text


def test_charging_fills_the_battery_and_ends_when_the_robot_drives() -> None:
    hall = Hall()
    x_m, y_m = SITE.chargers[0].position_m
    hall.put(Pose(x_m, y_m, 0.0))
    record = hall.floor.records[R01]
    hall.floor.robots[R01].gear.restore(replace(record.gear, energy_wh=100.0))
    before = 100.0
    assert hall.ask(ActionKind.START_CHARGING, "a1") == (ActionStatus.FINISHED, "")
    hall.pass_time(6_000)
    gained = hall.floor.records[R01].gear.energy_wh - before
    assert gained == pytest.approx(SITE.robot_types[0].charge_w * 6 / 3600)
    hall.put(Pose(x_m - 0.1, y_m, 0.0))
    assert not hall.floor.records[R01].gear.charging


def test_a_robot_without_energy_does_not_move() -> None:
    hall = Hall()
    record = hall.floor.records[R01]
    hall.floor.robots[R01].gear.restore(replace(record.gear, energy_wh=0.0))
    assert hall.floor.allowed(R01, FAST) == STANDSTILL


def test_bodies_that_stay_in_touch_are_one_violation_and_touch_anew_after_a_while() -> None:
    hall = Hall()

    def touching(at_ms: int) -> int:
        contact = Contact(at_ms, "R02::chassis::body", "R01::chassis::body", 0.01)
        return len(hall.floor.touch([contact]))

    assert [touching(at_ms) for at_ms in (1_000, 1_010, 1_900, 2_850, 5_000)] == [1, 0, 0, 0, 1]
    assert {violation.kind for violation in hall.floor.violations} == {ViolationKind.CONTACT}
    assert hall.floor.violations[0].a == "R01::chassis::body"


PICK = PickTask(
    PickId("K1"),
    VisitId("V1"),
    StationId("S01"),
    PodId("P001"),
    SlotId("P001/A/1/1"),
    OrderId("O1"),
    LineId("O1#1"),
    Sku("A"),
    3,
)
FAILED = PickOutcome(PICK.pick, 0, failed=True)
PUT = DonePut(
    PutTask(
        PutId("U1"), PICK.visit, PICK.station, PICK.pod, PICK.slot, ReceiptId("R1"), PICK.sku, 4
    ),
    PutOutcome(PutId("U1"), 4),
    pod_there=False,
)
COUNT = DoneCount(
    CountTask(CountId("C000001.1"), PICK.visit, PICK.station, PICK.pod, PICK.slot, PICK.sku),
    3,
    "counter-1",
)


def entry_of(hall: Hall) -> Entry:
    return Entry(
        at_ms=hall.gazebo.now_ms,
        seed=1,
        robots=hall.floor.records,
        stock={},
        untold=Done(
            (DonePick(PICK, PickOutcome(PICK.pick, 3)), DonePick(PICK, FAILED)), (PUT,), (COUNT,)
        ),
        pieces_taken=7,
        pieces_put=4,
        refused=0,
        violations=tuple(hall.floor.violations),
        path={3: 4},
        docking={0: 2, 17: 1},
        way_m=12.5,
    )


def test_a_world_that_was_killed_while_lifting_goes_on_lifting(tmp_path: Path) -> None:
    hall = Hall()
    pod, place = pod_at(hall)
    hall.put(place)
    hall.ask(ActionKind.PICK, "a1", pod)
    journal = Journal(tmp_path / "journal.json")
    journal.write(entry_of(hall))
    entry = journal.read(1)
    assert entry == entry_of(hall)
    again = Hall()
    again.gazebo = hall.gazebo
    assert entry is not None
    again.floor.restore(
        entry.at_ms, entry.robots, entry.violations, entry.path, entry.docking, entry.way_m
    )
    again.finish()
    assert again.floor.records[R01].gear.load == pod
    assert again.gazebo.shells == {R01: True}
    assert again.floor.tracks.path[3] == 4


def test_a_journal_of_another_run_is_refused(tmp_path: Path) -> None:
    journal = Journal(tmp_path / "journal.json")
    assert journal.read(1) is None
    journal.write(entry_of(Hall()))
    with pytest.raises(InvalidMessage, match="another run"):
        journal.read(2)


@given(st.lists(st.floats(0.0, 0.4), min_size=1, max_size=200), st.floats(0.01, 1.0))
def test_quantiles_are_those_of_a_sorted_list(errors: list[float], share: float) -> None:
    spread = Spread(dict(Counter(int(error / BIN_M) for error in errors)))
    rank = max(1, -(-len(errors) * share // 1)) if len(errors) * share % 1 > 1e-6 else None
    exact = sorted(errors)[round(rank or max(1, len(errors) * share)) - 1]
    assert exact <= spread.quantile(share) + 1e-9 <= exact + BIN_M + 2e-9
    assert spread.largest >= max(errors)


def test_path_errors_are_those_across_the_line_driven_on() -> None:
    tracks = Tracks(1.2)
    for step in range(40):
        tracks.look(R01, Pose(2.4 + 0.1 * step, 3.6 + 0.03, 0.01))
    assert set(tracks.path) == {int(0.03 / BIN_M)}
    assert tracks.way_m == pytest.approx(3.9, abs=0.01)
    tracks.look(R01, Pose(2.4 + 3.9, 3.63, 0.01))
    assert tracks.path.total() == 39  # it stood
