"""Interventions over HTTP: asked for by people, answered by the fleet, told as news and audited."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI
from websockets.sync.client import connect

from planner.warehouse.errors import IdempotencyConflict, InvalidIntervention, NotFound
from planner.warehouse.site import Site
from tests.wms_bridge.interventions.conftest import SQUARE, wanted
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.client import BridgeClient
from wms_bridge.interventions.errors import StalePage
from wms_bridge.service import Bridge

NOW_MS = 1_750_000_000_000
PASSWORD = "four plain words here"
MARKUP = '<img src=x onerror="alert(1)">'
Person = Callable[[str], httpx.Client]


@dataclass
class House:
    """A bridge with accounts, and its address."""

    bridge: Bridge
    url: str
    now_ms: int = NOW_MS


@pytest.fixture
def house(manned: Site, serve: Callable[[FastAPI], str]) -> House:
    """A supervisor (sue), two operators (olga, otto) and a picker (pia)."""
    store = AuditedStore(MemoryStore(), lambda: NOW_MS)
    access = Access(
        store, passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
    )
    roles = {"root": "admin", "sue": "supervisor", "olga": "operator", "otto": "operator"}
    for name, role in (roles | {"pia": "picker", "fleet": "integrator"}).items():
        access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, NOW_MS)
    made = House(Bridge(manned, store), "")
    made.url = serve(create_app(made.bridge, lambda: made.now_ms, access=access))
    return made


@pytest.fixture
def person(house: House) -> Iterator[Person]:
    """``person("olga")``: a client with their session."""
    clients: dict[str, httpx.Client] = {}

    def sign_in(name: str) -> httpx.Client:
        if name not in clients:
            clients[name] = httpx.Client(base_url=house.url)
            login = {"name": name, "password": PASSWORD}
            clients[name].post("/v1/login", json=login).raise_for_status()
        return clients[name]

    yield sign_in
    for client in clients.values():
        client.close()


def ask(client: httpx.Client, kind: str, key: str = "", **more: Any) -> httpx.Response:
    headers = {"Idempotency-Key": key} if key else {}
    body = {"kind": kind, "reason": "oil on the floor", **more}
    return client.post("/v1/interventions", json=body, headers=headers)


def answer(client: httpx.Client, key: str, outcome: str, text: str = "") -> None:
    told = {"type": "AnswerIntervention", "intervention": key, "outcome": outcome, "text": text}
    done = client.post("/v1/fleet/commands", json=[told])
    assert done.json()["results"] == [
        {"accepted": True, "code": "", "field": "", "problem": "", "remedy": ""}
    ]


def test_from_the_wish_to_its_end(person: Person) -> None:
    olga, fleet = person("olga"), person("fleet")
    asked = ask(olga, "stop", "k1", name="spill", area_m=SQUARE, seen=0)
    assert asked.status_code == 200, asked.text
    told = fleet.get("/v1/fleet/events").json()["events"][-1]["event"]
    assert told["type"] == "InterventionAsked"
    assert told["intervention"]["area_m"] == [list(corner) for corner in SQUARE]
    answer(fleet, "k1", "under_way", "R2 rolls")
    answer(fleet, "k1", "done", "all stand")
    one = olga.get("/v1/interventions/1").json()
    assert (one["by"], one["state"], one["text"], one["in_force"]) == (
        "olga",
        "done",
        "all stand",
        True,
    )
    ask(olga, "lift_stop", "k2", name="spill", seen=1)
    answer(fleet, "k2", "done")
    listed = olga.get("/v1/interventions", params={"in_force": "true"}).json()
    assert (listed["interventions"], listed["last"], listed["next"]) == ([], 2, None)
    assert olga.get("/v1/interventions/1").json()["undone_by"] == 2


def test_sent_twice_it_is_done_once(person: Person, house: House) -> None:
    olga = person("olga")
    first = ask(olga, "stop", "k1", name="s")
    again = ask(olga, "stop", "k1", name="s")
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert again.json() == first.json()
    assert len(house.bridge.feed(0)) == 1
    other = ask(olga, "stop", "k1", name="t")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency_conflict")


def test_the_second_of_two_operators_is_told(person: Person) -> None:
    olga, otto = person("olga"), person("otto")
    ask(olga, "stop", name="pause R1", robots=["R1"], seen=0)
    seen = otto.get("/v1/interventions").json()["last"]
    assert ask(olga, "lift_stop", name="pause R1", seen=seen).status_code == 200
    late = ask(otto, "lift_stop", name="pause R1", seen=seen)
    assert (late.status_code, late.json()["code"]) == (409, "stale_page")
    assert "olga asked for lift_stop" in late.json()["detail"]


def test_who_may_what(person: Person) -> None:
    for name, allowed in (("sue", True), ("olga", False), ("fleet", False)):
        for kind in ("take_out", "take_in", "clear_reservation"):
            status = ask(person(name), kind, robots=["R1"]).status_code
            assert (status == 200) is allowed, (name, kind)
    assert ask(person("pia"), "stop", name="s").status_code == 403
    assert person("pia").get("/v1/interventions").status_code == 403
    assert ask(person("olga"), "stop", name="s").status_code == 200
    assert ask(person("otto"), "lift_stop", name="s").status_code == 403
    assert ask(person("sue"), "lift_stop", name="s").status_code == 200


def test_nobody_acts_in_anothers_name(person: Person) -> None:
    assert ask(person("olga"), "stop", name="s", by="sue").json()["by"] == "olga"


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("invalid_request", {"kind": "explode"}),
        ("invalid_request", {"kind": "stop", "name": "s", "speed": 3}),
        ("invalid_request", {"kind": "stop", "name": "s", "seen": -1}),
        ("invalid_intervention", {"kind": "stop", "name": ""}),
        ("invalid_intervention", {"kind": "stop", "name": "s", "area_m": [[0, 0], [1, 1]]}),
        ("invalid_intervention", {"kind": "stop", "name": "s", "reason": ""}),
        ("not_found", {"kind": "reroute", "robots": ["R9"]}),
        ("stale_page", {"kind": "reroute", "robots": ["R1"], "seen": 10}),
    ],
)
def test_bad_input_is_refused_and_leaves_no_trace(
    person: Person, house: House, code: str, body: dict[str, Any]
) -> None:
    refused = ask(person("olga"), **body)
    assert refused.json()["code"] == code
    assert refused.json()["remedy"]
    assert house.bridge.feed(0) == ()


def test_markup_stays_what_it_is(person: Person) -> None:
    ask(person("olga"), "stop", name=MARKUP.replace("/", ""), reason=MARKUP)
    [one] = person("olga").get("/v1/interventions").json()["interventions"]
    assert one["reason"] == MARKUP


def test_every_wish_is_in_the_audit_log(person: Person) -> None:
    ask(person("olga"), "stop", name="spill", reason="oil near S1")
    entries = person("root").get("/v1/audit").json()["entries"]
    own = [one for one in entries if "/v1/interventions" in one["what"]]
    assert [(one["who"], one["why"]) for one in own] == [("account olga", "oil near S1")]
    assert "name=spill" in own[0]["what"]


def test_no_answer_is_told(person: Person, house: House) -> None:
    ask(person("olga"), "reroute", robots=["R1"])
    house.now_ms += 30_000
    assert person("olga").get("/v1/interventions/1").json()["no_answer"]


def test_news_of_them_are_pushed(person: Person, house: House) -> None:
    olga, fleet = person("olga"), person("fleet")
    cookies = "; ".join(f"{name}={value}" for name, value in olga.cookies.items())
    address = house.url.replace("http", "ws") + "/v1/events?interventions=0"
    with connect(address, additional_headers={"Cookie": cookies}) as socket:
        ask(olga, "reroute", "k1", robots=["R1"])
        first = json.loads(socket.recv(timeout=10))
        assert (first["stream"], first["number"]) == ("interventions", 1)
        assert first["intervention"]["state"] == "asked"
        answer(fleet, "k1", "refused", "R1 waits for nothing")
        second = json.loads(socket.recv(timeout=10))
        assert (second["number"], second["intervention"]["state"]) == (2, "refused")
        assert second["intervention"]["text"] == "R1 waits for nothing"


def test_the_client_speaks_of_them(manned: Site, serve: Callable[[FastAPI], str]) -> None:
    bridge = Bridge(manned, MemoryStore())
    client = BridgeClient(serve(create_app(bridge, lambda: NOW_MS)))
    made = client.interventions.ask(wanted("stop", "s", key="k1"), "oil", by="olga")
    assert made == bridge.interventions.one(1)
    assert client.interventions.one(1) == made
    assert client.interventions.listed(in_force=True) == (made,)
    assert client.interventions.listed(in_force=False) == ()
    with pytest.raises(NotFound):
        client.interventions.one(2)
    with pytest.raises(InvalidIntervention):
        client.interventions.ask(wanted("stop"), "oil")
    with pytest.raises(StalePage):
        client.interventions.ask(wanted("stop", "t"), "oil", seen=5)
    with pytest.raises(IdempotencyConflict):
        client.interventions.ask(wanted("stop", "t", key="k1"), "oil", by="olga")
    client.close()
