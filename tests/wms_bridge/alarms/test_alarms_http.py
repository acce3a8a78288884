"""Alarms over HTTP: lists, who may do what in whose name, stale pages, news."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import quote

import httpx
import pytest
from fastapi import FastAPI
from websockets.sync.client import connect

from planner.codec.messages import decode
from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.errors import TooLate
from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import NOW_MS, PASSWORD, Guarded, guarded
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.roles import Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.records.access import AuditQuery
from wms_bridge.records.alarms import AlarmEvent, AlarmQuery, AlarmSort, AlarmState, Severity
from wms_bridge.service import Bridge

__all__ = ["guarded"]
SILENT, ENTRY = AlarmKind.ROBOT_SILENT, AlarmKind.HUMAN_ENTRY
HOUR_S = 3600


def raise_about(bridge: Bridge, *subjects: str, kind: AlarmKind = SILENT) -> None:
    bridge.apply([RaiseAlarm(kind, subject, "no report") for subject in subjects], NOW_MS)


@pytest.fixture
def ask(guarded: Guarded, site: Site) -> Callable[..., httpx.Response]:
    """``ask(Role.OPERATOR, "POST", "/v1/alarms/1/acknowledge", json={...})``."""

    def send(role: Role, method: str, path: str, **more: Any) -> httpx.Response:
        return guarded.ask(method, path, guarded.keys[role, site.name], **more)

    return send


def signed_in(guarded: Guarded, name: str, role: Role) -> str:
    """The session of somebody new."""
    wanted = AccountWanted(name, [role.value], ["*"])
    guarded.access.put_account(wanted, PASSWORD, None, NOW_MS)
    return guarded.access.login(name, PASSWORD, "203.0.113.7", NOW_MS).token


def test_the_list_tells_what_a_page_needs(url: str, stocked: Bridge) -> None:
    raise_about(stocked, "P001/A/1/1", "R2")
    raise_about(stocked, "gate", kind=ENTRY)
    first = httpx.get(f"{url}/v1/alarms", params={"sort": "severity", "limit": 2}).json()
    assert [alarm["subject"] for alarm in first["alarms"]] == ["gate", "R2"]
    assert (first["alarms"][0]["severity"], first["alarms"][0]["state"]) == (
        "critical",
        "unacknowledged",
    )
    assert first["change"] == 3
    assert sum(count["count"] for count in first["counts"]) == 3
    asked = {"sort": "severity", "limit": 2, "after": first["next"]}
    second = httpx.get(f"{url}/v1/alarms", params=asked).json()
    assert [alarm["subject"] for alarm in second["alarms"]] == ["P001/A/1/1"]
    assert second["next"] is None


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("state=unacknowledged&state=returned", {"R1", "gate"}),
        ("state=normal", set()),
        ("severity=critical", {"gate"}),
        ("severity=critical&severity=high", {"R1", "gate"}),
        ("kind=robot_silent&kind=no_room", {"R1"}),
        ("subject=gate", {"gate"}),
        ("shelved=true", set()),
        ("shelved=false&kind=human_entry", {"gate"}),
    ],
)
def test_the_list_is_narrowed(url: str, stocked: Bridge, asked: str, found: set[str]) -> None:
    raise_about(stocked, "R1")
    raise_about(stocked, "gate", kind=ENTRY)
    listed = httpx.get(f"{url}/v1/alarms?{asked}").json()["alarms"]
    assert {alarm["subject"] for alarm in listed} == found


@pytest.mark.parametrize(
    "asked",
    [
        "state=gone",
        "severity=worst",
        "kind=bored",
        "shelved=perhaps",
        "sort=oldest",
        "limit=0",
        "limit=1001",
        "after=7",
        "after=high.1",
        "after=worst.1.1",
        "after=high.-1.1",
        "after=high.1.9999999999999999",
        f"after=high.1.{'9' * 90}",
    ],
)
def test_a_question_that_makes_no_sense_is_refused(url: str, asked: str) -> None:
    answer = httpx.get(f"{url}/v1/alarms?{asked}")
    assert answer.status_code == 422
    assert answer.json()["code"] in ("invalid_request", "invalid_alarm")
    assert answer.json()["remedy"]


def test_an_account_acts_in_its_own_name_and_a_program_in_that_it_tells(
    guarded: Guarded, ask: Callable[..., httpx.Response]
) -> None:
    raise_about(guarded.bridge, "R1", "R2", "R3")
    session = signed_in(guarded, "anna", Role.OPERATOR)
    body = {"change": 3, "by": "bob"}
    by_anna = guarded.ask("POST", "/v1/alarms/1/acknowledge", session, json=body)
    assert by_anna.json()["acknowledged_by"] == "anna"
    told = ask(Role.INTEGRATOR, "POST", "/v1/alarms/2/acknowledge", json=body)
    assert told.json()["acknowledged_by"] == "bob"
    untold = ask(Role.OPERATOR, "POST", "/v1/alarms/3/acknowledge", json={"change": 3})
    assert untold.json()["acknowledged_by"].startswith("key operator of")


def test_reasons_are_in_the_audit_log(guarded: Guarded, ask: Callable[..., httpx.Response]) -> None:
    raise_about(guarded.bridge, "R1")
    body = {"change": 1, "duration_s": HOUR_S, "reason": "its radio is being mended"}
    assert ask(Role.OPERATOR, "POST", "/v1/alarms/1/shelve", json=body).is_success
    with guarded.store.reading() as tx:
        (entry, *_) = tx.audit(AuditQuery(limit=1))
    assert entry.why == "its radio is being mended"
    assert entry.what == "POST /v1/alarms/{number}/shelve number=1"


def test_critical_alarms_are_shelved_by_supervisors_only(
    guarded: Guarded, ask: Callable[..., httpx.Response]
) -> None:
    raise_about(guarded.bridge, "gate", kind=ENTRY)
    body = {"change": 1, "duration_s": HOUR_S, "reason": "drill"}
    refused = ask(Role.OPERATOR, "POST", "/v1/alarms/1/shelve", json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
    assert "decide" in refused.json()["detail"]
    assert ask(Role.SUPERVISOR, "POST", "/v1/alarms/1/shelve", json=body).is_success
    assert ask(Role.OPERATOR, "POST", "/v1/alarms/1/unshelve", json={}).is_success


def test_a_stale_page_is_told(url: str, stocked: Bridge) -> None:
    raise_about(stocked, "R1")
    stocked.apply([RaiseAlarm(SILENT, "R1", "", active=False)], NOW_MS + 1)
    raise_about(stocked, "R1")
    late = httpx.post(f"{url}/v1/alarms/1/acknowledge", json={"change": 1, "by": "ann"})
    assert (late.status_code, late.json()["code"]) == (409, "too_late")
    assert late.json()["detail"].startswith("the robot_silent alarm about 'R1' came again")
    listed = {"alarms": [{"number": 1, "change": 1}], "by": "ann"}
    late = httpx.post(f"{url}/v1/alarms/acknowledge", json=listed)
    assert (late.status_code, late.json()["field"]) == (409, "alarms[0].change")
    done = httpx.post(f"{url}/v1/alarms/1/acknowledge", json={"change": 3, "by": "ann"})
    assert (done.status_code, done.headers.get("Idempotency-Replayed")) == (200, None)
    again = httpx.post(f"{url}/v1/alarms/1/acknowledge", json={"change": 3, "by": "ann"})
    assert (again.json(), again.headers["Idempotency-Replayed"]) == (done.json(), "true")


def test_many_are_acknowledged_by_what_they_have_in_common(url: str, stocked: Bridge) -> None:
    raise_about(stocked, "R1", "R2")
    raise_about(stocked, "gate", kind=ENTRY)
    body = {"alike": {"severity": ["high"], "kind": ["robot_silent"]}, "change": 1, "by": "ann"}
    done = httpx.post(f"{url}/v1/alarms/acknowledge", json=body)
    assert done.json() == {"acknowledged": 1, "repeated": 0, "left": 1}
    done = httpx.post(f"{url}/v1/alarms/acknowledge", json={**body, "change": 4})
    assert done.json() == {"acknowledged": 1, "repeated": 0, "left": 0}


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"alarms": []},
        {"alike": {}},
        {"change": 1},
        {"alarms": [{"number": 1, "change": 1}], "change": 1},
        {"alarms": [{"number": 1, "change": 1}], "alike": {}, "change": 1},
        {"alarms": [{"number": 0, "change": 1}]},
        {"alarms": [{"number": 1}]},
        {"alike": {"state": ["normal"]}, "change": 1},
        {"alike": {"colour": ["red"]}, "change": 1},
        {"alarms": [{"number": 1, "change": 1}] * 1001},
    ],
)
def test_it_must_be_clear_which_are_meant(url: str, stocked: Bridge, body: dict[str, Any]) -> None:
    raise_about(stocked, "R1")
    answer = httpx.post(f"{url}/v1/alarms/acknowledge", json={**body, "by": "ann"})
    assert answer.status_code == 422
    assert stocked.alarms.alarms(AlarmQuery())[0].state is AlarmState.UNACKNOWLEDGED


@pytest.mark.parametrize(
    "body",
    [
        {"change": 1, "duration_s": 60},
        {"change": 1, "reason": "x"},
        {"duration_s": 60, "reason": "x"},
        {"change": 1, "duration_s": 59, "reason": "x"},
        {"change": 1, "duration_s": 10**30, "reason": "x"},
        {"change": 1, "duration_s": 60.5, "reason": "x"},
        {"change": 1, "duration_s": 60, "reason": ""},
        {"change": -1, "duration_s": 60, "reason": "x"},
    ],
)
def test_a_shelf_needs_an_end_and_a_reason(url: str, stocked: Bridge, body: dict[str, Any]) -> None:
    raise_about(stocked, "R1")
    answer = httpx.post(f"{url}/v1/alarms/1/shelve", json=body)
    assert answer.status_code == 422
    assert answer.json()["field"]
    assert not stocked.alarms.alarms(AlarmQuery())[0].shelved


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/v1/alarms/1/history", 404),
        ("POST", "/v1/alarms/1/acknowledge", 404),
        ("POST", "/v1/alarms/1/shelve", 404),
        ("POST", "/v1/alarms/1/unshelve", 404),
        ("GET", "/v1/alarms/x/history", 422),
        ("GET", "/v1/alarms/0/history", 422),
        ("GET", "/v1/alarms/1", 404),
        ("GET", "/v1/alarms/acknowledge", 405),
        ("POST", "/v1/alarms/history", 405),
    ],
)
def test_addresses_of_no_alarm(url: str, method: str, path: str, status: int) -> None:
    bodies: dict[str, dict[str, object]] = {
        "acknowledge": {"change": 0},
        "shelve": {"change": 0, "duration_s": 60, "reason": "x"},
        "unshelve": {},
    }
    sent = bodies.get(path.rpartition("/")[2]) if method == "POST" else None
    answer = httpx.request(method, url + path, json=sent)
    assert answer.status_code == status, answer.text


def test_subjects_of_any_text_come_through(url: str, stocked: Bridge) -> None:
    for subject in ("P001/A/1/1", "../../etc", "ж 货架 <b>&", "a?b#c%2Fd"):
        raise_about(stocked, subject)
        answer = httpx.get(f"{url}/v1/alarms?subject={quote(subject, safe='')}").json()
        (alarm,) = answer["alarms"]
        assert alarm["subject"] == subject
        history = httpx.get(f"{url}/v1/alarms/{alarm['number']}/history").json()
        assert history["alarm"] == alarm
        assert [change["subject"] for change in history["changes"]] == [subject]


def test_the_catalogue_has_every_kind_and_its_keys(url: str) -> None:
    answer = httpx.get(f"{url}/v1/alarms/kinds").json()
    assert {kind["kind"] for kind in answer["kinds"]} == {kind.value for kind in AlarmKind}
    assert answer["kinds"][0]["severity"] == "critical"
    assert all(kind["key"] == f"alarm.{kind['kind']}" for kind in answer["kinds"])
    assert answer["shortest_shelf_s"] == 60


def test_who_waits_for_the_history_hears_of_a_change(
    url: str, client: BridgeClient, stocked: Bridge
) -> None:
    """Within a minute: far longer than the test may take."""
    raise_about(stocked, "R1")
    with ThreadPoolExecutor() as pool:
        waiting = pool.submit(client.alarms.changes, 1, 60)
        httpx.post(f"{url}/v1/alarms/1/acknowledge", json={"change": 1, "by": "ann"})
        (change,) = waiting.result(timeout=50)
    assert (change.number, change.event, change.by) == (2, AlarmEvent.ACKNOWLEDGED, "ann")


def test_changes_are_pushed_in_order(url: str, stocked: Bridge) -> None:
    raise_about(stocked, "R1", "R2")
    with connect(f"{url.replace('http', 'ws', 1)}/v1/events?alarms=1") as socket:
        first = decode(socket.recv(timeout=30))
        httpx.post(f"{url}/v1/alarms/1/acknowledge", json={"change": 1, "by": "ann"})
        second = decode(socket.recv(timeout=30))
    assert [(one["stream"], one["number"]) for one in (first, second)] == [
        ("alarms", 2),
        ("alarms", 3),
    ]
    assert (first["change"]["subject"], second["change"]["event"]) == ("R2", "acknowledged")


def test_who_asks_for_it_hears_a_beat_beside_the_changes(url: str, stocked: Bridge) -> None:
    address = f"{url.replace('http', 'ws', 1)}/v1/events?alarms=0&beat=true"
    with connect(address) as socket:
        first = decode(socket.recv(timeout=30))
        raise_about(stocked, "R1")
        heard = [first, *(decode(socket.recv(timeout=30)) for _ in range(3))]
    beats = [one for one in heard if one["stream"] == "beat"]
    changes = [one for one in heard if one["stream"] == "alarms"]
    assert first["stream"] == "beat"
    assert len(beats) >= 2
    assert all(isinstance(one["at_ms"], int) for one in beats)
    assert [one["change"]["subject"] for one in changes] == ["R1"]


def test_a_part_of_the_subject_narrows_lists_and_acknowledging(url: str, stocked: Bridge) -> None:
    raise_about(stocked, "R1", "R12", "X3")
    listed = httpx.get(f"{url}/v1/alarms", params={"search": "r1", "limit": 1}).json()
    assert (listed["total"], listed["wanting"], len(listed["alarms"])) == (2, 2, 1)
    body = {"alike": {"search": "r1"}, "change": listed["change"], "by": "ann"}
    done = httpx.post(f"{url}/v1/alarms/acknowledge", json=body).json()
    assert done == {"acknowledged": 2, "repeated": 0, "left": 0}


def test_the_client_lists_all_pages_and_handles(client: BridgeClient, stocked: Bridge) -> None:
    raise_about(stocked, *(f"R{number}" for number in range(2_100)))
    raise_about(stocked, "gate", kind=ENTRY)
    query = AlarmQuery(sort=AlarmSort.SEVERITY, states=(AlarmState.UNACKNOWLEDGED,), shelved=False)
    listed = client.alarms.listed(query)
    assert len({alarm.number for alarm in listed}) == 2_101
    assert listed[0].subject == "gate"
    assert (
        len(client.alarms.listed(AlarmQuery(severities=(Severity.CRITICAL,), kinds=(ENTRY,)))) == 1
    )
    seen = AlarmSeen(listed[1].number, listed[1].change)
    assert client.alarms.acknowledge([seen], "ann") == 1
    assert client.alarms.acknowledge([seen], "ann") == 0
    shelved = client.alarms.shelve(seen, 60, "ann", "mended soon")
    assert shelved.shelved_by == "ann"
    with pytest.raises(TooLate):
        client.alarms.shelve(seen, 60, "bob", "noise")
    assert not client.alarms.unshelve(seen.number, "ann").shelved
    details = client.alarms.details(seen.number)
    assert [change.event for change in details.changes] == [
        AlarmEvent.UNSHELVED,
        AlarmEvent.SHELVED,
        AlarmEvent.ACKNOWLEDGED,
        AlarmEvent.RAISED,
    ]


def test_the_app_ends_shelves_by_itself(
    site: Site, serve: Callable[[FastAPI], str], until: Callable[[Callable[[], bool]], None]
) -> None:
    bridge, now = Bridge(site, MemoryStore()), [NOW_MS]
    url = serve(create_app(bridge, lambda: now[0]))
    raise_about(bridge, "R1")
    body = {"change": 1, "duration_s": 60, "reason": "mended soon", "by": "ann"}
    assert httpx.post(f"{url}/v1/alarms/1/shelve", json=body).is_success
    now[0] += 60_000
    until(lambda: not bridge.alarms.alarms(AlarmQuery())[0].shelved)
    last = bridge.alarms.details(1).changes[0]
    assert (last.event, last.by, last.at_ms) == (AlarmEvent.SHELF_OVER, "podherd", now[0])
