"""Interventions are taken once, from who may, about what there is, on what is still so."""

from dataclasses import replace

import pytest

from planner.warehouse.errors import IdempotencyConflict, InvalidIntervention, NotFound
from planner.warehouse.events import InterventionAsked
from planner.warehouse.ids import RobotId
from planner.warehouse.interventions import InterventionKind
from tests.wms_bridge.interventions.conftest import NOW_MS, SQUARE, Answer, Ask, wanted
from wms_bridge.access.errors import NotAllowed
from wms_bridge.interventions.asking import Asked
from wms_bridge.interventions.errors import StalePage
from wms_bridge.records.interventions import ANSWER_WITHIN_MS, InterventionQuery, InterventionState
from wms_bridge.service import Bridge


def test_the_fleet_is_told_in_the_same_transaction(bridge: Bridge, ask: Ask) -> None:
    record = ask("stop", "spill", area_m=SQUARE)
    [told] = bridge.feed(0)
    assert told.event == InterventionAsked(record.intervention)
    assert (record.number, record.change, record.state) == (1, 1, InterventionState.ASKED)
    assert bridge.interventions.one(1) == record
    assert record.in_force


def test_the_same_key_is_done_once(bridge: Bridge, ask: Ask, answer: Answer) -> None:
    first = ask("stop", "s", key="k1")
    answer(first, "done", "all stand")
    again = bridge.interventions.ask(
        Asked(wanted("stop", "s", key="k1"), "anna", "oil on the floor"), NOW_MS + 9
    )
    assert again.repeated
    assert again.record.state is InterventionState.DONE
    assert len(bridge.feed(0)) == 1


@pytest.mark.parametrize("other", [{"name": "t"}, {"reason": "else"}, {"by": "bo"}])
def test_a_key_used_for_another_one_is_refused(
    bridge: Bridge, ask: Ask, other: dict[str, str]
) -> None:
    ask("stop", "s", key="k1")
    with pytest.raises(IdempotencyConflict):
        ask("stop", **{"name": "s", "key": "k1", **other})
    assert len(bridge.feed(0)) == 1


def test_without_a_key_each_is_another_one(bridge: Bridge, ask: Ask) -> None:
    ids = {ask("stop", f"s{n}").intervention.intervention for n in range(3)}
    assert len(ids) == 3


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("reason", {"reason": ""}),
        ("reason", {"reason": "x" * 501}),
        ("reason", {"reason": "a\nb"}),
        ("by", {"by": ""}),
        ("name", {"name": "entry/x"}),
        ("robots", {"robots": "R1", "kind": "lift_stop"}),
    ],
)
def test_what_makes_no_sense_leaves_no_trace(
    bridge: Bridge, ask: Ask, field: str, more: dict[str, str]
) -> None:
    with pytest.raises(InvalidIntervention) as refused:
        ask(**{"kind": "stop", "name": "s", **more})
    assert refused.value.field == field
    assert bridge.feed(0) == ()
    assert bridge.interventions.page(InterventionQuery()).last == 0


def test_robots_and_nodes_must_be_there(bridge: Bridge, ask: Ask) -> None:
    with pytest.raises(NotFound) as robot:
        ask("free", robots="R1 R9")
    assert robot.value.field == "robots[1]"
    with pytest.raises(NotFound) as node:
        ask("send", robots="R1", node="c099r099")
    assert node.value.field == "node"
    assert ask("send", robots="R1", node="c001r001").intervention.node == "c001r001"


def test_a_robot_that_only_the_floor_shows_is_known(bridge: Bridge) -> None:
    asked = Asked(wanted("free", robots="X7"), "anna", "back", robots={RobotId("X7")})
    assert bridge.interventions.ask(asked, NOW_MS).record.number == 1


def test_a_stale_page_is_told_who_was_quicker(ask: Ask) -> None:
    ask("send", robots="R1", node="c001r001", by="bo")
    with pytest.raises(StalePage, match="bo asked for send"):
        ask("free", robots="R1", seen=0)
    assert ask("free", robots="R2", seen=0).number == 2, "another robot"
    assert ask("free", robots="R1", seen=2).number == 3
    with pytest.raises(StalePage, match="no such intervention"):
        ask("free", robots="R1", seen=4)


def test_two_operators_lift_the_same_stop(bridge: Bridge, ask: Ask) -> None:
    ask("stop", "s")
    ask("lift_stop", "s", by="bo", seen=1)
    with pytest.raises(StalePage):
        ask("lift_stop", "s", by="cy", seen=1)
    assert len(bridge.feed(0)) == 2


def test_who_wants_robots_to_stand_need_not_look_again(ask: Ask) -> None:
    ask("send", robots="R1", node="c001r001")
    assert ask("stop", "pause R1", robots="R1", seen=0).number == 2
    with pytest.raises(StalePage):
        ask("stop", "pause R1", robots="R2", seen=1)


@pytest.mark.parametrize("kind", ["take_out", "take_in", "clear_reservation"])
def test_some_deeds_need_who_may_decide(ask: Ask, kind: str) -> None:
    with pytest.raises(NotAllowed):
        ask(kind, robots="R1", decides=False)
    assert ask(kind, robots="R1", decides=True).number == 1


OPERATED: list[dict[str, object]] = [
    {"kind": "stop", "name": "s"},
    {"kind": "stop", "name": "s", "area_m": SQUARE},
    {"kind": "request_entry", "name": "e", "area_m": SQUARE},
    {"kind": "send", "robots": "R1", "node": "c001r001"},
    {"kind": "free", "robots": "R1"},
    {"kind": "reroute", "robots": "R1"},
]


@pytest.mark.parametrize("one", OPERATED, ids=[str(one["kind"]) for one in OPERATED])
def test_the_rest_is_for_everybody_who_operates(ask: Ask, one: dict[str, object]) -> None:
    assert ask(**one, decides=False).number == 1


def test_every_kind_has_been_tried() -> None:
    named = {InterventionKind(str(one["kind"])) for one in OPERATED}
    others = {"lift_stop", "enter", "leave", "take_out", "take_in", "clear_reservation"}
    assert named | {InterventionKind(kind) for kind in others} == set(InterventionKind)


@pytest.mark.parametrize(
    ("more", "allowed"),
    [
        ({"area_m": SQUARE}, {"anna"}),
        ({}, {"anna"}),
        ({"robots": "R1"}, {"anna", "bo"}),
    ],
)
@pytest.mark.parametrize("by", ["anna", "bo"])
@pytest.mark.parametrize("kind", ["lift_stop", "stop"])
def test_lifting_or_replacing_a_stop_of_somebody_else(
    ask: Ask, more: dict[str, object], allowed: set[str], by: str, kind: str
) -> None:
    ask("stop", "s", by="anna", decides=False, **more)
    if by in allowed:
        assert ask(kind, "s", by=by, decides=False).number == 2
    else:
        with pytest.raises(NotAllowed):
            ask(kind, "s", by=by, decides=False)
        assert ask(kind, "s", by=by, decides=True).number == 2


def test_a_stop_that_nobody_engaged_here_is_lifted_by_who_may_decide(ask: Ask) -> None:
    with pytest.raises(NotAllowed):
        ask("lift_stop", "elsewhere", decides=False)
    assert ask("lift_stop", "elsewhere").number == 1


@pytest.mark.parametrize("kind", ["enter", "leave"])
def test_nobody_goes_in_or_out_for_another_person(ask: Ask, kind: str) -> None:
    ask("request_entry", "e", area_m=SQUARE, by="anna", decides=False)
    with pytest.raises(NotAllowed):
        ask(kind, "e", by="bo", decides=False)
    assert ask(kind, "e", by="anna", decides=False).number == 2


def test_no_answer_is_told_after_a_while(ask: Ask, answer: Answer, bridge: Bridge) -> None:
    record = ask("reroute", robots="R1")
    late_ms = NOW_MS + ANSWER_WITHIN_MS
    assert not record.no_answer(late_ms - 1)
    assert record.no_answer(late_ms)
    answer(record, "done", now_ms=late_ms + 5)
    after = bridge.interventions.one(1)
    assert not after.no_answer(late_ms + 10), "a late answer is one"
    assert after.state is InterventionState.DONE


def test_pages_and_filters(bridge: Bridge, ask: Ask, answer: Answer) -> None:
    for n in range(5):
        ask("stop", f"s{n}", by="anna" if n % 2 else "bo")
    answer(bridge.interventions.one(2), "refused", "no such area")
    page = bridge.interventions.page(InterventionQuery(limit=2))
    assert [one.number for one in page.interventions] == [5, 4]
    assert (page.more, page.last, page.change) == (True, 5, 6)

    def found(query: InterventionQuery) -> list[int]:
        return [one.number for one in bridge.interventions.page(query).interventions]

    assert found(InterventionQuery(before=3)) == [2, 1]
    assert found(InterventionQuery(by="anna")) == [4, 2]
    assert found(InterventionQuery(states=(InterventionState.REFUSED,))) == [2]
    assert found(InterventionQuery(in_force=True)) == [5, 4, 3, 1]
    assert found(InterventionQuery(in_force=False)) == [2]
    assert found(InterventionQuery(subject="stop/s3")) == [4]
    assert found(InterventionQuery(kinds=(InterventionKind.SEND,))) == []
    assert replace(page.interventions[0]) == bridge.interventions.one(5)
