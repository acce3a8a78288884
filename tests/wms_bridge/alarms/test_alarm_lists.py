"""Alarms as pages list, count and follow them, on every kind of store."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from tests.wms_bridge.alarms.conftest import seen, shelf
from wms_bridge.alarms.acknowledging import AlarmsAcknowledged
from wms_bridge.records.alarms import (
    AlarmCount,
    AlarmQuery,
    AlarmRecord,
    AlarmSort,
    AlarmState,
    ChangeQuery,
    Severity,
)
from wms_bridge.service import Bridge
from wms_bridge.topics import Topic

Say = Callable[..., None]
Look = Callable[..., AlarmRecord]
SHORT = AlarmKind.LINE_SHORT


def test_alarms_are_narrowed_sorted_and_counted(bridge: Bridge, say: Say, look: Look) -> None:
    say("R1", 5)
    say("E1", 6, kind=AlarmKind.HUMAN_ENTRY)
    say("A#1", 7, kind=SHORT)
    say("R2", 8)
    say("R2", 9, active=False)
    bridge.alarms.shelve(3, shelf(look("A#1", SHORT)), 10)

    def names(query: AlarmQuery) -> list[str]:
        return [record.subject for record in bridge.alarms.alarms(query)]

    assert names(AlarmQuery()) == ["R2", "A#1", "E1", "R1"]
    assert names(AlarmQuery(sort=AlarmSort.SEVERITY)) == ["E1", "R2", "R1", "A#1"]
    assert names(AlarmQuery(severities=(Severity.CRITICAL, Severity.LOW))) == ["A#1", "E1"]
    assert names(AlarmQuery(states=(AlarmState.RETURNED,))) == ["R2"]
    assert names(AlarmQuery(shelved=True)) == ["A#1"]
    assert names(AlarmQuery(shelved=False, subject="R1")) == ["R1"]
    assert names(AlarmQuery(kinds=(SHORT,), shelved=False)) == []
    page = bridge.alarms.page(AlarmQuery(limit=1))
    assert (page.change, len(page.alarms)) == (6, 1)
    assert page.counts == (
        AlarmCount(Severity.CRITICAL, AlarmState.UNACKNOWLEDGED, False, 1),
        AlarmCount(Severity.HIGH, AlarmState.RETURNED, False, 1),
        AlarmCount(Severity.HIGH, AlarmState.UNACKNOWLEDGED, False, 1),
        AlarmCount(Severity.LOW, AlarmState.UNACKNOWLEDGED, True, 1),
    )


def test_a_part_of_the_subject_finds_and_what_is_found_is_counted_on_all_pages(
    bridge: Bridge, say: Say, look: Look
) -> None:
    for subject in ("R07", "r071", "50%", "5000", "A_1", "AB1", "R08"):
        say(subject, 5)
    say("R08", 6, active=False)
    bridge.alarms.acknowledge(seen(look("r071")), "ann", "", 7)
    bridge.alarms.shelve(look("AB1").number, shelf(look("AB1")), 8)

    def page(search: str, **more: object) -> tuple[list[str], int, int]:
        found = bridge.alarms.page(replace(AlarmQuery(search=search), **more))
        return [one.subject for one in found.alarms], found.total, found.wanting

    assert page("r07") == (["r071", "R07"], 2, 1)
    assert page("0%") == (["50%"], 1, 1)
    assert page("a_1") == (["A_1"], 1, 1)
    assert page("B1") == (["AB1"], 1, 0)
    assert page("R0", states=(AlarmState.ACKNOWLEDGED,)) == (["r071"], 1, 0)
    assert page("", limit=2)[1:] == (7, 5)
    assert page("", shelved=True)[1:] == (1, 0)
    change = bridge.alarms.page(AlarmQuery()).change
    alike = AlarmQuery(search="R0")
    done = bridge.alarms.acknowledge_alike(alike, change, "ann", "", 9)
    assert done == AlarmsAcknowledged(2)
    assert page("R0")[2] == 0
    assert page("")[2] == 3


@pytest.mark.parametrize("sort", AlarmSort)
def test_pages_tell_every_alarm_once(bridge: Bridge, say: Say, sort: AlarmSort) -> None:
    kinds = (AlarmKind.ROBOT_SILENT, AlarmKind.HUMAN_ENTRY, SHORT, AlarmKind.NO_ROOM)
    for number in range(23):
        say(f"S{number}", number // 4, kind=kinds[number % 4])
    whole = bridge.alarms.alarms(AlarmQuery(sort=sort))
    query = AlarmQuery(sort=sort, limit=5)
    listed: list[AlarmRecord] = []
    while True:
        page = bridge.alarms.page(query)
        listed += page.alarms
        if page.next is None:
            break
        query = replace(query, after=page.next)
    assert tuple(listed) == whole
    assert len({record.number for record in listed}) == 23


def test_the_history_is_narrowed_by_time_and_paged(bridge: Bridge, say: Say) -> None:
    for at_ms in range(10):
        say("R1" if at_ms % 4 < 2 else "R2", at_ms, active=at_ms % 2 == 0)

    def numbers(query: ChangeQuery) -> list[int]:
        return [change.number for change in bridge.alarms.changes(query)]

    assert numbers(ChangeQuery()) == list(range(10, 0, -1))
    assert numbers(ChangeQuery(oldest_first=True, after=7)) == [8, 9, 10]
    assert numbers(ChangeQuery(before=5, limit=2)) == [4, 3]
    assert numbers(ChangeQuery(since_ms=2, until_ms=4)) == [4, 3]
    assert numbers(ChangeQuery(subject="R2", oldest_first=True)) == [3, 4, 7, 8]
    assert numbers(ChangeQuery(alarm=2, limit=1)) == [8]
    assert numbers(ChangeQuery(severities=(Severity.LOW,))) == []
    assert numbers(ChangeQuery(kinds=(AlarmKind.ROBOT_SILENT,), limit=1)) == [10]


def test_ten_thousand_alarms_at_once_can_be_paged_counted_and_acknowledged(
    bridge: Bridge,
) -> None:
    flood = [RaiseAlarm(AlarmKind.ROBOT_SILENT, f"R{n}", "no report") for n in range(9_999)]
    bridge.apply([*flood, RaiseAlarm(AlarmKind.HUMAN_ENTRY, "E1", "Anna enters")], 5)
    page = bridge.alarms.page(AlarmQuery(sort=AlarmSort.SEVERITY, limit=50))
    assert (page.alarms[0].subject, len(page.alarms)) == ("E1", 50)
    assert [(one.severity, one.count) for one in page.counts] == [
        (Severity.CRITICAL, 1),
        (Severity.HIGH, 9_999),
    ]
    alike = AlarmQuery(severities=(Severity.HIGH,))
    done = bridge.alarms.acknowledge_alike(alike, page.change, "ann", "power cut", 6)
    assert done == AlarmsAcknowledged(9_999)
    (left,) = bridge.alarms.alarms(AlarmQuery(states=(AlarmState.UNACKNOWLEDGED,)))
    assert left.subject == "E1"


def test_pages_hear_of_every_change(bridge: Bridge, say: Say, look: Look) -> None:
    heard: list[Topic] = []
    bridge.subscribe(heard.append)
    say("R1", 5)
    bridge.alarms.acknowledge(seen(look()), "ann", "", 6)
    bridge.alarms.shelve(1, shelf(look()), 7)
    bridge.alarms.unshelve(1, "ann", "", 8)
    bridge.alarms.shelve(1, shelf(look()), 9)
    bridge.alarms.end_shelves(10**12)
    assert heard == [Topic.ALARMS] * 6
