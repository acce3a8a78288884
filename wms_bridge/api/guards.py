"""Who may talk to the bridge, and how much at once."""

import secrets
from abc import ABC, abstractmethod
from collections.abc import Collection, MutableMapping
from http import HTTPStatus
from urllib.parse import parse_qs, urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wms_bridge.api.problems import problem

MAX_BODY_BYTES = 64 * 1024 * 1024
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'self'; img-src 'self' data:; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Guard(ABC):
    """Lets a request or WebSocket in, or refuses it."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = None if scope["type"] == "lifespan" else self.refusal(scope)
        if refusal is None:
            await self._app(scope, receive, send)
        elif scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008, "reason": "refused"})
        else:
            await refusal(scope, receive, send)

    @abstractmethod
    def refusal(self, scope: Scope) -> Response | None:
        """What is answered instead; ``None`` lets the request in."""


class ApiKeyGuard(Guard):
    """Asks for ``Authorization: Bearer <key>`` under ``/v1``; a browser, which cannot send that
    on a WebSocket, may send ``?api_key=`` there."""

    def __init__(self, app: ASGIApp, api_key: str):
        super().__init__(app)
        self._api_key = api_key.encode()

    def refusal(self, scope: Scope) -> Response | None:
        """Refuses without the right key."""
        guarded = scope["path"].startswith("/v1")
        if not guarded or secrets.compare_digest(_sent_key(scope), self._api_key):
            return None
        return problem(
            HTTPStatus.UNAUTHORIZED,
            "unauthorized",
            "This bridge asks for its API key.",
            field="Authorization",
            remedy="Send the header 'Authorization: Bearer <key>'.",
            headers={"WWW-Authenticate": "Bearer"},
        )


class HostGuard(Guard):
    """Refuses requests to a host name that is not ours: a page of another site may have pointed a
    name of its own at this machine."""

    def __init__(self, app: ASGIApp, allowed_hosts: Collection[str]):
        super().__init__(app)
        self._allowed = frozenset(host.lower() for host in allowed_hosts)

    def refusal(self, scope: Scope) -> Response | None:
        """Refuses under another name."""
        sent = Headers(scope=scope).get("host", "")
        if _host_name(sent) in self._allowed:
            return None
        return problem(
            HTTPStatus.BAD_REQUEST,
            "unknown_host",
            "This bridge does not answer under this name.",
            field="Host",
            value=sent,
            remedy="Ask under the address that the bridge was told to listen on.",
        )


class OriginGuard(Guard):
    """Refuses changes and WebSockets asked for by pages of other sites in a user's browser."""

    def refusal(self, scope: Scope) -> Response | None:
        """Refuses pages of other sites."""
        if not _foreign(scope):
            return None
        return problem(
            HTTPStatus.FORBIDDEN,
            "foreign_origin",
            "A page of another site may not do this.",
            field="Origin",
        )


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

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


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
