"""A bridge with accounts for the screen Intervene, and a fleet that answers as it is told to."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import httpx
from argon2 import PasswordHasher
from playwright.sync_api import Browser, expect

from planner.codec.messages import encode, to_json
from planner.roadmap.rules import RuleCheck
from planner.warehouse.commands import AnswerIntervention
from planner.warehouse.events import InterventionAsked
from planner.warehouse.interventions import InterventionOutcome
from planner.warehouse.site import Site
from planner.warehouse.view import FloorView
from scripts.console import DIST
from tests.wms_bridge.console.opened import OpenedConsole
from tests.wms_bridge.serving import ServerThread
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.passwords import Passwords
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.records.interventions import InterventionQuery, InterventionRecord
from wms_bridge.service import Bridge

PASSWORD = "four plain words here"
KEY = "the key of the fleet"
ROLES = {"root": "admin", "sue": "supervisor", "olga": "operator", "pia": "picker"}
DEED = ".intervene-form"


@dataclass
class House:
    """A running bridge; the fleet's part is played by :meth:`answer` and :meth:`show`."""

    site: Site
    url: str
    bridge: Bridge
    now_ms: int = 1_750_000_000_000
    opened: list[OpenedConsole] = field(default_factory=list)

    def asked(self) -> list[InterventionRecord]:
        """All interventions, the latest first."""
        return list(self.bridge.interventions.page(InterventionQuery()).interventions)

    def told(self) -> int:
        """How many interventions the fleet was told of."""
        return sum(isinstance(one.event, InterventionAsked) for one in self.bridge.feed(0))

    def answer(
        self, outcome: str, text: str = "", record: InterventionRecord | None = None
    ) -> None:
        """What the fleet says to the latest intervention, or another one."""
        about = (record or self.asked()[0]).intervention.intervention
        command = AnswerIntervention(about, InterventionOutcome(outcome), text)
        assert self.bridge.apply([command], self.now_ms) == (None,)

    def show(self, view: FloorView) -> None:
        """A view of the floor, posted as the fleet does."""
        headers = {"Content-Type": "application/json", "Authorization": f"Bearer {KEY}"}
        body = encode(to_json(view))
        httpx.post(f"{self.url}/v1/fleet/view", content=body, headers=headers).raise_for_status()

    def whys(self) -> list[tuple[str, str]]:
        """Who did what is in the audit log, and why, the latest first."""
        with self.bridge.store.reading() as tx:
            return [(one.who, one.why) for one in tx.audit_entries()][::-1]


@contextmanager
def running(site: Site) -> Iterator[House]:
    """A bridge with accounts that knows its floor."""
    store = AuditedStore(MemoryStore())
    access = Access(
        store,
        environment_key=KEY,
        passwords=Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)),
    )
    check = RuleCheck(site)
    bridge = Bridge(site, store, check, has_node=check.has_node)
    house = House(site, "", bridge)
    for name, role in ROLES.items():
        access.put_account(AccountWanted(name, [role], ["*"]), PASSWORD, None, house.now_ms)
    app = create_app(bridge, lambda: house.now_ms, access=access, console=DIST)
    server = ServerThread(app, grace_s=1)
    house.url = server.url
    yield house
    server.stop()


def open_as(
    browser: Browser, house: House, who: str, address: str = "intervene", **more: object
) -> OpenedConsole:
    """The console with somebody signed in, at an address."""
    console = OpenedConsole(browser, "about:blank", **more)  # type: ignore[arg-type]
    login = {"name": who, "password": PASSWORD}
    answer = console.context.request.post(f"{house.url}/v1/login", data=login)
    assert answer.ok, answer.text()
    console.page.goto(f"{house.url}/console/{address}")
    house.opened.append(console)
    return console


def choose(console: OpenedConsole, deed: str) -> None:
    """One click on what can be done."""
    actions = console.page.locator(".intervene-actions")
    console.click(actions.get_by_role("button", name=deed, exact=True))
    expect(console.page.locator(DEED)).to_be_visible()


def confirm(console: OpenedConsole, reason: str | None = "oil on the floor") -> None:
    """Why, and the last click."""
    if reason is not None:
        console.page.locator(f"{DEED} .intervene-why input").fill(reason)
    console.click(console.page.locator(f"{DEED} [type=submit]"))


def done(console: OpenedConsole) -> None:
    """The dialog has gone."""
    expect(console.page.locator(DEED)).to_have_count(0)
