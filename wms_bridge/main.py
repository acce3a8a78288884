"""The bridge as a process: the only place where its parts are put together."""

import ipaddress
import logging
import time
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from planner.codec.messages import decode, from_json
from planner.roadmap.rules import RuleCheck
from planner.warehouse.errors import InvalidSite, PodherdError
from planner.warehouse.site import Site
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.adapters.webhook.sender import WebhookSender
from wms_bridge.api.app import create_app
from wms_bridge.outbox import Delivery
from wms_bridge.service import Bridge

DEFAULT_PORT = 8600
STOP_TIMEOUT_S = 5
"""How long requests under way may take when the bridge stops."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a bridge process needs to know. Without ``wms_url`` confirmations stay in the outbox;
    ``api_key`` must be set unless ``host`` is this machine only."""

    site_file: Path
    database_url: str
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    wms_url: str | None = None
    api_key: str | None = None

    def __post_init__(self) -> None:
        if not is_loopback(self.host) and not self.api_key:
            raise PodherdError(
                "the bridge would be open to the network without a key",
                field="host",
                value=self.host,
                remedy="Set an API key (--api-key), or listen on 127.0.0.1.",
            )


def serve(settings: Settings) -> None:
    """Run the bridge until it is told to stop."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    site = read_site(settings.site_file)
    store = SqlStore(settings.database_url)
    try:
        app = _app(settings, Bridge(site, store, RuleCheck(site)), store)
        config = uvicorn.Config(
            app,
            host=settings.host,
            port=settings.port,
            log_level="warning",
            timeout_graceful_shutdown=STOP_TIMEOUT_S,
        )
        _Server(config, app).run()
    finally:
        store.close()


def is_loopback(host: str) -> bool:
    """Whether the host is reached from this machine only."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_site(path: Path) -> Site:
    """The site in a file; :class:`InvalidSite` if there is none."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise InvalidSite(
            f"the site file cannot be read: {error.strerror}", field=str(path)
        ) from error
    return from_json(decode(raw), Site)


def wall_clock_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def _app(settings: Settings, bridge: Bridge, store: SqlStore) -> FastAPI:
    delivery = None
    if settings.wms_url is not None:
        delivery = Delivery(store, WebhookSender(settings.wms_url), wall_clock_ms)
    local = is_loopback(settings.host)
    return create_app(
        bridge,
        wall_clock_ms,
        delivery=delivery,
        api_key=settings.api_key,
        allowed_hosts=("localhost", "127.0.0.1", settings.host) if local else ("*",),
    )


class _Server(uvicorn.Server):
    """Lets go of those who wait for news before it waits for them."""

    def __init__(self, config: uvicorn.Config, app: FastAPI):
        super().__init__(config)
        self._context = app.state.context

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._context.close()
        super().handle_exit(sig, frame)
