"""The pages docs/reference/api*.md name every endpoint and error, and their examples are what is
answered. The examples of a page are sent in their order to a new bridge."""

import asyncio
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path

import httpx
import pytest
from fastapi.routing import APIWebSocketRoute

from planner.warehouse.site import Site
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.api.app import create_app
from wms_bridge.api.problems import status_of
from wms_bridge.api.routes import floor, instructing, live, news
from wms_bridge.outbox import MAX_REFUSALS, Delivery
from wms_bridge.problem_codes import CODES
from wms_bridge.service import Bridge

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
PAGE = REFERENCE / "api.md"
PAGES = sorted(REFERENCE.glob("api*.md"))
START_MS = 1_750_000_000_000
VERSION = '"version": "0.1.0"'


@dataclass(frozen=True, slots=True)
class Example:
    """A request, and the answer the page shows: status, headers and body."""

    method: str
    path: str
    headers: dict[str, str]
    body: str
    status: int
    answer_headers: dict[str, str]
    answer: str


def text(page: Path = PAGE) -> str:
    return page.read_text(encoding="utf-8")


def everything() -> str:
    return "\n".join(text(page) for page in PAGES)


def head_and_body(block: str) -> tuple[str, dict[str, str], str]:
    head, _, body = block.partition("\n\n")
    first, *lines = head.splitlines()
    return first, dict(line.split(": ", 1) for line in lines), body.strip()


def examples(page: Path = PAGE) -> list[Example]:
    found = []
    for block in re.findall(r"^```http\n(.*?)^```$", text(page), re.MULTILINE | re.DOTALL):
        asked, _, told = block.partition("HTTP/1.1 ")
        first, headers, body = head_and_body(asked)
        method, path = first.split()
        status, answer_headers, answer = head_and_body(told)
        found.append(Example(method, path, headers, body, int(status[:3]), answer_headers, answer))
    return found


class Play:
    """A bridge without stock, and a WMS that refuses what became of an order until somebody retries
    it; all else it takes. The clock moves only while the bridge waits for the WMS."""

    def __init__(self, site: Site):
        self.now_ms = START_MS
        self.sent: list[bytes] = []
        store = MemoryStore()
        sender = WebhookSender("https://wms.example/podherd", httpx.MockTransport(self._wms))
        self._delivery = Delivery(store, sender, lambda: self.now_ms)
        named = replace(site, name="berlin")
        app = create_app(Bridge(named, store), lambda: self.now_ms, delivery=self._delivery)
        self._store = store
        self._http = httpx.AsyncClient(
            transport=httpx.ASGITransport(app), base_url="http://127.0.0.1:8600"
        )

    def _wms(self, request: httpx.Request) -> httpx.Response:
        if not json.loads(request.content)["message"].startswith("order-"):
            return httpx.Response(204)
        self.sent.append(request.content)
        if len(self.sent) <= MAX_REFUSALS:
            return httpx.Response(422, text="unknown order A-1001")
        return httpx.Response(204)

    async def ask(self, example: Example) -> httpx.Response:
        headers = {"Content-Type": "application/json", **example.headers}
        path = example.path.replace("wait_s=20", "wait_s=0")
        answer = await self._http.request(
            example.method, path, headers=headers, content=example.body or None
        )
        await self._deliver()
        return answer

    async def _deliver(self) -> None:
        while True:
            await self._delivery.deliver_due()
            with self._store.reading() as tx:
                due_ms = tx.next_pending_ms()
            if due_ms is None:
                return
            self.now_ms = due_ms


async def play(site: Site, page: Path = PAGE) -> tuple[list[httpx.Response], list[bytes]]:
    player = Play(site)
    return [await player.ask(example) for example in examples(page)], player.sent


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_examples_are_what_the_bridge_answers(site: Site, page: Path) -> None:
    answers, _ = asyncio.run(play(site, page))
    for example, answer in zip(examples(page), answers, strict=True):
        asked = f"{example.method} {example.path}"
        assert answer.status_code == example.status, asked
        shown = {name: answer.headers.get(name) for name in example.answer_headers}
        assert shown == example.answer_headers, asked
        if example.answer and example.path != "/v1/site":
            told = re.sub(r'"version": ?"[^"]*"', VERSION, answer.text)
            assert json.loads(told) == json.loads(example.answer), asked


def test_confirmation_shown_is_the_one_sent(site: Site) -> None:
    _, sent = asyncio.run(play(site))
    [shown] = re.findall(r"^```json\n(.*?)^```$", text(), re.MULTILINE | re.DOTALL)
    *confirmed, cancelled = sent
    assert len(confirmed) == MAX_REFUSALS + 1
    assert {json.dumps(json.loads(body)) for body in confirmed} == {json.dumps(json.loads(shown))}
    assert json.loads(cancelled)["message"] == "order-cancelled/A-1002"


def named(page: str) -> list[str]:
    return re.findall(r"^### `((?:GET|PUT|POST|PATCH|DELETE|WS) \S+)`$", page, re.MULTILINE)


def test_every_endpoint_has_a_heading_and_an_example(site: Site) -> None:
    paths = create_app(Bridge(site, MemoryStore()), lambda: 0).openapi()["paths"]
    known = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    routes = (
        *floor.router.routes,
        *instructing.router.routes,
        *live.router.routes,
        *news.router.routes,
    )
    links = [route for route in routes if isinstance(route, APIWebSocketRoute)]
    known |= {f"WS {route.path}" for route in links}
    headings = named(everything())
    assert sorted(headings) == sorted(path.replace(":path}", "}") for path in known)
    asked = [f"{example.method} {example.path.partition('?')[0]}" for example in examples()]
    for heading in set(named(text())) - {f"WS {route.path}" for route in links}:
        pattern = re.sub(r"\\\{\w+\\\}", "[^ ]+", re.escape(heading))
        assert any(re.fullmatch(pattern, one) for one in asked), heading


@pytest.mark.parametrize("kind", CODES, ids=CODES.get)
def test_every_error_is_in_the_table_with_its_status(kind: type) -> None:
    problems = text(REFERENCE / "problems.md")
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d{3}) \|", problems, re.MULTILINE))
    assert int(rows[CODES[kind]]) == status_of(kind)
