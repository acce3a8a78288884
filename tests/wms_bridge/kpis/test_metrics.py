"""GET /metrics: what Prometheus reads, who may, and that dashboard and alerts ask for what there
is."""

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from fastapi import FastAPI
from prometheus_client.openmetrics.parser import (
    text_string_to_metric_families as openmetrics_families,
)
from prometheus_client.parser import text_string_to_metric_families

from planner.warehouse.commands import AlarmKind, RaiseAlarm, ShowPicks
from planner.warehouse.ids import PickId, RobotId
from planner.warehouse.orders import PickOrder
from planner.warehouse.view import RobotActivity, RobotView, Wait, WaitsFor
from tests.wms_bridge.access.conftest import Guarded, guarded  # noqa: F401
from tests.wms_bridge.kpis.floors import S1, S2, Fleet, picking, starved
from wms_bridge.access.roles import ALLOWED, Permission, Role
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.api.app import create_app
from wms_bridge.kpis.booking import SETTLES_MS
from wms_bridge.outbox import Delivery
from wms_bridge.service import Bridge

MONITORING = Path(__file__).parents[3] / "docs" / "monitoring"
REFERENCE = Path(__file__).parents[3] / "docs" / "reference" / "metrics.md"
DASHBOARD = json.loads((MONITORING / "grafana-dashboard.json").read_text(encoding="utf-8"))
ALERTS = yaml.safe_load((MONITORING / "alerts.yml").read_text(encoding="utf-8"))
BEGIN = 1_750_000_020_000
METRIC = re.compile(r"\b(?:podherd|process)_[a-z0-9_]+")
UNITS = {"seconds", "metres", "ratio", "bytes", "info"}
Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


class Watched:
    """A bridge whose clock is ``now_ms``, a WMS that takes everything, and a floor."""

    def __init__(self, bridge: Bridge):
        self.now_ms = BEGIN
        self.bridge = bridge
        wms = httpx.MockTransport(lambda _: httpx.Response(204))
        sender = WebhookSender("https://wms.example/", wms)
        self.delivery = Delivery(bridge.store.inner, sender, lambda: self.now_ms)
        self.app: FastAPI = create_app(bridge, lambda: self.now_ms, delivery=self.delivery)

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def within() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
                return await http.request(method, path, **more)

        return asyncio.run(within())

    def sees(self, fleet: Fleet, at_ms: int, *robots: RobotView) -> None:
        """A view comes in."""
        self.now_ms = at_ms
        view = replace(fleet.view(at_ms, picking(S1), starved(S2)), robots=robots)
        self.app.state.context.latest.show(view, at_ms)
        self.bridge.kpis.take(view, at_ms)

    def samples(self) -> Samples:
        """What a scrape gives, by name and labels."""
        answer = self.ask("GET", "/metrics")
        assert answer.status_code == 200
        return {
            (sample.name, tuple(sorted(sample.labels.items()))): sample.value
            for family in text_string_to_metric_families(answer.text)
            for sample in family.samples
        }


@pytest.fixture
def watched(stocked: Bridge) -> Watched:
    return Watched(stocked)


def robot(name: str, activity: RobotActivity, battery: float, wait: Wait | None) -> RobotView:
    return RobotView(RobotId(name), 0, 0, 0, None, battery, activity, None, (), (), wait)


@pytest.fixture
def busy(
    watched: Watched, order: Callable[..., PickOrder], show: Callable[..., ShowPicks]
) -> Watched:
    """A bridge where everything has happened once."""
    bridge, fleet = watched.bridge, Fleet(BEGIN)
    bridge.kpis.look(BEGIN)
    bridge.receive_order(order("A", RED=1), BEGIN)
    bridge.apply([show("p1", "A#1", "RED", 1)], BEGIN + 1_000)
    bridge.apply([RaiseAlarm(AlarmKind.DEADLOCK, "R1", "stuck", active=True)], BEGIN)
    bridge.confirm_pick(PickId("p1"), 1, BEGIN + 90_000)
    watched.now_ms = BEGIN + 95_000
    asyncio.run(watched.delivery.deliver_due())
    watched.sees(fleet, BEGIN)
    waits = Wait(WaitsFor.PERSON, "S1", BEGIN)
    robots = (
        robot("R1", RobotActivity.PICK, 0.8, waits),
        robot("R2", RobotActivity.IDLE, 0.25, None),
    )
    watched.sees(fleet.works(40, 8, 500.0), BEGIN + 100_000, *robots)
    bridge.kpis.look(BEGIN + 90_000 + SETTLES_MS)
    return watched


def test_what_happened_is_told(busy: Watched) -> None:
    told = busy.samples()
    assert told["podherd_orders_completed_total", ()] == 1
    assert told["podherd_floor_lines_picked_total", ()] == 40
    assert told["podherd_floor_driven_metres_total", ()] == pytest.approx(500)
    assert told["podherd_floor_watched_seconds_total", ()] == 100
    assert told["podherd_floor_robot_busy_seconds_total", ()] == pytest.approx(50)
    assert told["podherd_station_lines_picked_total", (("station", "S1"),)] == 40
    assert told["podherd_station_starved_seconds_total", (("station", "S2"),)] == 30
    assert told["podherd_robots", (("activity", "pick"),)] == 1
    assert told["podherd_robots", (("activity", "charge"),)] == 0
    assert told["podherd_robots_waiting", (("on", "person"),)] == 1
    assert told["podherd_robot_battery_lowest_ratio", ()] == 0.25
    assert told["podherd_outbox_messages", (("state", "pending"),)] == 0
    assert told["podherd_order_age_seconds_count", ()] == 1
    assert told["podherd_order_age_seconds_sum", ()] == 90
    assert told["podherd_order_age_seconds_bucket", (("le", "60.0"),)] == 0
    assert told["podherd_order_age_seconds_bucket", (("le", "120.0"),)] == 1
    alarms = [value for (name, _), value in told.items() if name == "podherd_alarms"]
    assert sum(alarms) == 1


def test_counters_do_not_fall_when_the_fleet_begins_anew(busy: Watched) -> None:
    before = busy.samples()
    busy.sees(Fleet(BEGIN + 200_000).works(1), BEGIN + 201_000)
    after = busy.samples()
    assert after["podherd_floor_lines_picked_total", ()] == 41
    assert all(
        after[name] >= value
        for name, value in before.items()
        if name[0].endswith(("_total", "_count", "_bucket", "_sum"))
    )


def test_counters_of_a_bridge_that_starts_again_begin_at_nothing(busy: Watched) -> None:
    again = Watched(Bridge(busy.bridge.site, busy.bridge.store.inner))
    assert again.samples()["podherd_floor_lines_picked_total", ()] == 0
    # What is counted in the books themselves goes on.
    assert again.samples()["podherd_orders_completed_total", ()] == 1


def test_before_the_first_view_nothing_is_said_of_the_floor(watched: Watched) -> None:
    names = {name for name, _ in watched.samples()}
    assert "podherd_orders_received_total" in names
    assert not names & {"podherd_view_age_seconds", "podherd_robots"}


def test_names_keep_to_the_rules_of_prometheus(busy: Watched) -> None:
    text = busy.ask("GET", "/metrics").text
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    for family in families:
        assert family.documentation, family.name
        if not family.name.startswith("podherd_"):
            continue
        assert re.fullmatch(r"[a-z][a-z0-9_]*", family.name)
        assert not re.search(r"_(ms|millis|minutes|hours|percent|km)(_|$)", family.name)
        if family.type == "counter":
            assert f"{family.name}_total" in {sample.name for sample in family.samples}
        for sample in family.samples:
            assert set(sample.labels) <= {
                *("station", "state", "severity", "shelved", "activity", "on", "le"),
                *("version", "site"),
            }


def test_openmetrics_is_given_to_who_asks_for_it(busy: Watched) -> None:
    accept = {"Accept": "application/openmetrics-text; version=1.0.0, text/plain;q=0.5"}
    answer = busy.ask("GET", "/metrics", headers=accept)
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    told = {family.name for family in openmetrics_families(answer.text)}
    assert "podherd_floor_lines_picked" in told
    plain = busy.ask("GET", "/metrics")
    assert plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    assert plain.headers["cache-control"] == "no-store"


def test_only_who_may_see_gets_them(guarded: Guarded) -> None:  # noqa: F811
    for (role, where), key in guarded.keys.items():
        may = where == guarded.bridge.site.name and Permission.SEE in ALLOWED[role]
        answer = guarded.ask("GET", "/metrics", key)
        assert (answer.status_code == 200) == may, (role, where)
        assert ("podherd_" in answer.text) == may
    for token in (None, "", "phk_wrong"):
        answer = guarded.ask("GET", "/metrics", token)
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert {role for role, _ in guarded.keys} == set(Role)


def test_other_methods_are_refused_by_name(watched: Watched) -> None:
    answer = watched.ask("POST", "/metrics")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")
    assert answer.json()["code"] == "method_not_allowed"


# --- the files for Grafana and Prometheus ---


def panels() -> Iterator[dict[str, Any]]:
    for panel in DASHBOARD["panels"]:
        yield from (panel, *panel.get("panels", ()))


def asked_for() -> Iterator[tuple[str, str]]:
    """Every expression, and where it stands."""
    for panel in panels():
        for target in panel.get("targets", ()):
            yield panel["title"], target["expr"]
    for group in ALERTS["groups"]:
        for rule in group["rules"]:
            yield rule["alert"], rule["expr"]
    for variable in DASHBOARD["templating"]["list"]:
        if variable["type"] == "query":
            yield variable["name"], variable["definition"]


def test_every_metric_that_is_asked_for_is_there(busy: Watched) -> None:
    there = {name for name, _ in busy.samples()}
    wanted = [(where, name) for where, asked in asked_for() for name in METRIC.findall(asked)]
    assert len({name for _, name in wanted}) >= 25
    assert [one for one in wanted if one[1] not in there] == []


def test_every_label_that_is_asked_for_is_there(busy: Watched) -> None:
    told: dict[str, set[str]] = {}
    for name, labels in busy.samples():
        told.setdefault(name, {"instance", "job"}).update(label for label, _ in labels)
    for where, asked in asked_for():
        for name, matchers in re.findall(r"(podherd_[a-z0-9_]+)\{([^}]*)\}", asked):
            for label in re.findall(r"(\w+)\s*(?:=~|!=|=)", matchers):
                assert label in told[name], (where, name, label)


def test_every_panel_has_a_title_a_unit_and_the_data_source_chosen() -> None:
    shown = [panel for panel in panels() if panel["type"] != "row"]
    assert len(shown) >= 20
    for panel in shown:
        assert panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        sources = [panel["datasource"], *(target["datasource"] for target in panel["targets"])]
        assert {source["uid"] for source in sources} == {"${datasource}"}
    titles = [panel["title"] for panel in shown]
    ids = [panel["id"] for panel in panels()]
    assert len(set(titles) | {"Metres per line"}) == len(set(titles))
    assert len(set(ids)) == len(ids)
    [source] = [v for v in DASHBOARD["templating"]["list"] if v["type"] == "datasource"]
    assert (source["name"], source["query"]) == ("datasource", "prometheus")


def test_panels_do_not_lie_on_each_other() -> None:
    taken: set[tuple[int, int]] = set()
    for panel in panels():
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert not cells & taken, panel["title"]
        assert all(x < 24 for x, _ in cells)
        taken |= cells


def test_every_alert_says_how_bad_it_is_and_what_to_do() -> None:
    rules = [rule for group in ALERTS["groups"] for rule in group["rules"]]
    assert len(rules) >= 10
    for rule in rules:
        assert rule["labels"]["severity"] in ("critical", "warning")
        assert rule["for"]
        assert {"summary", "description"} <= set(rule["annotations"])


def test_every_metric_is_in_the_reference(busy: Watched) -> None:
    page = REFERENCE.read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(podherd_\w+)`", page, re.MULTILINE))
    text = busy.ask("GET", "/metrics").text
    there = set()
    for family in text_string_to_metric_families(text):
        if family.name.startswith("podherd_"):
            there.add(f"{family.name}_total" if family.type == "counter" else family.name)
    assert rows == there
