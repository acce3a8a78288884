"""Orders, rules and stations as they were, against what the bridge itself knew at each time."""

from pathlib import Path
from typing import Any

import pytest

from planner.warehouse.ids import OrderId
from planner.warehouse.site import Site
from sim_worlds.sites.catalogue import load_site
from tests.wms_bridge.recording.lived import Life
from wms_bridge.ports.store import Reading
from wms_bridge.recording.books_then import BooksThen
from wms_bridge.recording.desk import ReplayDesk
from wms_bridge.recording.marks import MarkKind
from wms_bridge.records.work import OrderQuery, OrderStatus

Told = dict[str, Any]


@pytest.fixture
def life(tmp_path: Path) -> Life:
    made = Life(load_site("small"), tmp_path)
    made.connect()
    return made


def known(tx: Reading) -> Told:
    """Open orders and closed stations as the store has them."""
    orders = {
        record.order: (
            record.priority,
            [
                (line.line, line.quantity, line.picked, line.short, line.shown)
                for line in tx.lines(record.order)
            ],
        )
        for record in tx.orders(OrderQuery(OrderStatus.OPEN))
    }
    return {"orders": orders, "closed": {one.station for one in tx.stations() if one.closed}}


def told(books: BooksThen) -> Told:
    orders = {
        OrderId(one.order): (
            one.priority,
            [
                (
                    line.line,
                    line.quantity,
                    line.picked,
                    line.short,
                    sum(pick.quantity for pick in line.shown),
                )
                for line in one.lines
            ],
        )
        for one in books.orders.values()
    }
    return {"orders": orders, "closed": set(books.closed)}


def test_the_books_at_every_second_are_those_the_bridge_had(
    life: Life, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept: dict[int, Told] = {}
    show = life.show

    def shown(view: object) -> None:
        with life.store.reading() as tx:
            kept[life.now_ms] = known(tx)
        show(view)  # type: ignore[arg-type]

    monkeypatch.setattr(life, "show", shown)
    times = life.through()
    desk = ReplayDesk(life.recorder, life.store.inner)
    for at_ms, expected in kept.items():
        assert told(desk.books(at_ms)) == expected, at_ms - times["ordered"]
    assert len({str(one) for one in kept.values()}) >= 6, "a shift in which little happens"
    assert "A1" not in kept[times["end"]]["orders"]


def test_decisions_marks_and_stories_are_told_at_their_times(life: Life) -> None:
    times = life.through()
    desk = ReplayDesk(life.recorder, life.store.inner)
    decided = desk.decisions(times["shown"] - 1, times["shown"] + 30_000)
    assert [(one.at_ms, one.command["type"]) for one in decided] == [(times["shown"], "ShowPicks")]
    assert desk.decisions(times["shown"], times["shown"] + 30_000) == []
    found = desk.marks(times["ordered"], times["end"], 10)
    assert [(one.at_ms, one.kind, one.what, one.subject) for one in found] == [
        (times["alarm"], MarkKind.ALARM, "robot_stuck", "R01"),
        (times["closed"], MarkKind.OPERATOR, "StationClosed", "S01"),
    ]
    robot = life.site.robots[0].id
    steps = desk.story(robot, times["ordered"], times["end"])
    seen = [
        (at_ms, robot_view.activity)
        for at_ms, view in life.views.items()
        for robot_view in view.robots
        if robot_view.robot == robot
    ]
    for step in steps:
        assert dict(seen)[step.at_ms] == step.activity
    assert len({step.activity for step in steps}) >= 3


def test_a_gap_is_told_and_looked_into(life: Life) -> None:
    times = life.through()
    desk = ReplayDesk(life.recorder, life.store.inner)
    first, second = desk.stretches()
    assert (first.to_ms, second.from_ms) == (times["gap"], times["gap"] + 61_000)
    floor = desk.floor(times["gap"] + 30_000)
    assert floor.snapshot(times["gap"] + 30_000)["age_ms"] == 30_000
    assert "S01" in desk.books(times["gap"] + 30_000).closed


def test_a_second_life_goes_on_in_the_same_folder(life: Life, site: Site) -> None:
    times = life.through()
    life.recorder.close()
    later = Life(life.site, life.folder, now_ms=times["end"] + 1000)
    later.connect()
    later.live(3)
    desk = ReplayDesk(later.recorder, later.store.inner)
    assert desk.floor(times["shown"]).recorded_ms == times["shown"] - 1
    assert desk.books(later.now_ms).orders == {}
