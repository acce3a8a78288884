"""The gate: who asks, how often, and on whose behalf what follows is done."""

import ipaddress
import logging
import time
from collections import Counter
from collections.abc import Callable
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from wms_bridge.access.acting import Act, acting
from wms_bridge.access.errors import NotSignedIn, Throttled
from wms_bridge.access.gatekeeper import Access
from wms_bridge.access.limits import Buckets, RateParams, SocketParams
from wms_bridge.access.principal import LOCAL, Credential, Principal
from wms_bridge.api.permitting import PRINCIPAL, SITE
from wms_bridge.api.refusals import problem_of

LOG = logging.getLogger(__name__)
COOKIE = "podherd_session"
METRICS = "/metrics"
TOKEN = "podherd.token"
ADDRESS = "podherd.address"
_FORWARDED = ("forwarded", "x-forwarded-for", "x-forwarded-host", "x-real-ip", "via")
_POLICY_VIOLATION, _TOO_BIG = 1008, 1009


class Gate:
    """Finds out who asks under ``/v1`` or for the metrics, and leaves it in the scope; whether they
    may is for what each route needs (:mod:`wms_bridge.api.permitting`). ``clock`` gives ms since
    1970 UTC, ``ticks`` seconds that never go back."""

    def __init__(
        self,
        app: ASGIApp,
        access: Access,
        site: str,
        clock: Callable[[], int],
        rates: RateParams | None = None,
        sockets: SocketParams | None = None,
        ticks: Callable[[], float] = time.monotonic,
    ):
        self._app = app
        self._access = access
        self._site = site
        self._clock = clock
        self._rates = rates or RateParams()
        self._limits = sockets or SocketParams()
        self._ticks = ticks
        self._buckets = Buckets()
        self._sockets: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not is_guarded(scope["path"]):
            await self._app(scope, receive, send)
            return
        scope[SITE], scope[ADDRESS] = self._site, _address(scope)
        token = scope[TOKEN] = _token(scope)
        principal = scope[PRINCIPAL] = await self._principal(scope, token)
        name = principal.who if principal else f"address {_network(scope[ADDRESS])}"
        try:
            self._throttle(principal, name)
        except Throttled as error:
            await _refuse(error, scope, receive, send)
            return
        who = principal.who if principal else "anonymous"
        what = f"{scope.get('method', 'WS')} {scope['path']}"
        with acting(Act(who, what, origin=scope[ADDRESS])):
            if scope["type"] == "websocket":
                await self._socket(name, scope, receive, send)
            else:
                await self._app(scope, receive, send)

    async def _principal(self, scope: Scope, token: str | None) -> Principal | None:
        is_open = self._access.known_to_be_open()
        if is_open is None:
            is_open = await run_in_threadpool(self._access.look_whether_open)
        if is_open:
            return LOCAL if _is_local(scope) else None
        if token is None:
            return None
        try:
            return await run_in_threadpool(self._access.principal_of, token, self._clock())
        except NotSignedIn:
            LOG.warning("a key or session that is not valid, from %s", _address(scope))
            return None

    def _throttle(self, principal: Principal | None, name: str) -> None:
        if principal is None:
            rate = self._rates.anonymous
        elif principal.by is Credential.LOCAL:
            return
        else:
            program = principal.by is Credential.KEY
            rate = self._rates.program if program else self._rates.person
        wait_ms = self._buckets.take(name, rate, int(self._ticks() * 1000))
        if wait_ms:
            raise Throttled("too many requests", wait_ms)

    async def _socket(self, name: str, scope: Scope, receive: Receive, send: Send) -> None:
        full = self._sockets.total() >= self._limits.all_together
        if full or self._sockets[name] >= self._limits.of_one:
            LOG.warning("%s has too many WebSockets", name)
            await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "too many"})
            return
        self._sockets[name] += 1
        try:
            watched = _Socket(self, scope, receive, send)
            await self._app(scope, watched.receive, watched.send)
        finally:
            self._sockets[name] -= 1
            self._sockets += Counter()

    async def still_in(self, scope: Scope) -> bool:
        """Whether who opened a WebSocket would still get in."""
        before: Principal | None = scope[PRINCIPAL]
        return await self._principal(scope, scope[TOKEN]) == before

    def now_s(self) -> float:
        """Seconds that never go back."""
        return self._ticks()

    @property
    def limits(self) -> SocketParams:
        """What WebSockets may do."""
        return self._limits


class _Socket:
    """One WebSocket: messages of a limited size, and only as long as its credential is in force."""

    def __init__(self, gate: Gate, scope: Scope, receive: Receive, send: Send):
        self._gate = gate
        self._scope = scope
        self._receive = receive
        self._send = send
        self._checked_s = gate.now_s()

    async def receive(self) -> Message:
        """The next message; closes on one that is too long."""
        message = await self._receive()
        sent = message.get("text") or message.get("bytes") or b""
        if len(sent) > self._gate.limits.message_bytes:
            await self._send({"type": "websocket.close", "code": _TOO_BIG, "reason": "too long"})
            return {"type": "websocket.disconnect", "code": _TOO_BIG}
        return message

    async def send(self, message: Message) -> None:
        """Sends; closes instead if who opened it does not get in any more."""
        now_s = self._gate.now_s()
        if now_s - self._checked_s >= self._gate.limits.check_every_s:
            self._checked_s = now_s
            if not await self._gate.still_in(self._scope):
                closed = {"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "refused"}
                await self._send(closed)
                raise WebSocketDisconnect(_POLICY_VIOLATION)
        await self._send(message)


def is_guarded(path: str) -> bool:
    """Whether what is at an address is not for everybody: all but pages."""
    return path.startswith("/v1") or path == METRICS


async def _refuse(error: Throttled, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": _POLICY_VIOLATION, "reason": "too many"})
    else:
        await problem_of(error)(scope, receive, send)


def _token(scope: Scope) -> str | None:
    headers = Headers(scope=scope)
    authorization = headers.get("authorization")
    if authorization is not None:
        kind, _, token = authorization.partition(" ")
        return token.strip() if kind.lower() == "bearer" else ""
    if scope["type"] == "websocket":
        # A browser cannot send the header there.
        sent: list[str] = parse_qs(scope["query_string"].decode("latin-1")).get("api_key", [])
        if sent:
            return sent[0]
    try:
        cookie = SimpleCookie(headers.get("cookie", "")).get(COOKIE)
    except CookieError:
        return None
    return cookie.value if cookie else None


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _network(address: str) -> str:
    # Whoever has one IPv6 address has a whole /64 of them.
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    return str(ipaddress.ip_network((address, 64), strict=False)) if found.version == 6 else address


def _is_local(scope: Scope) -> bool:
    # What a proxy on this machine passes on does not come from this machine.
    if any(name in Headers(scope=scope) for name in _FORWARDED):
        return False
    try:
        return ipaddress.ip_address(_address(scope)).is_loopback
    except ValueError:
        return True
