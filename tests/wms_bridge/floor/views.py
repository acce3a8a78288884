"""Views of floors for tests, made by Hypothesis, and what a client makes of the stream."""

from typing import Any

from hypothesis import strategies as st

from planner.codec.messages import decode, encode
from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.ids import ClosureId, NodeId, PodId, RobotId, StationId
from planner.warehouse.view import (
    ClosureView,
    EntryView,
    FloorView,
    Kpis,
    PodView,
    RobotActivity,
    RobotView,
    StationView,
    StopView,
    Wait,
    WaitsFor,
)
from wms_bridge.floor.frames import PoseFrame, decode_frame

NO_KPIS = Kpis(0, 0, 0, 0, 0, 0, 0, 0, 0, (), 0, 0, 0, 0, 0, 0, 0)
METRES = st.integers(-3000, 3000).map(lambda tenths: tenths / 10)
TOLD = ("load", "activity", "goal", "base", "horizon", "wait", "paused", "sent", "leaving")
WHOLE = ("alarms", "stops", "entries", "closures")
POINTS = st.lists(st.tuples(METRES, METRES), max_size=3).map(tuple)
WAITS = st.none() | st.builds(
    Wait, st.sampled_from(WaitsFor), st.sampled_from(["", "R1", "C1"]), st.integers(0, 10**12)
)


def robots(name: str) -> st.SearchStrategy[RobotView]:
    """A robot of this name in any state."""
    return st.builds(
        RobotView,
        st.just(RobotId(name)),
        METRES,
        METRES,
        st.floats(-7, 7),
        st.sampled_from([None, PodId("P1"), PodId("P2")]),
        st.floats(0, 1),
        st.sampled_from(RobotActivity),
        st.sampled_from([None, NodeId("n1")]),
        POINTS,
        POINTS,
        WAITS,
        st.booleans(),
        st.sampled_from([None, NodeId("n2")]),
        st.booleans(),
    )


STOPS = st.builds(
    StopView,
    st.sampled_from(["fire", "look"]),
    st.sampled_from([(), (RobotId("R1"),)]),
    POINTS,
)
ENTRIES = st.builds(
    EntryView,
    st.just("E1"),
    POINTS,
    st.sampled_from(["draining", "frozen", "entered"]),
    st.sampled_from([(), (RobotId("R2"),)]),
)
CLOSURES = st.builds(ClosureView, st.just(ClosureId("rule/shut")), POINTS)


def few(made: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    """None, one or two of them."""
    return st.lists(made, max_size=2).map(tuple)


@st.composite
def views(draw: st.DrawFn) -> FloorView:
    """A floor with a few robots, pods and stations, each there or not."""
    names = draw(st.permutations(["R1", "R2", "R3", "R4"]))[: draw(st.integers(0, 4))]
    pods = draw(st.sets(st.sampled_from(["P1", "P2", "P3"])))
    open_lines = draw(st.integers(0, 2))
    alarm = RaiseAlarm(AlarmKind.ROBOT_STUCK, "R1", "stuck")
    return FloorView(
        draw(st.integers(0, 10**13)),
        tuple(draw(robots(name)) for name in names),
        tuple(PodView(PodId(pod), draw(METRES), 1.0) for pod in sorted(pods)),
        (StationView(StationId("S1"), 1, open_lines, None, 0),),
        NO_KPIS,
        (alarm,) if draw(st.booleans()) else (),
        draw(few(STOPS)),
        draw(few(ENTRIES)),
        draw(few(CLOSURES)),
    )


class Client:
    """What somebody knows who has taken messages of a stream, in the plainest way."""

    def __init__(self) -> None:
        self.stream: str | None = None
        self.number: int | None = None
        self.whys: list[str] = []
        self.numbers: list[int] = []
        self.order: list[str] = []
        self.robots: dict[str, dict[str, Any]] = {}
        self.pods: dict[str, Any] = {}
        self.stations: dict[str, Any] = {}
        self.whole: dict[str, Any] = {}
        """Alarms, stops, entries and closures, which are told whole."""
        self.poses: PoseFrame | None = None
        self.beats: list[dict[str, Any]] = []

    def take(self, message: str | bytes) -> None:
        """One message; asserts that it follows on what came before."""
        if isinstance(message, bytes):
            self.poses = decode_frame(message)
            assert len(self.poses.poses) == len(self.order), "poses of robots that were not told"
            return
        told = decode(message)
        {"snapshot": self._snapshot, "changes": self._changes, "beat": self.beats.append}[
            told["type"]
        ](told)

    def _snapshot(self, told: dict[str, Any]) -> None:
        self.whys.append(told["why"])
        self.stream, self.number = told["stream"], told["number"]
        self.order, self.whole = told["order"], {name: told[name] for name in WHOLE}
        self.robots = {one["robot"]: one for one in told["robots"]}
        self.pods = {one["pod"]: one for one in told["pods"]}
        self.stations = {one["station"]: one for one in told["stations"]}

    def _changes(self, told: dict[str, Any]) -> None:
        assert self.number is not None
        assert told["number"] == self.number + 1, "changes are missing"
        self.number = told["number"]
        self.numbers.append(told["number"])
        for one in told.get("robots", ()):
            self.robots.setdefault(one["robot"], {}).update(one)
        self.order = told.get("order", self.order)
        self.robots = {name: self.robots[name] for name in self.order}
        for one in told.get("pods", {}).get("gone", ()):
            del self.pods[one]
        self.pods |= {one["pod"]: one for one in told.get("pods", {}).get("stand", ())}
        self.stations |= {one["station"]: one for one in told.get("stations", ())}
        self.whole |= {name: told[name] for name in WHOLE if name in told}

    def check_knows(self, view: FloorView) -> None:
        """Asserts that what is known is this view."""
        whole = decode(encode(view))
        assert sorted(self.order) == sorted(one["robot"] for one in whole["robots"])
        for robot in whole["robots"]:
            known = self.robots[robot["robot"]]
            for name in TOLD:
                assert known[name] == robot[name], (robot["robot"], name)
        assert self.pods == {one["pod"]: one for one in whole["pods"]}
        assert self.stations == {one["station"]: one for one in whole["stations"]}
        assert self.whole == {name: whole[name] for name in WHOLE}
        self._check_poses(view)

    def _check_poses(self, view: FloorView) -> None:
        assert self.poses is not None
        assert self.poses.at_ms == view.at_ms
        seen = {robot.robot: robot for robot in view.robots}
        for name, pose in zip(self.order, self.poses.poses, strict=True):
            robot = seen[RobotId(name)]
            assert abs(pose.x_m - robot.x_m) < 0.006
            assert pose.activity is robot.activity
            assert pose.loaded == (robot.load is not None)
