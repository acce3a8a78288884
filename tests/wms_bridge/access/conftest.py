"""A bridge with accounts and keys of every role, at its own site and at a foreign one."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx
import pytest
from argon2 import PasswordHasher
from fastapi import FastAPI

from planner.warehouse.site import Site
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.keys import KeyWanted
from wms_bridge.access.passwords import Passwords
from wms_bridge.access.roles import Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.api.app import create_app
from wms_bridge.ports.store import Store
from wms_bridge.service import Bridge

Answer = TypeVar("Answer")
NOW_MS = 1_750_000_000_000
FOREIGN = "another site"
PASSWORD = "four plain words here"


def quick_passwords() -> Passwords:
    """Hashes that cost little: only for tests."""
    return Passwords(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@dataclass
class Guarded:
    """A bridge that asks who asks; its clock is ``now_ms``."""

    app: FastAPI
    access: Access
    bridge: Bridge
    store: Store
    keys: dict[tuple[Role, str], str] = field(default_factory=dict)
    now_ms: int = NOW_MS

    def ask(self, method: str, path: str, token: str | None = None, **more: Any) -> httpx.Response:
        """One request, as of somebody with this key or session."""
        headers = dict(more.pop("headers", {}))
        if token is not None:
            headers["Authorization"] = f"Bearer {token}"
        return self.run(lambda http: http.request(method, path, headers=headers, **more))

    def run(self, ask: Callable[[httpx.AsyncClient], Awaitable[Answer]]) -> Answer:
        """Something asked of the app in this process."""

        async def within() -> Answer:
            transport = httpx.ASGITransport(self.app, client=("203.0.113.7", 4711))
            async with httpx.AsyncClient(transport=transport, base_url="http://bridge") as http:
                return await ask(http)

        return asyncio.run(within())


@pytest.fixture
def guarded(site: Site, stock_up: Callable[[Bridge], None]) -> Guarded:
    """The bridge of the fixture ``stocked``, with a key of each role and site."""
    store = MemoryStore()
    made: list[Guarded] = []

    def clock() -> int:
        return made[0].now_ms if made else NOW_MS

    audited = AuditedStore(store, clock)
    bridge = Bridge(site, audited)
    stock_up(bridge)
    access = Access(audited, passwords=quick_passwords())
    access.put_account(AccountWanted("root", ["admin"], ["*"]), PASSWORD, None, NOW_MS)
    app = create_app(bridge, clock, access=access)
    made.append(Guarded(app, access, bridge, store))
    for role in Role:
        for where in (site.name, FOREIGN):
            wanted = KeyWanted(f"{role.value} of {where}", role, [where])
            _, secret = access.add_key(wanted, None, NOW_MS)
            made[0].keys[role, where] = secret
    return made[0]
