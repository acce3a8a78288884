"""Key figures and shifts over HTTP: what is told, as JSON and as a table, and what is refused."""

import asyncio
import csv
import io
import re
from pathlib import Path
from typing import Any

import httpx
import pytest

from planner.codec.messages import encode
from planner.warehouse.site import Site
from tests.wms_bridge.access.conftest import Guarded, guarded  # noqa: F401
from tests.wms_bridge.api.test_reference import examples, play
from tests.wms_bridge.kpis.floors import S1, Fleet, picking
from wms_bridge.access.roles import Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.kpis.figures import SITE_NAMES, STATION_NAMES, UNITS
from wms_bridge.kpis.metering import LATEST_MS
from wms_bridge.records.kpis import HOUR_MS, MINUTE_MS
from wms_bridge.service import Bridge

PAGE = Path(__file__).parents[3] / "docs" / "reference" / "api-kpis.md"
BEGIN = 1_750_000_000_000 // HOUR_MS * HOUR_MS
"""15:00 on 15 June 2025, UTC: in the late shift, unless somebody sets others."""
SHIFTS = {
    "zone": "Europe/Berlin",
    "shifts": [
        {"name": '=early, "A"', "starts": "04:00", "ends": "16:05"},
        {"name": "late", "starts": "16:05", "ends": "04:00"},
    ],
}


class Asked:
    """A bridge that has seen a floor at work for ten minutes: six lines a minute at S1."""

    def __init__(self, site: Site):
        self.now_ms = BEGIN
        self.bridge = Bridge(site, MemoryStore())
        self.app = create_app(self.bridge, lambda: self.now_ms)
        for second in range(0, 601, 10):
            self.now_ms = BEGIN + second * 1_000
            fleet = Fleet(BEGIN).works(second // 10, second // 30, second * 1.0)
            frame = encode(fleet.view(self.now_ms, picking(S1)))
            assert self.show(frame) == 204

    def ask(self, method: str, path: str, **more: Any) -> httpx.Response:
        async def within() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as http:
                return await http.request(method, path, **more)

        return asyncio.run(within())

    def show(self, frame: bytes) -> int:
        """A view comes in; the status of the answer."""
        headers = {"Content-Type": "application/json"}
        return self.ask("POST", "/v1/fleet/view", content=frame, headers=headers).status_code

    def get(self, path: str, **params: Any) -> Any:
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def table(self, path: str, **params: Any) -> list[dict[str, str]]:
        answer = self.ask("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return list(csv.DictReader(io.StringIO(answer.text, newline="")))


@pytest.fixture(scope="module")
def asked(site: Site) -> Asked:
    return Asked(site)


def test_the_last_minutes(asked: Asked) -> None:
    told = asked.get("/v1/kpis/live", minutes=60)
    assert told["to_ms"] == BEGIN + 11 * MINUTE_MS
    assert told["figures"]["lines_picked"] == 60
    assert told["figures"]["lines_per_h"] == 360
    assert told["figures"]["pile_on"] == 3
    assert told["figures"]["metres_per_line"] == 10
    assert told["figures"]["watched_share"] == pytest.approx(1 / 6, abs=1e-6)
    assert told["stations"]["S1"]["station_idle"] == 0
    assert asked.get("/v1/kpis/live", minutes=2)["figures"]["lines_picked"] == 6


def test_the_old_figures_are_told_as_before(asked: Asked) -> None:
    told = asked.get("/v1/kpis")
    assert told["floor"]["lines_picked"] == 60
    assert "picks_confirmed" in told["bridge"]


def test_a_series_has_one_value_per_window_and_adds_up(asked: Asked) -> None:
    span = {"from_ms": BEGIN, "to_ms": BEGIN + 10 * MINUTE_MS}
    told = asked.get("/v1/kpis/series", **span)
    assert list(told["series"]) == list(SITE_NAMES)
    assert told["at_ms"] == list(range(BEGIN, BEGIN + 10 * MINUTE_MS, MINUTE_MS))
    assert all(len(values) == 10 for values in told["series"].values())
    assert told["series"]["lines_picked"] == [6] * 10
    for step_s in (120, 240, 600, 3600):
        wider = asked.get("/v1/kpis/series", **span, step_s=step_s, names="lines_picked")
        assert sum(wider["series"]["lines_picked"]) == 60
    assert wider["at_ms"] == [BEGIN]


def test_a_series_of_a_station(asked: Asked) -> None:
    told = asked.get("/v1/kpis/series", station="S1", from_ms=BEGIN, to_ms=BEGIN + MINUTE_MS)
    assert list(told["series"]) == list(STATION_NAMES)
    assert told["series"]["lines_picked"] == [6]
    quiet = asked.get("/v1/kpis/series", station="S2", from_ms=BEGIN, to_ms=BEGIN + MINUTE_MS)
    assert quiet["series"]["lines_picked"] == [0]
    assert quiet["series"]["station_idle"] == [None]


def test_names_are_told_in_the_order_asked_and_once(asked: Asked) -> None:
    told = asked.get("/v1/kpis/series", names=["pile_on", "lines_per_h", "pile_on"])
    assert list(told["series"]) == ["pile_on", "lines_per_h"]
    assert told["units"] == {name: UNITS[name] for name in ("pile_on", "lines_per_h")}
    assert told["to_ms"] - told["from_ms"] == HOUR_MS


def test_years_without_anything_are_told_quickly(asked: Asked) -> None:
    week_s = 7 * 24 * 3600
    told = asked.get("/v1/kpis/series", from_ms=0, step_s=week_s, names="lines_picked")
    assert sum(told["series"]["lines_picked"]) == 60


@pytest.mark.parametrize(
    ("path", "params", "status", "code", "field"),
    [
        ("series", {"step_s": 90}, 422, "invalid_window", "step_s"),
        ("series", {"step_s": 59}, 422, "invalid_request", "step_s"),
        ("series", {"from_ms": 5, "to_ms": 5}, 422, "invalid_window", "from_ms"),
        ("series", {"from_ms": BEGIN + HOUR_MS}, 422, "invalid_window", "from_ms"),
        ("series", {"from_ms": 0}, 422, "invalid_window", "step_s"),
        ("series", {"to_ms": LATEST_MS + 1}, 422, "invalid_request", "to_ms"),
        ("series", {"names": "lines"}, 422, "invalid_window", "names"),
        ("series", {"names": "pile_on", "station": "S1"}, 422, "invalid_window", "names"),
        ("series", {"names": ["pile_on"] * 65}, 422, "invalid_request", "names"),
        ("series", {"station": "S9"}, 404, "not_found", "station"),
        ("series.csv", {"station": "S9"}, 404, "not_found", "station"),
        ("series.csv", {"from_ms": 0}, 422, "invalid_window", "step_s"),
        ("live", {"minutes": 0}, 422, "invalid_request", "minutes"),
        ("shifts", {"from_day": "2025-06-15", "to_day": "2025-06-14"}, 422, "invalid_window", None),
        ("shifts", {"from_day": "2025-01-01", "to_day": "2025-02-01"}, 422, "invalid_window", None),
        ("shifts", {"from_day": "1969-12-31", "to_day": "1970-01-01"}, 422, "invalid_window", None),
        ("shifts", {"to_day": "9999-12-31"}, 422, "invalid_window", None),
        ("shifts", {"from_day": "yesterday"}, 422, "invalid_request", "from_day"),
        ("shifts.csv", {"to_day": "0001-01-01"}, 422, "invalid_window", None),
    ],
)
def test_what_cannot_be_told_is_refused_with_a_remedy(
    asked: Asked, path: str, params: dict[str, Any], status: int, code: str, field: str | None
) -> None:
    answer = asked.ask("GET", f"/v1/kpis/{path}", params=params)
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code), problem
    assert problem["remedy"]
    assert field in (None, problem["field"])


def test_a_series_as_a_table_is_the_series(asked: Asked) -> None:
    span = {"from_ms": BEGIN, "to_ms": BEGIN + 5 * MINUTE_MS}
    told = asked.get("/v1/kpis/series", **span)
    rows = asked.table("/v1/kpis/series.csv", **span)
    assert [int(row["from_ms (ms since 1970 UTC)"]) for row in rows] == told["at_ms"]
    assert rows[0]["from (UTC)"] == "2025-06-15T15:00:00+00:00"
    for name, values in told["series"].items():
        cells = [row[f"{name} ({UNITS[name]})"] for row in rows]
        assert [float(cell) if cell else None for cell in cells] == values


def test_a_mark_comes_first_only_if_asked_for(asked: Asked) -> None:
    plain = asked.ask("GET", "/v1/kpis/series.csv")
    assert plain.headers["content-type"] == "text/csv; header=present; charset=utf-8"
    assert plain.content.startswith(b"from_ms")
    assert asked.ask("GET", "/v1/kpis/series.csv?bom=true").content.startswith(b"\xef\xbb\xbffrom_")


@pytest.fixture
def in_shifts(site: Site) -> Asked:
    made = Asked(site)
    assert made.ask("PUT", "/v1/shifts", json=SHIFTS).status_code == 200
    return made


def test_figures_by_shift(asked: Asked) -> None:
    told = asked.get("/v1/kpis/shifts", from_day="2025-06-15", to_day="2025-06-15")
    assert told["zone"] == "UTC"
    lines = {one["shift"]: one["figures"]["lines_picked"] for one in told["shifts"]}
    assert lines == {"early": 0, "late": 60, "night": 0}
    late = told["shifts"][1]
    assert (late["day"], late["to_ms"] - late["from_ms"]) == ("2025-06-15", 8 * HOUR_MS)
    assert late["stations"]["S1"]["lines_picked"] == 60
    assert len(asked.get("/v1/kpis/shifts")["shifts"]) == 6


def test_shifts_that_are_set_are_told_by_at_once(in_shifts: Asked) -> None:
    told = in_shifts.get("/v1/kpis/shifts", from_day="2025-06-15", to_day="2025-06-15")
    # 17:00 to 17:10 at the site.
    assert [one["figures"]["lines_picked"] for one in told["shifts"]] == [0, 60]
    assert in_shifts.get("/v1/shifts") == {**SHIFTS, "set_ms": in_shifts.now_ms}


def test_shifts_as_a_table_have_a_row_for_the_site_and_for_each_station(
    in_shifts: Asked,
) -> None:
    rows = in_shifts.table("/v1/kpis/shifts.csv", from_day="2025-06-15", to_day="2025-06-15")
    assert [(row["shift"], row["station"]) for row in rows] == [
        ('\'=early, "A"', ""),
        ("late", ""),
        ("late", "S1"),
    ]
    assert rows[1]["from (Europe/Berlin)"] == "2025-06-15T16:05:00+02:00"
    assert [row["lines_picked (lines)"] for row in rows] == ["0", "60", "60"]
    assert rows[2]["pile_on (picks/visit)"] == ""
    assert rows[2]["station_open (1)"] == "1"


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"zone": "Mars/Olympus"}, "invalid_shifts", "zone"),
        ({"shifts": []}, "invalid_request", "shifts"),
        ({"shifts": [{"name": "a", "starts": "6", "ends": "14:00"}]}, "invalid_shifts", None),
        ({"shifts": [{"name": "a", "starts": "06:00"}]}, "invalid_request", "shifts[0].ends"),
        ({"more": 1}, "invalid_request", "more"),
    ],
)
def test_shifts_that_cannot_be_are_refused_and_change_nothing(
    asked: Asked, change: dict[str, Any], code: str, field: str | None
) -> None:
    before = asked.get("/v1/shifts")
    answer = asked.ask("PUT", "/v1/shifts", json={**SHIFTS, **change})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    assert field in (None, answer.json()["field"])
    assert asked.get("/v1/shifts") == before


def test_operators_see_shifts_and_supervisors_set_them(guarded: Guarded) -> None:  # noqa: F811
    site = guarded.bridge.site.name
    operator, supervisor = guarded.keys[Role.OPERATOR, site], guarded.keys[Role.SUPERVISOR, site]
    assert guarded.ask("GET", "/v1/shifts", operator).status_code == 200
    assert guarded.ask("PUT", "/v1/shifts", operator, json=SHIFTS).status_code == 403
    assert guarded.ask("PUT", "/v1/shifts", supervisor, json=SHIFTS).status_code == 200
    with guarded.store.reading() as tx:
        latest = list(tx.audit_entries())[-1]
    assert latest.what.startswith("PUT /v1/shifts")
    assert latest.who == f"key {Role.SUPERVISOR.value} of {site}"


def test_a_view_that_cannot_be_counted_is_shown_all_the_same(site: Site) -> None:
    made = Asked(site)
    frame = encode(Fleet(BEGIN).works(10**6).view(LATEST_MS + 1))
    assert made.show(frame) == 204
    assert made.get("/v1/kpis")["floor"]["lines_picked"] == 10**6
    assert made.get("/v1/kpis/live")["figures"]["lines_picked"] == 60


def test_the_table_on_the_page_is_what_is_answered(site: Site) -> None:
    answers, _ = asyncio.run(play(site, PAGE))
    text = PAGE.read_text(encoding="utf-8")
    [shown] = re.findall(r"^```csv\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    asked_for = [example.path for example in examples(PAGE)]
    place = next(n for n, path in enumerate(asked_for) if "/series.csv" in path)
    assert answers[place].text.splitlines() == shown.splitlines()
