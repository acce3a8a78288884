"""Tryton's JSON-RPC: one POST for each call, a session that is renewed when it has run out."""

import asyncio
import base64
import random
import re
from http import HTTPStatus
from typing import Any

import httpx

from wms_bridge.connectors.tryton.values import from_text, to_text
from wms_bridge.ports.store import DeliveryFailed

TIMEOUT_S = 60.0
CONNECT_S = 5.0
MAX_ERROR = 500
"""Characters of an error kept: Tryton's may be 48 kB, with every field of a record."""
TRIES = 5
PAUSE_S = 0.05
"""The first wait after a lock that was not to be had; twice as long each time, with jitter."""
_BUSY = frozenset(
    {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.NOT_FOUND}
)
"""Not found is what Tryton answers to a login while its database is locked."""
_NOT_DONE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_CHANGED_MEANWHILE = "ConcurrencyException"
_TELLING = ("UserError", "UserWarning", "LoginException", _CHANGED_MEANWHILE)


class ChangedMeanwhile(DeliveryFailed):
    """Somebody has changed the record since it was read: look again."""


class TrytonWire:
    """Calls methods of Tryton's models. Safe for several calls at a time in one event loop. Raises
    :class:`DeliveryFailed`."""

    def __init__(
        self,
        endpoint: str,
        user: str,
        password: str,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        self._endpoint, self._user, self._password = endpoint, user, password
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)
        self._login = asyncio.Lock()
        self._session = ""
        self._jitter = random.Random()
        self.user_number = 0
        """Of the user we are; 0 before the first call."""
        self.preferences: dict[str, Any] = {}

    async def version(self) -> str:
        """The series of the server."""
        root = self._endpoint.removesuffix("/rpc/").rpartition("/")[0]
        told = await self._post(f"{root}/rpc/", "common.server.version", [], changes=False)
        return str(told)

    async def ask(self, method: str, *params: Any, **context: Any) -> Any:
        """Call a method that changes nothing: a lost answer leaves nothing unknown."""
        return await self._call(f"model.{method}", params, context, changes=False)

    async def do(self, method: str, *params: Any, **context: Any) -> Any:
        """Call a method that changes something, warnings to people left out."""
        context = {"_skip_warnings": True, **context}
        return await self._call(f"model.{method}", params, context, changes=True)

    async def find(
        self,
        model: str,
        domain: list[Any],
        fields: list[str],
        order: list[list[str]] | None = None,
        limit: int | None = None,
        offset: int = 0,
        **context: Any,
    ) -> list[dict[str, Any]]:
        """The records that fit, by number unless told otherwise."""
        by = order or [["id", "ASC"]]
        found: list[dict[str, Any]] = await self.ask(
            f"{model}.search_read", domain, offset, limit, by, fields, **context
        )
        return found

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _call(
        self, method: str, params: tuple[Any, ...], context: dict[str, Any], *, changes: bool
    ) -> Any:
        for attempt in range(TRIES):
            try:
                session = await self._current_session()
                full = [*params, {**self.preferences, **context}]
                return await self._post(self._endpoint, method, full, session, changes=changes)
            except _SessionOver:
                self._forget(session)
            except _Busy as busy:
                if attempt == TRIES - 1:
                    raise DeliveryFailed(busy.reason, refused=False) from busy
                await asyncio.sleep(PAUSE_S * 2**attempt * self._jitter.uniform(0.5, 1.5))
        raise DeliveryFailed(f"{method}: sessions run out at once", refused=False)

    async def _current_session(self) -> str:
        async with self._login:
            if not self._session:
                await self._log_in()
            return self._session

    async def _log_in(self) -> None:
        secret = [self._user, {"password": self._password}]
        try:
            told = await self._post(self._endpoint, "common.db.login", secret, changes=False)
        except _SessionOver:
            raise DeliveryFailed(
                "Tryton does not know the user or password", refused=False
            ) from None
        number, token = int(told[0]), str(told[1])
        text = f"{self._user}:{number}:{token}".encode()
        session = f"Session {base64.b64encode(text).decode()}"
        method = "model.res.user.get_preferences"
        self.preferences = await self._post(
            self._endpoint, method, [True, {}], session, changes=False
        )
        self.user_number, self._session = number, session

    def _forget(self, session: str) -> None:
        if self._session == session:
            self._session = ""

    async def _post(
        self, url: str, method: str, params: list[Any], session: str = "", *, changes: bool
    ) -> Any:
        headers = {"Content-Type": "application/json"}
        if session:
            headers["Authorization"] = session
        body = to_text({"id": 1, "method": method, "params": params})
        try:
            answer = await self._http.post(url, content=body, headers=headers)
        except _NOT_DONE as error:
            raise DeliveryFailed(f"{method}: {_told(error)}", refused=False) from error
        except httpx.HTTPError as error:
            reason = f"{method}: {_told(error)}"
            raise DeliveryFailed(reason, refused=False, unknown=changes) from error
        return _result(method, answer, changes)


class _SessionOver(Exception):
    """Nothing was done: log in again."""


class _Busy(Exception):
    """Nothing was done: the server could not get a lock. Try again."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def _result(method: str, answer: httpx.Response, changes: bool) -> Any:
    if answer.status_code == HTTPStatus.UNAUTHORIZED:
        raise _SessionOver
    if answer.status_code in _BUSY:
        raise _Busy(f"{method}: answer {answer.status_code} {_short(answer.text)}")
    if not answer.is_success:
        # A proxy's 502 or 504 does not tell what the server behind it does.
        unknown = changes and answer.is_server_error
        reason = f"{method}: answer {answer.status_code} {_short(answer.text)}"
        raise DeliveryFailed(reason, refused=False, unknown=unknown)
    try:
        told = from_text(answer.content)
    except ValueError as error:
        reason = f"{method}: no JSON: {_short(answer.text)}"
        raise DeliveryFailed(reason, refused=False, unknown=changes) from error
    if isinstance(told, dict) and "error" in told:
        raise _refusal(method, told["error"])
    return told["result"]


def _refusal(method: str, error: Any) -> DeliveryFailed:
    """Errors roll the transaction back there, so nothing was done."""
    parts = error if isinstance(error, list) and error else [error]
    kind = str(parts[0])
    told = parts[1] if kind in _TELLING and len(parts) > 1 else kind
    text = " ".join(str(one) for one in told if one) if isinstance(told, list) else str(told)
    reason = f"{method}: {_short(text)}"
    if kind == _CHANGED_MEANWHILE:
        return ChangedMeanwhile(reason, refused=False)
    return DeliveryFailed(reason, refused=True)


def _told(error: httpx.HTTPError) -> str:
    return _short(f"{type(error).__name__}: {error}")


def _short(text: str) -> str:
    """Without markup: some errors are web pages."""
    plain = re.sub(r"<[^<>]*>", " ", text[: 4 * MAX_ERROR])
    return " ".join(plain.split())[:MAX_ERROR]
