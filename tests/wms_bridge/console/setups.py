"""A bridge with accounts of every role and a console, for the tests of the screen Setup."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from argon2 import PasswordHasher
from playwright.sync_api import Browser, Page

from planner.roadmap.geometry import check_site
from planner.roadmap.rules import RuleCheck
from planner.warehouse.ids import OrderId
from planner.warehouse.site import Site
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.outbound import OutboundPolicy
from wms_bridge.access.passwords import Passwords
from wms_bridge.access.pinning import PinnedTransport
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.adapters.webhook.hooks import HttpHookSender
from wms_bridge.api.app import create_app
from wms_bridge.posting import Posting
from wms_bridge.records.work import OutboxMessage
from wms_bridge.service import Bridge

PASSWORD = "four plain words here"
PEOPLE = {"root": "admin", "sam": "supervisor", "sue": "supervisor", "olga": "operator"}
PICKER = "pia"


def wall_clock_ms() -> int:
    return time.time_ns() // 1_000_000


class SetupBridge:
    """Serves from its construction until :meth:`stop`."""

    def __init__(self, site: Site, console: Path):
        self.store = MemoryStore()
        audited = AuditedStore(self.store, wall_clock_ms)
        cheap = Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))
        self.access = Access(audited, passwords=cheap)
        for name, role in {**PEOPLE, PICKER: "picker"}.items():
            wanted = AccountWanted(name, [role], ["*"])
            self.access.put_account(wanted, PASSWORD, None, wall_clock_ms())
        self.bridge = Bridge(site, audited, RuleCheck(site), check_site=check_site)
        outbound = OutboundPolicy(["127.0.0.0/8"])
        sender = HttpHookSender(PinnedTransport(outbound))
        app = create_app(
            self.bridge,
            wall_clock_ms,
            access=self.access,
            posting=Posting(self.bridge.promises, sender, wall_clock_ms),
            outbound=outbound,
            console=console,
        )
        self._server = ServerThread(app, grace_s=1)
        self.url = self._server.url
        self._cookies: dict[str, str] = {}

    def stop(self) -> None:
        self._server.stop()

    def look(
        self, browser: Browser, who: str = "root", at: str = "", **more: object
    ) -> OpenedConsole:
        """The screen Setup (a tab of it) as somebody sees it."""
        console = OpenedConsole(browser, f"{self.url}/v1/openapi.json", **more)  # type: ignore[arg-type]
        cookie = {"name": "podherd_session", "value": self.token(who), "url": self.url}
        console.context.add_cookies([cookie])  # type: ignore[list-item]
        console.complaints.clear()
        console.page.goto(f"{self.url}/console/setup/{at}")
        return console

    def token(self, who: str) -> str:
        """Signs somebody in; once a test run, unless their session has ended."""
        if who not in self._cookies or self.get("/v1/me", self._cookies[who]).status_code != 200:
            body = {"name": who, "password": PASSWORD}
            answer = httpx.post(f"{self.url}/v1/login", json=body)
            assert answer.status_code == 200, answer.text
            self._cookies[who] = answer.json()["token"]
        return self._cookies[who]

    def get(self, path: str, token: str) -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"}
        return httpx.get(f"{self.url}{path}", headers=headers, timeout=10)

    def last_audit(self, words: str) -> tuple[str, str]:
        """Who did the newest act with these words, and why."""
        with self.store.reading() as tx:
            found = [one for one in tx.audit_entries() if words in one.what]
        return found[-1].who, found[-1].why

    def give_up_message(self, name: str) -> int:
        """A message that the WMS refused too often."""
        with self.store.writing() as tx:
            message = OutboxMessage(0, name, OrderId("A-1"), "{}", wall_clock_ms())
            tx.add_message(message)
            number = max(one.number for one in tx.messages_after(0, 1_000))
            dead = replace(message, number=number, dead_ms=wall_clock_ms(), error="unknown order")
            tx.put_message(dead)
        return number


@contextmanager
def subscriber() -> Iterator[tuple[str, list[dict[str, object]], list[int]]]:
    """Somebody who takes webhooks: the address, what came, and the status answered."""
    taken: list[dict[str, object]] = []
    status = [204]

    class Taker(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            taken.append(json.loads(self.rfile.read(length)))
            self.send_response(status[0])
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Keeps quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Taker)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/hook", taken, status
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def desk(site: Site, built: Path) -> Iterator[SetupBridge]:
    """One bridge for all tests of a module; each leaves it as it was."""
    made = SetupBridge(site, built)
    yield made
    made.stop()


@pytest.fixture
def opened(browser: Browser, desk: SetupBridge) -> Iterator[list[OpenedConsole]]:
    """What is opened is closed."""
    made: list[OpenedConsole] = []
    yield made
    for one in made:
        one.context.close()


def act(page: Page, button: str, reason: str) -> None:
    """The second step: the reason, and the button of the dialog."""
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Why").fill(reason)
    dialog.get_by_role("button", name=button, exact=True).click()
