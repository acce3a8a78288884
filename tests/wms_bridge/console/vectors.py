"""What Python writes and the console's own tests read: frames, a stream with its outcome, chains of
waits. ``python -m tests.wms_bridge.console.vectors`` writes the file anew."""

import base64
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

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
    chain_of_waits,
)
from wms_bridge.floor.frames import ACTIVITIES, WAITS, Pose, encode_frame
from wms_bridge.floor.news import FloorNews

FILE = Path(__file__).parents[3] / "wms_bridge/web/console/test/vectors/floor.json"
NO_KPIS = Kpis(0, 0, 0, 0, 0, 0, 0, 0, 0, (), 0, 0, 0, 0, 0, 0, 0)


def robot(name: str, **more: Any) -> RobotView:
    """A robot that stands, unless told otherwise."""
    still = RobotView(
        RobotId(name), 1.0, 2.0, 0.5, None, 0.75, RobotActivity.IDLE, None, (), (), None
    )
    return replace(still, **more)


def waits(name: str, on: WaitsFor, whom: str = "") -> RobotView:
    """A robot that waits."""
    return robot(name, wait=Wait(on, whom, 100))


def views() -> list[FloorView]:
    """A short story: robots come, fetch, wait and leave; a pod is lifted; an alarm is raised; a
    person walks in, and a robot is stopped, sent and taken out."""
    stations = (StationView(StationId("S1"), 1, 2, None, 0),)
    first = FloorView(
        1_000,
        (robot("R1"), robot("R2", x_m=-3.21, y_m=4.56)),
        (PodView(PodId("P1"), 5.0, 6.0), PodView(PodId("P2"), 7.0, 6.0)),
        stations,
        NO_KPIS,
        (),
    )
    way = {"base": ((1.0, 2.0), (2.0, 2.0)), "horizon": ((3.0, 2.0),), "goal": NodeId("n9")}
    fetching = robot("R1", activity=RobotActivity.FETCH, theta_rad=-1.0, **way)
    stuck = waits("R2", WaitsFor.ROBOT, "R1")
    alarm = RaiseAlarm(AlarmKind.ROBOT_STUCK, "R2", "R2 has not moved for 60 s.")
    area = ((0.0, 0.0), (4.0, 0.0), (4.0, 2.0))
    second = replace(
        first,
        at_ms=2_000,
        robots=(fetching, stuck),
        alarms=(alarm,),
        stops=(StopView("look", (RobotId("R1"),), ()), StopView("spill", (), area)),
        entries=(EntryView("E1", area, "draining", (RobotId("R2"),)),),
        closures=(ClosureView(ClosureId("rule/shut"), ((1.0, 2.0), (2.0, 2.25))),),
    )
    carried = robot(
        "R1",
        activity=RobotActivity.DELIVER,
        load=PodId("P1"),
        x_m=5.0,
        y_m=6.0,
        paused=True,
        leaving=True,
    )
    third = replace(
        second,
        at_ms=3_000,
        robots=(robot("R3", x_m=1_000.0, sent=NodeId("n3")), carried),
        pods=first.pods[1:],
        stations=(replace(stations[0], inbound=1),),
        stops=second.stops[:1],
        entries=(replace(second.entries[0], state="frozen", inside=()),),
        closures=(),
    )
    return [first, second, third]


def frames() -> list[dict[str, Any]]:
    """Frames of both kinds with every activity and every wait."""
    poses = [
        Pose(i * 0.37 - 1, -i * 1.1, i * 0.7, i / 10, activity, wait, i % 2 == 0)
        for i, (activity, wait) in enumerate(zip(ACTIVITIES, (None, *WAITS), strict=False))
    ]
    far = [replace(pose, x_m=pose.x_m + 5_000) for pose in poses]
    cases = ((poses, 7, 1_234_567), (far, 2**32 - 1, 2**45), ([], 0, 0))
    return [
        {
            "bytes": _base64(encode_frame(several, sequence, at_ms)),
            "sequence": sequence,
            "at_ms": at_ms,
            "poses": decode(encode(several)),
        }
        for several, sequence, at_ms in cases
    ]


def stream() -> dict[str, Any]:
    """Everything that a client is sent, and what it knows at the end."""
    news = FloorNews("vectors")
    reader = news.join(None, None)
    sent: list[dict[str, str]] = []
    for now_ms, view in enumerate(views()):
        news.take(view, now_ms)
        parcel = news.parcel(reader, now_ms)
        assert parcel is not None
        assert parcel.poses is not None
        sent += [{"text": text} for text in parcel.texts]
        sent.append({"bytes": _base64(parcel.poses)})
    sent.append({"text": news.beat(1_500)})
    return {"messages": sent, "end": decode(encode(views()[-1])), "order": ["R1", "R3"]}


def chains() -> list[dict[str, Any]]:
    """Floors, a robot of each, and why it stands."""
    row = [waits("A", WaitsFor.ROBOT, "B"), waits("B", WaitsFor.ROBOT, "C")]
    ring = [*row, waits("C", WaitsFor.ROBOT, "B")]
    cases = (
        ([*row[:1], waits("B", WaitsFor.CLOSURE, "gate")], "A"),
        ([*row, robot("C")], "A"),
        (ring, "A"),
        (row, "A"),
        ([robot("A")], "A"),
        ([], "A"),
        ([waits("A", WaitsFor.ROBOT, "A")], "A"),
    )
    return [
        {
            "robots": decode(encode(robots)),
            "robot": name,
            "chain": decode(encode(chain_of_waits(robots, RobotId(name)))),
        }
        for robots, name in cases
    ]


def text() -> str:
    """The whole file."""
    written = {"frames": frames(), "stream": stream(), "chains": chains()}
    return json.dumps(written, indent=1, ensure_ascii=False) + "\n"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode()


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
