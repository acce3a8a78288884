"""The hostile fake does everything it says, and by its seed."""

import asyncio
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from wms_bridge.conformance.target import Served
from wms_bridge.fakes.hostile import NAMES, Hostility, create_hostile_wms
from wms_bridge.fakes.rest_wms import create_rest_wms


def app_with(*names: str, seed: int = 1, rate: float = 1.0) -> FastAPI:
    hostility = Hostility(names=list(names), rate=rate, late_s=0.05, drip_s=0.01)
    return create_hostile_wms(seed, hostility)


async def used(app: FastAPI, rounds: int) -> list[tuple[int, str] | str]:
    """What a system saw that reads and writes; stock and items are there."""
    seen: list[tuple[int, str] | str] = []
    async with Served(app) as base, httpx.AsyncClient(base_url=base, timeout=2) as client:
        for call in ("items/A", "locations/P001"):
            (await client.put(f"/desk/{call}", json={})).raise_for_status()
        stock = {"location": "P001", "sku": "A", "quantity": 50}
        (await client.post("/desk/stock", json=stock)).raise_for_status()
        for number in range(rounds):
            order = {
                "reference": f"O{number}",
                "lines": [{"number": 1, "sku": "A", "quantity": 1}],
            }
            for method, path, body in (
                ("POST", "/desk/orders", order),
                ("POST", f"/api/orders/O{number}/reserve", None),
                ("POST", "/api/orders/none/close", None),
                ("GET", "/api/orders?after=0", None),
                ("GET", "/api/orders?after=4", None),
                ("GET", "/api/moves?after=0", None),
                ("GET", "/api/stock", None),
            ):
                try:
                    answer = await client.request(method, path, json=body)
                    seen.append((answer.status_code, answer.text))
                except httpx.TransportError as error:
                    seen.append(type(error).__name__)
        await asyncio.sleep(0.1)
    return seen


@pytest.mark.parametrize("name", NAMES)
def test_each_hostility_is_seen(name: str) -> None:
    app, calm = app_with(name), app_with()
    seen, normal = asyncio.run(used(app, 3)), asyncio.run(used(calm, 3))
    assert app.state.hostile.done[name] > 0
    assert calm.state.hostile.done == {}
    if name not in ("drip", "wrong-type"):  # the same words, slower or by another name
        assert seen != normal


def test_people_are_left_in_peace_and_late_is_done_in_the_end() -> None:
    app = app_with("late-effect")
    seen = asyncio.run(used(app, 2))
    assert all(isinstance(one, tuple) and one[0] == 201 for one in (seen[0], seen[7]))
    assert seen[1] == (504, "<html>Gateway Time-out</html>")
    assert [order["reserved"] for order in app.state.books.changed("order", 0, 9)] == [1, 1]


def test_it_does_the_same_by_the_same_seed() -> None:
    def acts(seed: int) -> dict[str, Any]:
        app = app_with(*NAMES, seed=seed, rate=0.5)
        asyncio.run(used(app, 8))
        return dict(app.state.hostile.done)

    assert acts(3) == acts(3) != acts(4)


def test_the_plain_wms_knows_after_a_restart_what_it_had(tmp_path: Path) -> None:
    async def twice() -> list[int]:
        found = []
        for _ in range(2):
            app = create_rest_wms(tmp_path / "wms.db")
            async with Served(app) as base, httpx.AsyncClient(base_url=base) as client:
                for call in ("items/A", "locations/P001"):
                    (await client.put(f"/desk/{call}", json={})).raise_for_status()
                stock = {"location": "P001", "sku": "A", "quantity": 5}
                (await client.post("/desk/stock", json=stock)).raise_for_status()
                rows = (await client.get("/api/stock")).json()["rows"]
                found += [row["quantity"] for row in rows]
            app.state.books.close()
        return found

    assert asyncio.run(twice()) == [5, 10]


def test_two_creates_with_one_reference_are_two_documents_and_done_is_not_done_again() -> None:
    async def run() -> tuple[int, list[int]]:
        async with (
            Served(create_rest_wms()) as base,
            httpx.AsyncClient(base_url=base) as client,
        ):
            (await client.put("/desk/items/A", json={})).raise_for_status()
            order = {"reference": "O1", "lines": [{"number": 1, "sku": "A", "quantity": 1}]}
            for _ in range(2):
                (await client.post("/desk/orders", json=order)).raise_for_status()
            found = (await client.get("/desk/documents", params={"reference": "O1"})).json()
            codes = [(await client.post("/api/orders/O1/close")).status_code for _ in range(2)]
            return len(found["documents"]), codes

    assert asyncio.run(run()) == (2, [200, 409])
