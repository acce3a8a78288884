"""Who may talk to the bridge, and how much at once."""

import secrets
from collections.abc import Collection, MutableMapping
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wms_bridge.api.problems import problem

MAX_BODY_BYTES = 64 * 1024 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
_DOCS = ("/docs", "/redoc")


class ApiKeyGuard:
    """Asks for ``Authorization: Bearer <key>`` under ``/v1``; a browser, which cannot send that
    on a WebSocket, may send ``?api_key=`` there."""

    def __init__(self, app: ASGIApp, api_key: str):
        self._app = app
        self._api_key = api_key.encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        guarded = scope["type"] != "lifespan" and scope["path"].startswith("/v1")
        if not guarded or secrets.compare_digest(_sent_key(scope), self._api_key):
            await self._app(scope, receive, send)
            return
        answer = problem(
            HTTPStatus.UNAUTHORIZED,
            "unauthorized",
            "This bridge asks for its API key.",
            field="Authorization",
            remedy="Send the header 'Authorization: Bearer <key>'.",
            headers={"WWW-Authenticate": "Bearer"},
        )
        await _refuse(answer, scope, receive, send)


class HostGuard:
    """Refuses requests to a host name that is not ours: a page of another site may have pointed a
    name of its own at this machine."""

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]):
        self._app = app
        self._allowed = frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        sent = "" if scope["type"] == "lifespan" else Headers(scope=scope).get("host", "")
        if scope["type"] == "lifespan" or _host_name(sent) in self._allowed:
            await self._app(scope, receive, send)
            return
        answer = problem(
            HTTPStatus.BAD_REQUEST,
            "unknown_host",
            "This bridge does not answer under this name.",
            field="Host",
            value=sent,
            remedy="Ask under the address that the bridge was told to listen on.",
        )
        await _refuse(answer, scope, receive, send)


class OriginGuard:
    """Refuses changes and WebSockets asked for by pages of other sites in a user's browser."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan" or not _foreign(scope):
            await self._app(scope, receive, send)
            return
        answer = problem(
            HTTPStatus.FORBIDDEN,
            "foreign_origin",
            "A page of another site may not do this.",
            field="Origin",
        )
        await _refuse(answer, scope, receive, send)


class BodyLimit:
    """Refuses bodies larger than ``MAX_BODY_BYTES``."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        read = 0

        async def limited() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > MAX_BODY_BYTES:
                raise HTTPException(
                    HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                    f"Send at most {MAX_BODY_BYTES} bytes at once.",
                )
            return message

        await self._app(scope, limited if scope["type"] == "http" else receive, send)


class PageHeaders:
    """Lets the page load nothing from elsewhere."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        page = scope["type"] == "http" and not scope["path"].startswith(_DOCS)
        await self._app(scope, receive, with_headers if page else send)


def _add_headers(message: MutableMapping[str, object]) -> None:
    headers = MutableHeaders(scope=message)
    for name, text in _PAGE_HEADERS.items():
        headers.setdefault(name, text)


def _sent_key(scope: Scope) -> bytes:
    kind, _, key = Headers(scope=scope).get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return key.strip().encode()
    if scope["type"] == "websocket":
        sent: str = parse_qs(scope["query_string"].decode("latin-1")).get("api_key", [""])[0]
        return sent.encode()
    return b""


def _host_name(sent: str) -> str:
    try:
        return urlsplit(f"//{sent}").hostname or ""
    except ValueError:
        return ""


def _foreign(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if origin is None or (scope["type"] == "http" and scope["method"] in _SAFE):
        return False
    return urlsplit(origin).netloc != headers.get("host", "")


async def _refuse(answer: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
    else:
        await answer(scope, receive, send)
