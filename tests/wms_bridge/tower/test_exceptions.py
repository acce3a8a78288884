"""What waits for somebody does not vanish by itself, and is dealt with by people."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.errors import NotFound, TooLate
from planner.warehouse.ids import PickId, RobotId
from planner.warehouse.interventions import Intervention, InterventionKind
from planner.warehouse.picks import ShortReason
from tests.wms_bridge.conftest import OrderMaker, ShowMaker
from wms_bridge.access.errors import NotAllowed
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.interventions.asking import Asked
from wms_bridge.records.alarms import AlarmQuery
from wms_bridge.records.tower import (
    ExceptionCause,
    ExceptionDeed,
    ExceptionQuery,
    ExceptionRecord,
    ExceptionState,
    Sighting,
)
from wms_bridge.service import Bridge
from wms_bridge.tower.errors import InvalidException
from wms_bridge.tower.handling import Handling
from wms_bridge.tower.noticing import noticed

Do = Callable[..., ExceptionRecord]
EVERY = frozenset(ExceptionCause)


def listed(bridge: Bridge, *states: ExceptionState) -> tuple[ExceptionRecord, ...]:
    return bridge.tower.exceptions(ExceptionQuery(states)).exceptions


def alarm(bridge: Bridge, now_ms: int, *, active: bool = True) -> None:
    bridge.apply([RaiseAlarm(AlarmKind.ROBOT_SILENT, "R1", "no report", active)], now_ms)


def acknowledge(bridge: Bridge, now_ms: int) -> None:
    (one,) = bridge.alarms.alarms(AlarmQuery())
    bridge.alarms.acknowledge(AlarmSeen(one.number, one.change), "ann", "", now_ms)


@pytest.fixture
def do(bridge: Bridge) -> Do:
    """``do(ExceptionDeed.CLAIM, "ann")``: with the only exception as it is now."""

    def handle(
        deed: ExceptionDeed, by: str, reason: str = "", *, decides: bool = False
    ) -> ExceptionRecord:
        (one,) = listed(bridge)
        wanted = Handling(deed, one.version, by, reason, decides)
        return bridge.tower.handle(one.number, wanted, 50_000)

    return handle


def test_an_alarm_stays_on_the_list_when_it_is_over(bridge: Bridge, do: Do) -> None:
    alarm(bridge, 1_000)
    assert bridge.tower.notice(1_500) == 1
    assert bridge.tower.notice(1_600) == 0
    (one,) = listed(bridge, ExceptionState.OPEN)
    assert (one.cause, one.subject, one.since_ms, one.over_ms) == (
        ExceptionCause.ALARM,
        "R1",
        1_000,
        None,
    )
    alarm(bridge, 2_000, active=False)
    acknowledge(bridge, 3_000)
    bridge.tower.notice(4_000)
    (one,) = listed(bridge, ExceptionState.OPEN)
    assert one.over_ms == 4_000
    do(ExceptionDeed.CLAIM, "ann")
    do(ExceptionDeed.RESOLVE, "ann", "battery changed")
    done = do(ExceptionDeed.VERIFY, "bob")
    assert (done.state, done.verified_by, done.reason) == (
        ExceptionState.VERIFIED,
        "bob",
        "battery changed",
    )
    bridge.tower.notice(60_000)
    assert listed(bridge) == (done,)


def test_it_comes_back_when_it_happens_again(bridge: Bridge, do: Do) -> None:
    alarm(bridge, 1_000)
    bridge.tower.notice(1_500)
    do(ExceptionDeed.CLAIM, "ann")
    do(ExceptionDeed.RESOLVE, "ann", "done")
    alarm(bridge, 60_000, active=False)
    alarm(bridge, 61_000)
    bridge.tower.notice(62_000)
    (one,) = listed(bridge)
    assert (one.state, one.owner, one.times, one.since_ms) == (ExceptionState.OPEN, "", 2, 61_000)


def test_each_source_is_seen(bridge: Bridge, order: OrderMaker, show: ShowMaker) -> None:
    bridge.receive_order(order("A", RED=8, BLUE=1), 0)
    bridge.apply([show("p1", "A#1", "RED", 5), show("p2", "A#2", "BLUE", 1)], 1)
    bridge.confirm_pick(PickId("p1"), 2, 2, ShortReason.SLOT_SHORT)
    bridge.fail_pick(PickId("p2"), 3)
    wanted = Intervention("", InterventionKind.STOP, "all")  # type: ignore[arg-type]
    bridge.interventions.ask(Asked(wanted, "ann", "smoke", robots={RobotId("R1")}), 4)
    bridge.tower.notice(100_000)
    assert {one.cause for one in listed(bridge)} == {
        ExceptionCause.DISCREPANCY,
        ExceptionCause.FAILED_PICK,
        ExceptionCause.NO_ANSWER,
    }
    counts = bridge.tower.exceptions(ExceptionQuery()).counts
    assert sum(one.count for one in counts) == 3


def test_two_people_do_not_take_the_same(bridge: Bridge, do: Do) -> None:
    alarm(bridge, 1_000)
    bridge.tower.notice(1_500)
    claimed = do(ExceptionDeed.CLAIM, "ann")
    with pytest.raises(TooLate, match="claimed by ann"):
        bridge.tower.handle(
            claimed.number, Handling(ExceptionDeed.CLAIM, claimed.version - 1, "bob"), 2_000
        )
    with pytest.raises(TooLate, match="it is claimed by ann"):
        do(ExceptionDeed.CLAIM, "bob")
    with pytest.raises(NotAllowed, match="ann has taken it"):
        do(ExceptionDeed.RESOLVE, "bob", "mine")
    assert do(ExceptionDeed.RELEASE, "boss", decides=True).state is ExceptionState.OPEN


def test_another_person_verifies(bridge: Bridge, do: Do) -> None:
    alarm(bridge, 1_000)
    bridge.tower.notice(1_500)
    do(ExceptionDeed.CLAIM, "ann")
    with pytest.raises(InvalidException) as error:
        do(ExceptionDeed.RESOLVE, "ann")
    assert error.value.field == "reason"
    do(ExceptionDeed.RESOLVE, "ann", "done")
    with pytest.raises(NotAllowed, match="another person"):
        do(ExceptionDeed.VERIFY, "ann")
    assert do(ExceptionDeed.REOPEN, "bob", "it is still silent").owner == ""


def test_nobody_handles_what_there_is_not(bridge: Bridge) -> None:
    with pytest.raises(NotFound):
        bridge.tower.handle(7, Handling(ExceptionDeed.CLAIM, 1, "ann"), 0)


SIGHTINGS = st.lists(
    st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("12")), max_size=3), max_size=8
)


@given(looks=SIGHTINGS)
def test_nothing_vanishes_and_nobody_is_taken_over(looks: list[list[tuple[str, str]]]) -> None:
    kept: dict[str, ExceptionRecord] = {}
    for now_ms, look in enumerate(looks):
        found = [
            Sighting(key, ExceptionCause.ALARM, key, "", now_ms, token)
            for key, token in dict(look).items()
        ]
        before = dict(kept)
        for one in noticed(before, found, EVERY, now_ms):
            kept[one.key] = one
        assert set(before) | {one.key for one in found} == set(kept)
        for key, record in kept.items():
            assert record.state is ExceptionState.OPEN
            assert (record.over_ms is None) == (key in dict(look))
            assert key not in before or record.version >= before[key].version
