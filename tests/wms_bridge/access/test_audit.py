"""The audit log: one entry per change, in its transaction; whatever is altered, taken out or moved
is found and named."""

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.flows import Flow, RoutingPolicy
from planner.warehouse.orders import PickOrder
from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import NOW_MS, Guarded
from wms_bridge.access.acting import Act, acting
from wms_bridge.access.audit import (
    FIRST_DIGEST,
    AuditFault,
    FaultKind,
    head_of,
    next_entry,
    verify_audit,
    verify_part,
)
from wms_bridge.access.auditing import AuditedStore, verify_store_audit
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.roles import Role
from wms_bridge.adapters.sql.store import SqlStore, sqlite_url
from wms_bridge.ports.store import Store
from wms_bridge.records.access import AuditEntry, AuditHead, AuditQuery
from wms_bridge.service import Bridge

OrderMaker = Callable[..., PickOrder]
CELLS = ("number", "at_ms", "who", "what", "why", "origin", "digest")


def log_of(length: int) -> list[AuditEntry]:
    """A log as it is written."""
    head = None
    entries = []
    for number in range(length):
        act = Act(f"account {'abc'[number % 3]}", f"POST /v1/orders {number}", "so", "10.0.0.1")
        entries.append(next_entry(head, act, NOW_MS + number // 2))
        head = AuditHead(entries[-1].number, entries[-1].digest)
    return entries


def head(entries: list[AuditEntry]) -> AuditHead:
    return AuditHead(entries[-1].number, entries[-1].digest)


def test_a_log_as_written_is_sound() -> None:
    entries = log_of(50)
    report = verify_audit(entries, head(entries), head(entries[:20]))
    assert (report.sound, report.entries, report.head) == (True, 50, head(entries))
    assert verify_audit([], None).sound


@given(st.integers(2, 30), st.data())
def test_an_entry_altered_is_found_and_is_the_only_one_named(
    length: int, data: st.DataObject
) -> None:
    entries = log_of(length)
    place = data.draw(st.integers(0, length - 1))
    name = data.draw(st.sampled_from(["at_ms", "who", "what", "why", "origin", "digest"]))
    old = getattr(entries[place], name)
    value = old + 1 if isinstance(old, int) else old + "x"
    forged = [*entries]
    changed: dict[str, Any] = {name: value}
    forged[place] = replace(entries[place], **changed)
    report = verify_audit(forged, head(entries))
    expected = [AuditFault(FaultKind.ALTERED, place + 1)]
    if place == length - 1 and name == "digest":
        expected.append(AuditFault(FaultKind.HEAD, length))
    assert list(report.faults) == expected


@given(st.integers(3, 30), st.data())
def test_entries_taken_out_are_named(length: int, data: st.DataObject) -> None:
    entries = log_of(length)
    first = data.draw(st.integers(0, length - 2))
    last = data.draw(st.integers(first, length - 2))
    report = verify_audit(entries[:first] + entries[last + 1 :], head(entries))
    assert report.faults == (AuditFault(FaultKind.MISSING, first + 1, last + 1),)


@given(st.integers(4, 30), st.data())
def test_entries_that_changed_places_are_named(length: int, data: st.DataObject) -> None:
    entries = log_of(length)
    one, other = sorted(data.draw(st.sets(st.integers(0, length - 1), min_size=2, max_size=2)))
    forged = [*entries]
    forged[one] = replace(entries[other], number=one + 1)
    forged[other] = replace(entries[one], number=other + 1)
    report = verify_audit(forged, head(entries))
    moved = {fault.number: fault.was for fault in report.faults if fault.kind is FaultKind.MOVED}
    assert moved[one + 1] == other + 1
    assert moved[other + 1] == one + 1


def test_what_is_renumbered_over_a_gap_is_not_sound() -> None:
    entries = log_of(10)
    forged = entries[:4] + [replace(one, number=one.number - 1) for one in entries[5:]]
    report = verify_audit(forged, AuditHead(9, forged[-1].digest))
    assert report.faults[0] == AuditFault(FaultKind.ALTERED, 5)
    assert report.faults[1] == AuditFault(FaultKind.MOVED, 6, was=7)


def test_a_tail_cut_off_is_found_by_the_head_beside_it_or_kept_elsewhere() -> None:
    entries = log_of(10)
    cut = entries[:7]
    assert verify_audit(cut, head(entries)).faults == (AuditFault(FaultKind.MISSING, 8, 10),)
    # Whoever cuts the head as well leaves a log that is sound in itself ...
    assert verify_audit(cut, head(cut)).sound
    # ... and is found out by a head kept where they cannot write.
    kept = verify_audit(cut, head(cut), head(entries)).faults
    assert kept == (AuditFault(FaultKind.HEAD, 10),)


def test_a_log_written_anew_is_found_by_a_head_kept_elsewhere() -> None:
    entries = log_of(10)
    anew = []
    newest = None
    for one in entries:
        anew.append(next_entry(newest, Act("account d", one.what, one.why), one.at_ms))
        newest = head(anew)
    assert verify_audit(anew, newest).sound
    assert not verify_audit(anew, newest, head(entries)).sound


@pytest.mark.parametrize("text", ["", "7", "7:", "x:" + "0" * 64, "²:" + "0" * 64, "7:abc"])
def test_heads_that_are_none(text: str) -> None:
    with pytest.raises(InvalidAccess):
        head_of(text)


def test_every_change_has_one_entry_of_whoever_made_it(
    site: Site, store: Store, order: OrderMaker, stock_up: Callable[[Bridge], None]
) -> None:
    audited = AuditedStore(store, lambda: 77)
    bridge = Bridge(site, audited)
    stock_up(bridge)
    with acting(Act("account anna", "POST /v1/orders", "rush", "10.0.0.9")):
        bridge.receive_order(order("A", RED=3), 1)
    with acting(Act("key wms", "PUT /v1/orders/A", at_ms=5)):
        bridge.rulebook.set_policy(RoutingPolicy(1, Flow.FULL_CASE), 2)
    with pytest.raises(InvalidOrder), acting(Act("account eve", "POST /v1/orders")):
        bridge.receive_order(order("B", NONE=1), 3)
    with store.reading() as tx:
        newest, before, *_ = tx.audit(AuditQuery())
        assert len(tx.audit(AuditQuery())) == 4
        assert tx.audit(AuditQuery(who="account eve")) == ()
        assert [one.number for one in tx.audit(AuditQuery(what="put /V1"))] == [4]
        assert [one.number for one in tx.audit(AuditQuery(what="100%"))] == []
        assert [one.number for one in tx.audit(AuditQuery(since_ms=5, until_ms=77))] == [4]
        assert [one.number for one in tx.audit(AuditQuery(before=3, limit=1))] == [2]
    assert (newest.who, newest.at_ms) == ("key wms", 5)
    assert (before.who, before.what, before.why) == ("account anna", "POST /v1/orders", "rush")
    assert (before.origin, before.at_ms) == ("10.0.0.9", 77)
    assert verify_store_audit(store).sound


def test_texts_that_a_database_could_trip_over(store: Store) -> None:
    for nasty in ("\x00\x1b[2J", "\ud800", "x" * 100_000, "ä\u202e\n"):
        with acting(Act(nasty, nasty, nasty, nasty)), AuditedStore(store).writing():
            pass
    assert verify_store_audit(store).sound
    with store.reading() as tx:
        assert all(len(one.what) <= 1_000 for one in tx.audit(AuditQuery()))


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with a hundred entries."""
    path = tmp_path_factory.mktemp("audit") / "bridge.db"
    store = SqlStore(sqlite_url(path))
    audited = AuditedStore(store, lambda: NOW_MS)
    for number in range(100):
        with acting(Act(f"account {number % 7}", f"do {number}", "why", "::1")), audited.writing():
            pass
    store.close()
    return path


class Forger:
    """Somebody who writes to a copy of the database; what they wrote is undone after the check."""

    def __init__(self, written: Path, target: Path):
        with sqlite3.connect(written) as source, sqlite3.connect(target) as copy:
            source.backup(copy)
        copy.close()
        self._file = target
        self._store = SqlStore(sqlite_url(target))

    def faults(self, *statements: str) -> tuple[AuditFault, ...]:
        """What the check finds then."""
        with closing(sqlite3.connect(self._file)) as copy:
            kept = [copy.execute(f"SELECT * FROM {name}").fetchall() for name in TABLES]
            for statement in statements:
                copy.execute(statement)
            copy.commit()
            found = verify_store_audit(self._store).faults
            for name, rows in zip(TABLES, kept, strict=True):
                copy.execute(f"DELETE FROM {name}")
                copy.executemany(f"INSERT INTO {name} VALUES ({MARKS[name]})", rows)
            copy.commit()
        assert verify_store_audit(self._store).sound
        return found

    def close(self) -> None:
        self._store.close()


TABLES = ("audit", "audit_head")
MARKS = {"audit": "?, ?, ?, ?, ?, ?, ?", "audit_head": "?, ?, ?"}


@pytest.fixture
def forger(written: Path, tmp_path: Path) -> Iterator[Forger]:
    made = Forger(written, tmp_path / "copy.db")
    yield made
    made.close()


def test_a_hundred_of_a_hundred_cells_altered_in_the_database_are_found(forger: Forger) -> None:
    rolls = random.Random(7)
    found = 0
    for number in range(1, 101):
        cell = CELLS[number % len(CELLS)]
        value = {
            "number": str(rolls.randint(1_000, 9_999)),
            "at_ms": f"at_ms + {rolls.choice((-1, 1, 60_000))}",
        }.get(cell, rolls.choice((f"{cell} || 'x'", "''", f"lower({cell}) || ' '", "x'00ff'", "7")))
        statement = f'UPDATE audit SET "{cell}" = {value} WHERE number = {number}'
        faults = forger.faults(statement)
        found += any(fault.number == number for fault in faults)
    assert found == 100


@pytest.mark.parametrize(
    ("statement", "kind", "number"),
    [
        ("DELETE FROM audit WHERE number = 50", FaultKind.MISSING, 50),
        ("DELETE FROM audit WHERE number = 1", FaultKind.MISSING, 1),
        ("DELETE FROM audit WHERE number > 90", FaultKind.MISSING, 91),
        ("DELETE FROM audit", FaultKind.MISSING, 1),
        ("DELETE FROM audit_head", FaultKind.HEAD, 0),
        ("UPDATE audit_head SET digest = 'x'", FaultKind.HEAD, 100),
        ("UPDATE audit_head SET number = 99", FaultKind.HEAD, 99),
        (
            "INSERT INTO audit SELECT 101, at_ms, who, what, why, origin, digest FROM audit "
            "WHERE number = 100",
            FaultKind.ALTERED,
            101,
        ),
    ],
)
def test_rows_taken_out_or_put_in_are_named(
    forger: Forger, statement: str, kind: FaultKind, number: int
) -> None:
    faults = forger.faults(statement)
    assert (kind, number) in [(fault.kind, fault.number) for fault in faults]


def test_rows_that_changed_places_are_named(forger: Forger) -> None:
    faults = forger.faults(
        "UPDATE audit SET number = -1 WHERE number = 20",
        "UPDATE audit SET number = 20 WHERE number = 70",
        "UPDATE audit SET number = 70 WHERE number = -1",
    )
    moved = {fault.number: fault.was for fault in faults if fault.kind is FaultKind.MOVED}
    assert moved == {20: 70, 70: 20}


def test_over_http_who_what_why_and_where_are_told(guarded: Guarded, site: Site) -> None:
    wms = guarded.keys[Role.INTEGRATOR, site.name]
    sku = {"skus": [{"sku": "NEW"}]}
    reason = {"Podherd-Reason": "new%20season%20%C3%A4"}
    assert guarded.ask("PUT", "/v1/skus", wms, json=sku, headers=reason).is_success
    alarm = {"type": "RaiseAlarm", "kind": "robot_silent", "subject": "R1", "text": "silent"}
    assert guarded.ask("POST", "/v1/fleet/commands", wms, json=[alarm, alarm]).is_success
    admin = guarded.keys[Role.ADMIN, site.name]
    assert guarded.ask("POST", "/v1/stations/S1/close", admin, json={}).is_success
    supervisor = guarded.keys[Role.SUPERVISOR, site.name]
    entries = guarded.ask("GET", "/v1/audit?limit=3", supervisor).json()["entries"]
    closed, commands, put = entries
    assert (put["who"], put["what"]) == (f"key integrator of {site.name}", "PUT /v1/skus")
    assert (put["why"], put["at_ms"], put["origin"]) == ("new season ä", NOW_MS, "203.0.113.7")
    assert commands["what"] == "POST /v1/fleet/commands RaiseAlarmx2"
    assert closed["what"] == "POST /v1/stations/{station}/close station=S1"
    report = guarded.ask("GET", "/v1/audit/verify", supervisor).json()
    assert (report["sound"], report["head"]["digest"]) == (True, closed["digest"])
    lines = guarded.ask("GET", "/v1/audit/export", supervisor).text.splitlines()
    assert len(lines) == report["entries"]
    cut = f"/v1/audit/verify?kept={report['entries'] + 1}:{'0' * 64}"
    assert guarded.ask("GET", cut, supervisor).json()["sound"] is False


@given(st.integers(0, 30), st.integers(1, 12), st.data())
def test_parts_of_a_check_find_what_the_whole_finds(
    length: int, most: int, data: st.DataObject
) -> None:
    entries = log_of(length)
    newest = head(entries) if entries else None
    if entries:
        place = data.draw(st.integers(0, length - 1))
        entries[place] = replace(entries[place], why="forged")
    faults: list[AuditFault] = []
    after, complete, checked = AuditHead(0, FIRST_DIGEST), False, 0
    while not complete:
        rest = [one for one in entries if one.number > after.number]
        report, complete = verify_part(rest, newest, after, most)
        assert report.entries <= most
        faults, checked, after = [*faults, *report.faults], checked + report.entries, report.head
    whole = verify_audit(entries, newest)
    assert (tuple(faults), checked, after) == (whole.faults, whole.entries, whole.head)
