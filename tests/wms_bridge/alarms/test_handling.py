"""Raising, acknowledging and shelving alarms, on every kind of store."""

import re
from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.errors import InvalidAlarm, NotFound, TooLate
from tests.wms_bridge.alarms.conftest import HOUR_S, seen, shelf
from wms_bridge.access.errors import NotAllowed
from wms_bridge.alarms.acknowledging import AlarmsAcknowledged, AlarmSeen
from wms_bridge.alarms.shelving import SHORTEST_S, ShelfWanted
from wms_bridge.records.alarms import (
    AlarmEvent,
    AlarmQuery,
    AlarmRecord,
    AlarmState,
    ChangeQuery,
    Severity,
)
from wms_bridge.service import Bridge

Say = Callable[..., None]
Look = Callable[..., AlarmRecord]
SHORT = AlarmKind.LINE_SHORT


def told(bridge: Bridge, number: int = 1) -> list[tuple[AlarmEvent, AlarmState, int]]:
    """What happened to an alarm, the oldest first."""
    changes = bridge.alarms.details(number).changes
    return [(one.event, one.state, one.at_ms) for one in reversed(changes)]


def test_an_alarm_that_went_by_itself_stays_until_somebody_knows(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("R1", 5)
    assert (look().state, look().severity) == (AlarmState.UNACKNOWLEDGED, Severity.HIGH)
    say("R1", 9, active=False)
    assert (look().state, look().active) == (AlarmState.RETURNED, False)
    known = bridge.alarms.acknowledge(seen(look()), "ann", "saw it", 12).alarm
    assert (known.state, known.acknowledged_by) == (AlarmState.NORMAL, "ann")
    assert told(bridge) == [
        (AlarmEvent.RAISED, AlarmState.UNACKNOWLEDGED, 5),
        (AlarmEvent.CLEARED, AlarmState.RETURNED, 9),
        (AlarmEvent.ACKNOWLEDGED, AlarmState.NORMAL, 12),
    ]
    last = bridge.alarms.details(1).changes[0]
    assert (last.by, last.reason) == ("ann", "saw it")


def test_an_alarm_told_again_is_one_alarm_with_the_latest_words(
    bridge: Bridge, say: Say, look: Look
) -> None:
    for at_ms in range(5, 105):
        say("R1", at_ms, text=f"no report, {at_ms}")
    assert (look().text, look().occurrences, look().changed_ms) == ("no report, 104", 1, 5)
    bridge.alarms.acknowledge(seen(look()), "ann", "", 200)
    say("R1", 201, text="still no report")
    assert (look().text, look().state) == ("still no report", AlarmState.ACKNOWLEDGED)
    assert len(told(bridge)) == 2


def test_what_comes_again_is_counted_and_wants_to_be_acknowledged_anew(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("R1", 5)
    bridge.alarms.acknowledge(seen(look()), "ann", "", 6)
    say("R1", 7, active=False)
    assert look().state is AlarmState.NORMAL
    say("R1", 8)
    again = look()
    assert (again.state, again.occurrences) == (AlarmState.UNACKNOWLEDGED, 2)
    assert (again.acknowledged_by, again.acknowledged_ms) == ("", None)
    say("R1", 9, active=False)
    say("R1", 10)
    assert (look().state, look().occurrences) == (AlarmState.UNACKNOWLEDGED, 3)


def test_words_that_come_together_are_taken_one_by_one(bridge: Bridge, look: Look) -> None:
    silent = RaiseAlarm(AlarmKind.ROBOT_SILENT, "R1", "no report")
    others = [replace(silent, subject=f"R{n}") for n in range(2, 5)]
    again = replace(silent, text="no report again")
    bridge.apply([others[0], silent, replace(silent, active=False), again, *others[1:]], 5)
    assert (look().text, look().occurrences) == ("no report again", 2)
    assert [(event, state) for event, state, _ in told(bridge, look().number)] == [
        (AlarmEvent.RAISED, AlarmState.UNACKNOWLEDGED),
        (AlarmEvent.CLEARED, AlarmState.RETURNED),
        (AlarmEvent.RAISED, AlarmState.UNACKNOWLEDGED),
    ]
    listed = bridge.alarms.alarms(AlarmQuery())
    assert sorted(record.number for record in listed) == [1, 2, 3, 4]
    assert [change.number for change in bridge.alarms.changes(ChangeQuery())] == [6, 5, 4, 3, 2, 1]


def test_what_was_never_wrong_is_not_kept(bridge: Bridge, say: Say) -> None:
    say("R1", 5, active=False)
    assert bridge.alarms.alarms(AlarmQuery()) == ()


def test_an_alarm_that_tells_what_happened_once_is_over_when_it_is_known(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("A#1", 5, kind=SHORT, text="2 of 3 RED")
    bridge.alarms.acknowledge(seen(look("A#1", SHORT)), "ann", "", 6)
    assert look("A#1", SHORT).state is AlarmState.NORMAL
    say("A#1", 7, kind=SHORT, text="2 of 3 RED")  # a fleet that was restarted tells all again
    assert look("A#1", SHORT).state is AlarmState.NORMAL
    say("A#1", 8, kind=SHORT, text="3 of 3 RED")
    assert look("A#1", SHORT).state is AlarmState.UNACKNOWLEDGED
    assert look("A#1", SHORT).occurrences == 2


def test_acknowledging_twice_does_nothing(bridge: Bridge, say: Say, look: Look) -> None:
    say("R1", 5)
    page = seen(look())
    first = bridge.alarms.acknowledge(page, "ann", "", 6)
    again = bridge.alarms.acknowledge(page, "bob", "", 7)
    assert (first.repeated, again.repeated) == (False, True)
    assert again.alarm == first.alarm
    assert len(told(bridge)) == 2


def test_a_stale_page_does_not_acknowledge_what_came_since(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("R1", 5)
    page = seen(look())
    say("R1", 6, active=False)
    say("R1", 7)
    with pytest.raises(TooLate, match="came again, in change 3: nobody can have known of it"):
        bridge.alarms.acknowledge(page, "ann", "", 8)
    assert look().state is AlarmState.UNACKNOWLEDGED
    bridge.alarms.acknowledge(seen(look()), "ann", "", 9)


def test_that_it_is_right_again_does_not_make_a_page_stale(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("R1", 5)
    page = seen(look())
    say("R1", 6, active=False)
    assert bridge.alarms.acknowledge(page, "ann", "", 7).alarm.state is AlarmState.NORMAL


def test_a_change_that_never_was_is_refused(bridge: Bridge, say: Say, look: Look) -> None:
    """A page of a bridge that was restored from an older backup."""
    say("R1", 5)
    with pytest.raises(TooLate, match="the latest is 1"):
        bridge.alarms.acknowledge(AlarmSeen(1, 2), "ann", "", 6)
    with pytest.raises(TooLate, match="the latest is 1"):
        bridge.alarms.acknowledge_alike(AlarmQuery(), 2, "ann", "", 6)
    with pytest.raises(TooLate, match="the latest is 1"):
        bridge.alarms.shelve(1, shelf(look(), change=2), 6)


@pytest.mark.parametrize(("by", "reason"), [("", ""), (" ann", ""), ("ann", "x" * 501)])
def test_who_acknowledges_has_a_name(bridge: Bridge, say: Say, by: str, reason: str) -> None:
    say("R1", 5)
    with pytest.raises(InvalidAlarm):
        bridge.alarms.acknowledge(AlarmSeen(1, 1), by, reason, 6)


def test_of_a_list_all_are_acknowledged_or_none(bridge: Bridge, say: Say, look: Look) -> None:
    for number in range(1, 4):
        say(f"R{number}", number)
    page = [seen(record) for record in bridge.alarms.alarms(AlarmQuery())]
    say("R2", 10, active=False)
    say("R2", 11)
    with pytest.raises(TooLate, match=re.escape("alarms[1].change")):
        bridge.alarms.acknowledge_listed(page, "ann", "", 12)
    assert {one.state for one in bridge.alarms.alarms(AlarmQuery())} == {AlarmState.UNACKNOWLEDGED}
    page[1] = seen(look("R2"))
    assert bridge.alarms.acknowledge_listed(page, "ann", "", 13) == AlarmsAcknowledged(3)
    assert bridge.alarms.acknowledge_listed(page, "ann", "", 14) == AlarmsAcknowledged(0, 3)
    with pytest.raises(NotFound, match=re.escape("alarms[0].number")):
        bridge.alarms.acknowledge_listed([AlarmSeen(77, 1)], "ann", "", 15)


def test_alarms_alike_are_acknowledged_but_none_that_came_since(
    bridge: Bridge, say: Say, look: Look
) -> None:
    for number in range(1, 6):
        say(f"R{number}", number)
    say("A#1", 6, kind=SHORT)
    page = bridge.alarms.page(AlarmQuery())
    bridge.alarms.shelve(5, shelf(look("R5")), 7)
    say("R1", 8, active=False)
    say("R1", 9)
    say("R9", 10)
    alike = AlarmQuery(kinds=(AlarmKind.ROBOT_SILENT,))
    done = bridge.alarms.acknowledge_alike(alike, page.change, "ann", "storm", 11)
    assert done == AlarmsAcknowledged(3, left=2)
    left = bridge.alarms.alarms(AlarmQuery(states=(AlarmState.UNACKNOWLEDGED,)))
    assert {one.subject for one in left} == {"R1", "R9", "R5", "A#1"}


def test_alike_must_be_what_can_be_acknowledged(bridge: Bridge, say: Say) -> None:
    say("R1", 5)
    normal = AlarmQuery(states=(AlarmState.NORMAL,))
    with pytest.raises(InvalidAlarm, match="want no acknowledgement"):
        bridge.alarms.acknowledge_alike(normal, 1, "ann", "", 6)


def test_a_shelved_alarm_comes_back_by_itself_and_wants_to_be_known_anew(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("R1", 5)
    bridge.alarms.acknowledge(seen(look()), "ann", "", 6)
    shelved = bridge.alarms.shelve(1, shelf(look()), 10).alarm
    until_ms = 10 + HOUR_S * 1000
    assert (shelved.shelved_until_ms, shelved.shelved_by) == (until_ms, "ann")
    assert bridge.alarms.end_shelves(until_ms - 1) == 0
    assert bridge.alarms.end_shelves(until_ms) == 1
    back = look()
    assert (back.state, back.shelved, back.shelved_reason) == (
        AlarmState.UNACKNOWLEDGED,
        False,
        "",
    )
    assert told(bridge)[-1] == (AlarmEvent.SHELF_OVER, AlarmState.UNACKNOWLEDGED, until_ms)
    with pytest.raises(TooLate, match="came again"):
        bridge.alarms.acknowledge(AlarmSeen(1, shelved.change), "ann", "", until_ms)


def test_what_happens_on_the_shelf_is_there_afterwards(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("R1", 5)
    bridge.alarms.acknowledge(seen(look()), "ann", "", 6)
    bridge.alarms.shelve(1, shelf(look()), 7)
    say("R1", 8, active=False)
    say("R1", 9)
    say("R1", 10, active=False)
    back = bridge.alarms.unshelve(1, "bob", "radio works", 11)
    assert (back.alarm.state, back.alarm.occurrences) == (AlarmState.RETURNED, 2)
    assert bridge.alarms.unshelve(1, "bob", "radio works", 12).repeated


def test_news_after_the_time_is_over_finds_the_alarm_back(
    bridge: Bridge, say: Say, look: Look
) -> None:
    """Also if nobody has looked at the clock in between."""
    say("R1", 5)
    bridge.alarms.shelve(1, shelf(look(), duration_s=SHORTEST_S), 6)
    over_ms = 6 + SHORTEST_S * 1000
    say("R1", over_ms, active=False)
    assert [event for event, _, _ in told(bridge)] == [
        AlarmEvent.RAISED,
        AlarmEvent.SHELVED,
        AlarmEvent.SHELF_OVER,
        AlarmEvent.CLEARED,
    ]


@pytest.mark.parametrize("duration_s", [-1, 0, SHORTEST_S - 1, 4 * HOUR_S + 1, 10**9])
def test_a_shelf_has_an_end(bridge: Bridge, say: Say, look: Look, duration_s: int) -> None:
    say("R1", 5)
    with pytest.raises(InvalidAlarm, match=f"Send {SHORTEST_S} to {4 * HOUR_S} seconds"):
        bridge.alarms.shelve(1, shelf(look(), duration_s=duration_s), 6)
    assert not look().shelved


@pytest.mark.parametrize("reason", ["", " ", "x" * 501, "a\nb"])
def test_a_shelf_has_a_reason(bridge: Bridge, say: Say, look: Look, reason: str) -> None:
    say("R1", 5)
    with pytest.raises(InvalidAlarm, match="reason"):
        bridge.alarms.shelve(1, shelf(look(), reason=reason), 6)


def test_a_critical_alarm_is_shelved_by_those_who_may_decide(
    bridge: Bridge, say: Say, look: Look
) -> None:
    say("E1", 5, kind=AlarmKind.HUMAN_ENTRY)
    record = look("E1", AlarmKind.HUMAN_ENTRY)
    with pytest.raises(NotAllowed):
        bridge.alarms.shelve(1, shelf(record), 6)
    with pytest.raises(InvalidAlarm, match=f"to {HOUR_S} seconds"):
        bridge.alarms.shelve(1, shelf(record, duration_s=HOUR_S + 1, decides=True), 6)
    assert bridge.alarms.shelve(1, shelf(record, decides=True), 6).alarm.shelved


def test_of_two_who_shelve_the_second_is_told(bridge: Bridge, say: Say, look: Look) -> None:
    say("R1", 5)
    page = look()
    first = bridge.alarms.shelve(1, shelf(page), 6)
    assert bridge.alarms.shelve(1, shelf(page), 7).repeated
    with pytest.raises(TooLate, match="ann has shelved it: the radio is being mended"):
        bridge.alarms.shelve(1, shelf(page, by="bob", reason="noise"), 8)
    assert look() == first.alarm
    longer = bridge.alarms.shelve(1, shelf(look(), by="bob", reason="noise"), 9).alarm
    assert (longer.shelved_by, longer.shelved_until_ms) == ("bob", 9 + HOUR_S * 1000)
    bridge.alarms.unshelve(1, "ann", "", 10)
    with pytest.raises(TooLate, match="it was shelved and came back"):
        bridge.alarms.shelve(1, shelf(page), 11)


def test_unknown_alarms_are_not_found(bridge: Bridge) -> None:
    steps: list[Callable[[], object]] = [
        lambda: bridge.alarms.details(1),
        lambda: bridge.alarms.acknowledge(AlarmSeen(1, 0), "ann", "", 5),
        lambda: bridge.alarms.shelve(1, ShelfWanted(0, HOUR_S, "ann", "x"), 5),
        lambda: bridge.alarms.unshelve(1, "ann", "", 5),
    ]
    for step in steps:
        with pytest.raises(NotFound, match="no such alarm"):
            step()


def test_subjects_are_any_text(bridge: Bridge, say: Say, look: Look) -> None:
    for subject in ("P001/A/1/1", "", "../..", "<b>", "ж 货架", "%2F", "R1?x=1", "'; --"):
        say(subject, 5)
        assert look(subject).subject == subject
        done = bridge.alarms.acknowledge(seen(look(subject)), "ann", "", 6)
        assert done.alarm.subject == subject
