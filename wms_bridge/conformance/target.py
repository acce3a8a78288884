"""What the kit is run against: a connector and a clerk by URL, the way to the WMS through the fault
proxy, or a hostile fake that the kit starts itself."""

import asyncio
import contextlib
import importlib
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import ModuleType
from urllib.parse import urlsplit, urlunsplit

import uvicorn
from fastapi import FastAPI

from planner.warehouse.errors import InvalidMessage
from wms_bridge.conformance.proxy import Endpoint
from wms_bridge.connectors.port import Clerk, Connector
from wms_bridge.fakes.hostile import NAMES, Hostility, create_hostile_wms
from wms_bridge.links.connect import with_password

HOSTILE = "hostile:"
HOSTILE_FENCE_S, HOSTILE_LATE_S, HOSTILE_RATE = 0.4, 0.2, 0.1
_PORTS = {"http": 80, "https": 443, "tryton": 8000, "odoo": 8069}


@dataclass(frozen=True, slots=True)
class Target:
    """``endpoint`` is where the WMS listens; ``None`` where the kit cannot stand between (TLS, a
    folder)."""

    name: str
    connect: Callable[[str], Connector]
    hire: Callable[[str], Clerk]
    url: str
    endpoint: Endpoint | None

    def url_by(self, port: int) -> str:
        """The URL by way of a port of this machine."""
        parts = urlsplit(self.url)
        user, at, _ = parts.netloc.rpartition("@")
        return urlunsplit(parts._replace(netloc=f"{user}{at}127.0.0.1:{port}"))


def find_target(url: str, clerk: str = "") -> Target:
    """:class:`InvalidMessage` if there is no connector for the scheme. ``clerk`` is the address by
    which people work there, if it is another: they may do what the bridge must not. A password that
    is not in the URL is taken from the environment, as the bridge does."""
    url = with_password(url, os.environ)
    hired_by = with_password(clerk, os.environ) if clerk else ""
    connector, people = _modules(url.partition(":")[0])
    return Target(
        shown(url),
        connect=connector.connect,
        hire=lambda given: people.connect(hired_by or given),
        url=url,
        endpoint=_endpoint(url),
    )


def _modules(scheme: str) -> tuple[ModuleType, ModuleType]:
    """Those of the connector and of its clerk."""
    name = scheme.partition("+")[0]
    try:
        if not name.isidentifier():
            raise ImportError(name)
        place = f"wms_bridge.connectors.{name}"
        connector = importlib.import_module(f"{place}.connector")
        return connector, importlib.import_module(f"{place}.clerk")
    except ImportError as error:
        raise InvalidMessage(
            "there is no connector with a clerk for this",
            field="url",
            value=scheme,
            remedy="Write tryton://…, odoo://…, rest+http://…?map=FILE, or hostile:",
        ) from error


def shown(url: str) -> str:
    """The URL without user and password."""
    parts = urlsplit(url)
    return urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2]))


def _endpoint(url: str) -> Endpoint | None:
    parts = urlsplit(url)
    scheme = parts.scheme.rpartition("+")[2]
    if not parts.hostname or scheme.endswith("s"):
        return None
    port = parts.port or _PORTS.get(scheme)
    return None if port is None else Endpoint(parts.hostname, port)


class Served:
    """A web application on a free port of this machine, in this event loop, while in the block."""

    def __init__(self, app: FastAPI, port: int = 0):
        self._server = _Quiet(
            uvicorn.Config(
                app, host="127.0.0.1", port=port, log_level="critical", timeout_graceful_shutdown=1
            )
        )
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> str:
        self._task = asyncio.create_task(self._server.serve())
        await self._server.listening.wait()
        port = self._server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}"

    async def __aexit__(self, *_: object) -> None:
        self._server.should_exit = True
        if self._task is not None:
            await self._task


class _Quiet(uvicorn.Server):
    """Leaves the signals of the process alone, and tells when it listens."""

    def __init__(self, config: uvicorn.Config):
        super().__init__(config)
        self.listening = asyncio.Event()

    async def startup(self, sockets: object = None) -> None:
        await super().startup(None)
        self.listening.set()

    @contextlib.contextmanager
    def capture_signals(self):  # type: ignore[no-untyped-def]
        yield


def hostile_app(seed: int) -> FastAPI:
    """The hostile fake at its worst, its lateness well within the fence of :func:`fake_url`."""
    hostility = Hostility(names=list(NAMES), rate=HOSTILE_RATE, late_s=HOSTILE_LATE_S)
    return create_hostile_wms(seed, hostility)


def fake_url(base: str, timeout_s: float = 1.0) -> str:
    """How the fake REST WMS, hostile or not, at ``base`` is talked to."""
    return f"rest+{base}?map=podherd-fake&fence_s={HOSTILE_FENCE_S}&timeout_s={timeout_s:g}"


def fake_target(base: str, name: str) -> Target:
    """The fake REST WMS at ``base``; people there have more patience than the bridge."""
    found = find_target(fake_url(base))
    return replace(found, name=name, hire=lambda url: found.hire(fake_url(base, 30.0)))
