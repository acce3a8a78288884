"""Who may talk to the bridge, and how much at once."""

from abc import ABC, abstractmethod
from collections.abc import Collection, MutableMapping
from http import HTTPStatus
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from planner.warehouse.errors import PodherdError
from wms_bridge.api.depth import MAX_DEPTH, Depth
from wms_bridge.api.gate import is_guarded
from wms_bridge.api.permitting import check_before_body
from wms_bridge.api.problems import Refused, problem
from wms_bridge.api.refusals import RefusedEarly

MAX_BODY_BYTES = 64 * 1024 * 1024
SMALL_BODY_BYTES = 1024 * 1024
MAX_ADDRESS_BYTES = 8 * 1024
MAX_HEADER_BYTES = 32 * 1024
MAX_HEADERS = 100
_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
}
_API_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
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


class SizeGuard(Guard):
    """Refuses addresses and headers of unusual length."""

    def refusal(self, scope: Scope) -> Response | None:
        """Refuses what is too long."""
        address = len(scope.get("raw_path") or b"") + len(scope["query_string"])
        if address > MAX_ADDRESS_BYTES:
            return problem(
                HTTPStatus.REQUEST_URI_TOO_LONG,
                "address_too_long",
                f"The address is longer than {MAX_ADDRESS_BYTES} bytes.",
                remedy="Send what is long in the body.",
            )
        headers = sum(len(name) + len(value) for name, value in scope["headers"])
        if headers > MAX_HEADER_BYTES or len(scope["headers"]) > MAX_HEADERS:
            return problem(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                "headers_too_large",
                f"More than {MAX_HEADERS} headers or {MAX_HEADER_BYTES} bytes of them.",
                remedy="Send fewer and shorter headers.",
            )
        return None


class BodyLimit:
    """Refuses bodies larger than ``MAX_BODY_BYTES``, or ``SMALL_BODY_BYTES`` on routes that are
    not for bulk; and those of who may not send one at all, before they are read."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        http = scope["type"] == "http"
        await self._app(scope, _Limited(scope, receive) if http else receive, send)


class _Limited:
    def __init__(self, scope: Scope, receive: Receive):
        self._scope = scope
        self._receive = receive
        self._most: int | None = None
        self._read = 0
        self._depth = Depth()

    async def __call__(self) -> Message:
        # By the time a body is asked for it is known for which route.
        if self._most is None:
            try:
                bulk = check_before_body(self._scope)
            except PodherdError as error:
                raise RefusedEarly(error) from error
            self._most = MAX_BODY_BYTES if bulk else min(SMALL_BODY_BYTES, MAX_BODY_BYTES)
            declared = Headers(scope=self._scope).get("content-length", "0")
            self._check(int(declared) if declared.isdecimal() else 0)
        message = await self._receive()
        body = message.get("body", b"")
        self._read += len(body)
        self._check(self._read)
        if self._most <= SMALL_BODY_BYTES and self._depth.after(body) > MAX_DEPTH:
            raise Refused(
                HTTPStatus.BAD_REQUEST,
                f"JSON deeper than {MAX_DEPTH} levels.",
                field="body",
                value="",
                remedy="Send the shape that this address asks for.",
            )
        return message

    def _check(self, length: int) -> None:
        assert self._most is not None
        if length > self._most:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Send at most {self._most} bytes at once."
            )


class PageHeaders:
    """Lets the page load nothing from elsewhere, and answers be no pages at all. Behind TLS
    browsers are told to stay there."""

    def __init__(self, app: ASGIApp):
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message, scope)
            await send(message)

        await self._app(scope, receive, with_headers if scope["type"] == "http" else send)


def _add_headers(message: MutableMapping[str, object], scope: Scope) -> None:
    headers = MutableHeaders(scope=message)
    chosen = _API_HEADERS if is_guarded(scope["path"]) else _PAGE_HEADERS
    for name, text in (_ALWAYS | chosen).items():
        headers.setdefault(name, text)
    if scope.get("scheme") == "https":
        headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")


def _host_name(sent: str) -> str:
    try:
        return urlsplit(f"//{sent}").hostname or ""
    except ValueError:
        return ""


def _foreign(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    origin = headers.get("origin")
    if scope["type"] == "http" and scope["method"] in _SAFE:
        return False
    if origin is None:
        return headers.get("sec-fetch-site", "none") not in ("none", "same-origin")
    return urlsplit(origin).netloc != headers.get("host", "")
