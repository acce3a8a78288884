"""The bridge as a process: the only place where its parts are put together."""

import gc
import ipaddress
import logging
import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

import uvicorn
from fastapi import FastAPI

from planner.codec.messages import decode, from_json
from planner.roadmap.geometry import check_site
from planner.roadmap.rules import RuleCheck
from planner.warehouse.errors import InvalidSite
from planner.warehouse.site import Site
from wms_bridge.access.auditing import AuditedStore
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.jwks import jwks_of
from wms_bridge.access.oidc import OidcVerifier
from wms_bridge.access.outbound import OutboundPolicy
from wms_bridge.access.pinning import PinnedTransport
from wms_bridge.access.redacting import redact_logs
from wms_bridge.access.settings import SecurityParams, security_of
from wms_bridge.adapters.sql.store import SqlStore
from wms_bridge.adapters.webhook.hooks import HttpHookSender
from wms_bridge.adapters.whatif.engine import ProcessEngine
from wms_bridge.api.app import create_app
from wms_bridge.connectors.port import Connector
from wms_bridge.links.connect import Way, way_to
from wms_bridge.links.link import Link
from wms_bridge.outbox import Delivery, steady_clock_ms
from wms_bridge.ports.store import Store
from wms_bridge.posting import Posting
from wms_bridge.promises.desk import Promises
from wms_bridge.recording.recorder import Recorder, RecordingParams
from wms_bridge.service import Bridge

DEFAULT_PORT = 8600
STOP_TIMEOUT_S = 5
"""How long requests under way may take when the bridge stops."""


SECURITY_VARIABLE = "PODHERD_SECURITY"
"""Names the file with the settings of security."""


@dataclass(frozen=True, slots=True)
class Settings:
    """What a bridge process needs to know. Without ``wms_url`` confirmations stay in the outbox.
    Unless ``host`` is this machine only there must be an ``api_key``, or an administrator's account
    or key in the database. ``security`` names a file (:mod:`wms_bridge.access.settings`); what may
    hold passwords is not shown. Without ``recording`` the floor is not recorded, without
    ``event_log`` (of the fleet) nothing is answered of the running floor's futures."""

    site_file: Path
    database_url: str = field(repr=False)
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    wms_url: str | None = field(default=None, repr=False)
    api_key: str | None = field(default=None, repr=False)
    security: Path | None = None
    recording: RecordingParams | None = None
    event_log: Path | None = None


def serve(settings: Settings) -> None:
    """Run the bridge until it is told to stop."""
    logging.getLogger("alembic").setLevel(logging.WARNING)
    security = read_security(settings.security)
    site = read_site(settings.site_file)
    store = SqlStore(settings.database_url)
    try:
        audited = AuditedStore(store, wall_clock_ms)
        access = access_of(settings, security, audited)
        check = RuleCheck(site)
        engine = ProcessEngine(settings.site_file.absolute(), settings.event_log)
        bridge = Bridge(
            site, audited, check, has_node=check.has_node, check_site=check_site, whatif=engine
        )
        app = _app(settings, security, bridge, access)
        server = _Server(_config(settings, security, app), app)
        redact_logs("uvicorn", "uvicorn.error", "uvicorn.access")
        _spare_collections()
        server.run()
    finally:
        store.close()


def _spare_collections() -> None:
    # What is there now stays. And a view of 1,000 robots is 50,000 new objects at once, of which
    # none is garbage: with the usual thresholds each would have all that lives looked through,
    # which holds up everybody for a tenth of a second and more.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)


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


def read_security(path: Path | None = None) -> SecurityParams:
    """The settings of security in a file, or in the one that the environment names; without either
    the usual ones. :class:`InvalidAccess` if they cannot be used."""
    named = path or os.environ.get(SECURITY_VARIABLE)
    if not named:
        return SecurityParams()
    try:
        raw = Path(named).read_bytes()
    except OSError as error:
        raise InvalidAccess(
            f"the settings of security cannot be read: {error.strerror}", field=str(named)
        ) from error
    return security_of(raw)


def access_of(settings: Settings, security: SecurityParams, store: AuditedStore) -> Access:
    """Who gets in. :class:`InvalidAccess` if that were everybody on a network: the bridge listens
    to more than this machine, or behind a proxy, and has no administrator and no key."""
    oidc = security.oidc
    exposed = not is_loopback(settings.host) or bool(security.trusted_proxies)
    access = Access(
        store,
        open_locally=not exposed,
        environment_key=settings.api_key or None,
        verifier=OidcVerifier(oidc, jwks_of(oidc.jwks)) if oidc else None,
        sessions=security.sessions,
    )
    if exposed:
        access.check_exposure(settings.host, wall_clock_ms())
    return access


def wall_clock_ms() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def _app(settings: Settings, security: SecurityParams, bridge: Bridge, access: Access) -> FastAPI:
    way = None if settings.wms_url is None else way_to(settings.wms_url)
    # What is delivered when stands in the outbox: the audit log is for what somebody decides.
    store, outbound = bridge.store.inner, security.outbound.policy()
    local = ("localhost", "127.0.0.1", settings.host) if is_loopback(settings.host) else ("*",)
    return create_app(
        bridge,
        wall_clock_ms,
        delivery=_delivery(store, way) if way else None,
        posting=_posting(store, outbound),
        link=_link(bridge, way.connector) if way and way.connector else None,
        outbound=outbound,
        recorder=_recorder(settings, bridge),
        access=access,
        rates=security.rates,
        sockets=security.sockets,
        allowed_hosts=security.host_names or local,
    )


def _recorder(settings: Settings, bridge: Bridge) -> Recorder | None:
    if settings.recording is None:
        return None
    return Recorder(settings.recording, bridge.site, bridge.store.inner, wall_clock_ms)


def _delivery(store: Store, way: Way) -> Delivery:
    return Delivery(store, way.sender, wall_clock_ms, steady=steady_clock_ms)


def _posting(store: Store, outbound: OutboundPolicy) -> Posting:
    sender = HttpHookSender(PinnedTransport(outbound))
    return Posting(Promises(store, lambda: None), sender, wall_clock_ms)


def _link(bridge: Bridge, connector: Connector) -> Link:
    store, shelves = bridge.store.inner, bridge.shelves
    steady = steady_clock_ms
    return Link(bridge.inbox, store, shelves, connector, wall_clock_ms, steady=steady)


def _config(settings: Settings, security: SecurityParams, app: FastAPI) -> uvicorn.Config:
    return uvicorn.Config(
        app,
        host=settings.host,
        port=settings.port,
        log_level="warning",
        timeout_graceful_shutdown=STOP_TIMEOUT_S,
        proxy_headers=bool(security.trusted_proxies),
        forwarded_allow_ips=list(security.trusted_proxies),
        server_header=False,
        ws_max_size=security.sockets.message_bytes,
        ws_max_queue=8,
        # To pack a view takes longer than to send it over a local network.
        ws_per_message_deflate=False,
    )


class _Server(uvicorn.Server):
    """Lets go of those who wait for news before it waits for them."""

    def __init__(self, config: uvicorn.Config, app: FastAPI):
        super().__init__(config)
        self._context = app.state.context

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self._context.close()
        super().handle_exit(sig, frame)
