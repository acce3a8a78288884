"""Stops: asked for, refused, kept over a crash, lifted."""

from pathlib import Path

import pytest
from fakes.paper_fleet import PaperFleet

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import InvalidMessage, PodherdError
from planner.warehouse.ids import RobotId
from podherd_fleet.memory import Memory, Remembered
from podherd_ros.presence import Stop, StopScope

ZONE = Stop("spill", StopScope.ZONE, (), ((3.0, 9.0), (11.0, 9.0), (11.0, 12.6), (3.0, 12.6)))
SITE = Stop("fire", StopScope.SITE)


@pytest.fixture
def paper(tmp_path: Path) -> PaperFleet:
    paper = PaperFleet(tmp_path, seed=4)
    paper.order(6)
    paper.ticks(30)
    return paper


def engage(paper: PaperFleet, stop: Stop, *, engaged: bool = True) -> None:
    paper.fleet.set_stop(stop, engaged=engaged)
    paper.world.stops = paper.fleet.stops


def active(paper: PaperFleet) -> set[AlarmKind]:
    return {alarm.kind for alarm in paper.fleet.view().alarms}


def test_a_stop_of_the_site_holds_until_it_is_lifted_and_the_work_goes_on(
    paper: PaperFleet,
) -> None:
    engage(paper, SITE)
    driven = [hopper.state.odometer_m for hopper in paper.world.robots.values()]
    paper.ticks(20)
    assert [hopper.state.odometer_m for hopper in paper.world.robots.values()] == driven
    assert AlarmKind.STOP_ENGAGED in active(paper)
    engage(paper, SITE, engaged=False)
    engage(paper, SITE, engaged=False)
    paper.ticks(2_000)
    assert paper.fleet.view().kpis.orders_completed == 6
    assert active(paper) == set()


def test_nobody_is_sent_into_a_stopped_zone(paper: PaperFleet) -> None:
    engage(paper, ZONE)
    paper.ticks()
    inside = set(paper.world.floor.nodes_of((), ZONE.area_m))
    names = {paper.world.floor.roadmap.nodes[node] for node in inside}
    sent: set[str] = set()
    for _ in range(100):
        paper.ticks()
        caught = {r for r, h in paper.world.robots.items() if paper.world.stopped(h)}
        for command in paper.sent:
            if command.order.robot not in caught:
                sent |= {node.node for node in command.order.base[1:]}
    assert sent
    assert sent.isdisjoint(names)
    assert AlarmKind.NODES_CLOSED in active(paper)
    engage(paper, ZONE, engaged=False)
    paper.ticks(2_000)
    assert paper.fleet.view().kpis.orders_completed == 6
    assert active(paper) == set()


def test_a_stop_outlives_the_fleet(paper: PaperFleet) -> None:
    robot = next(iter(paper.world.robots))
    engage(paper, Stop("look", StopScope.ROBOT, (robot,)))
    engage(paper, ZONE)
    stops = paper.fleet.stops
    paper.restart()
    assert paper.fleet.stops == stops
    paper.ticks()
    assert {AlarmKind.STOP_ENGAGED, AlarmKind.NODES_CLOSED} <= active(paper)
    engage(paper, ZONE, engaged=False)
    paper.restart()
    paper.ticks()
    assert AlarmKind.NODES_CLOSED not in active(paper)


@pytest.mark.parametrize(
    ("stop", "word"),
    [
        (Stop("", StopScope.SITE), "name"),
        (Stop("entry/E1", StopScope.SITE), "entry/"),
        (Stop("a", StopScope.ROBOT), "no robot is named"),
        (Stop("a", StopScope.ROBOT, (RobotId("R99"),)), "R99"),
        (Stop("a", StopScope.ZONE), "corners"),
        (Stop("a", StopScope.ZONE, (), ((0.0, 0.0), (1.0, 0.0), (2.0, 0.0))), "empty"),
    ],
)
def test_a_stop_that_makes_no_sense_is_refused_and_nothing_stays(
    paper: PaperFleet, stop: Stop, word: str
) -> None:
    with pytest.raises(PodherdError, match=word):
        engage(paper, stop)
    assert paper.fleet.stops == ()


def test_a_stop_of_an_entry_is_not_lifted_by_hand(paper: PaperFleet) -> None:
    with pytest.raises(InvalidMessage, match="entry/"):
        engage(paper, Stop("entry/E1", StopScope.SITE), engaged=False)


def test_the_same_name_again_replaces(paper: PaperFleet) -> None:
    engage(paper, SITE)
    engage(paper, Stop("fire", StopScope.ZONE, (), ZONE.area_m))
    assert [stop.scope for stop in paper.fleet.stops] == [StopScope.ZONE]


@pytest.mark.parametrize("content", [b"", b"{", b'{"format":"other/1"}', b'{"stops":[{"stop":1}]}'])
def test_a_memory_that_cannot_be_read_is_no_empty_one(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "memory.json"
    path.write_bytes(content)
    with pytest.raises(InvalidMessage, match="remove the file"):
        Memory(path)
    assert path.read_bytes() == content


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    memory = Memory(tmp_path / "memory.json")
    assert memory.kept == Remembered()
    memory.keep(Remembered(stops=(ZONE, SITE)))
    assert Memory(tmp_path / "memory.json").kept.stops == (ZONE, SITE)
