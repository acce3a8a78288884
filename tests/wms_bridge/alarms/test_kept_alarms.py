"""Alarms from before they could be acknowledged are kept, and a downgrade keeps their words."""

from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest
from sqlalchemy import Connection, text

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.site import Site
from wms_bridge.adapters.sql.engines import connect_writer, open_engine
from wms_bridge.adapters.sql.store import SqlStore, downgrade, migrate
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.alarms.catalogue import entry_of
from wms_bridge.alarms.shelving import ShelfWanted
from wms_bridge.records.alarms import AlarmEvent, AlarmQuery, AlarmState, ChangeQuery
from wms_bridge.service import Bridge

OLD, NEW = "0013", "0014"
ROWS = [
    ("robot_silent", "R1", "no report", True, 30),
    ("line_short", "A#1", "2 of 3 RED", True, 10),
    ("human_entry", "gate/north", "Anna is out", False, 20),
    ("no_room", "dock", "no room", True, 20),
]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    engine = open_engine(url)
    with closing(connect_writer(engine)) as connection:
        with connection.begin():
            yield connection
        connection.invalidate()
    engine.dispose()


def old_rows(connection: Connection) -> list[tuple[object, ...]]:
    found = connection.execute(
        text("SELECT kind, subject, text, active, changed_ms FROM alarm ORDER BY changed_ms, kind")
    )
    return [(*row[:3], bool(row[3]), row[4]) for row in found]


@pytest.fixture
def old(database: str) -> str:
    """A database of the revision before, with alarms in it."""
    with connected(database) as connection:
        downgrade(connection, OLD)
        insert = (
            "INSERT INTO alarm (kind, subject, text, active, changed_ms)"
            " VALUES (:kind, :subject, :text, :active, :changed_ms)"
        )
        names = ("kind", "subject", "text", "active", "changed_ms")
        connection.execute(text(insert), [dict(zip(names, row, strict=True)) for row in ROWS])
    return database


def test_active_alarms_want_an_acknowledgement_and_the_others_are_normal(
    old: str, site: Site
) -> None:
    with closing(SqlStore(old)) as store:
        bridge = Bridge(site, store)
        kept = {record.number: record for record in bridge.alarms.alarms(AlarmQuery())}
        assert [kept[n].subject for n in range(1, 5)] == ["A#1", "gate/north", "dock", "R1"]
        for record in kept.values():
            entry, active = entry_of(record.kind), record.subject != "gate/north"
            wanted = AlarmState.UNACKNOWLEDGED if active else AlarmState.NORMAL
            assert (record.state, record.severity) == (wanted, entry.severity)
            assert (record.raised_ms, record.occurrences) == (record.changed_ms, 1)
        changes = bridge.alarms.changes(ChangeQuery(oldest_first=True))
        assert [(one.number, one.alarm, one.event, one.at_ms) for one in changes] == [
            (1, 1, AlarmEvent.RAISED, 10),
            (2, 2, AlarmEvent.CLEARED, 20),
            (3, 3, AlarmEvent.RAISED, 20),
            (4, 4, AlarmEvent.RAISED, 30),
        ]


def test_a_bridge_goes_on_with_what_was_kept(old: str, site: Site) -> None:
    with closing(SqlStore(old)) as store:
        bridge = Bridge(site, store)
        bridge.alarms.acknowledge(AlarmSeen(4, 4), "ann", "", 40)
        bridge.apply([RaiseAlarm(AlarmKind.HUMAN_ENTRY, "gate/north", "Bob is in")], 41)
        bridge.apply([RaiseAlarm(AlarmKind.NO_ROOM, "north dock", "no room")], 42)
        states = {one.subject: one.state for one in bridge.alarms.alarms(AlarmQuery())}
        assert states["R1"] is AlarmState.ACKNOWLEDGED
        assert states["gate/north"] is AlarmState.UNACKNOWLEDGED
        assert bridge.alarms.alarms(AlarmQuery(subject="north dock"))[0].number == 5
        assert [one.number for one in bridge.alarms.changes(ChangeQuery())] == [7, 6, 5, 4, 3, 2, 1]


def test_the_words_of_the_fleet_are_kept_on_the_way_down_and_up(old: str, site: Site) -> None:
    with closing(SqlStore(old)) as store:
        bridge = Bridge(site, store)
        bridge.alarms.acknowledge(AlarmSeen(4, 4), "ann", "", 40)
        bridge.alarms.shelve(3, ShelfWanted(4, 600, "ann", "known"), 41)
    with connected(old) as connection:
        downgrade(connection, OLD)
        assert old_rows(connection) == sorted(ROWS, key=lambda row: (row[4], row[0]))
        migrate(connection, NEW)
        assert old_rows(connection) == sorted(ROWS, key=lambda row: (row[4], row[0]))
        numbers = connection.execute(text("SELECT count(*), max(number) FROM alarm_change")).one()
    assert tuple(numbers) == (4, 4)


def test_an_empty_table_goes_up_and_down(database: str) -> None:
    with connected(database) as connection:
        downgrade(connection, OLD)
        migrate(connection, NEW)
        assert connection.execute(text("SELECT count(*) FROM alarm_change")).scalar() == 0
