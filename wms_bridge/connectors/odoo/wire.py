"""Odoo's JSON-RPC: one POST for each call, each a transaction of its own."""

import asyncio
import random
from http import HTTPStatus
from typing import Any

import httpx

from wms_bridge.ports.store import DeliveryFailed

TIMEOUT_S = 60.0
CONNECT_S = 5.0
MAX_ERROR = 500
"""Characters of an error kept: Odoo's come with a whole traceback."""
TRIES = 5
PAUSE_S = 0.05
"""The first wait after two transactions got into each other's way; twice as long each time, with
jitter."""
_UNWELL = frozenset({HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS})
_NOT_DONE = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_NO_RIGHT_TO_ENTER = "odoo.exceptions.AccessDenied"
_MISSING = "odoo.exceptions.MissingError"
_TELLING = "odoo.exceptions."
_IN_THE_WAY = ("SerializationFailure", "LockNotAvailable", "DeadlockDetected")
_DATABASE = "psycopg2."
_OURS_TO_BLAME = ("IntegrityError", "DataError", "UniqueViolation", "CheckViolation")
_DENIED = "the WMS does not know the user or password"
Row = dict[str, Any]


class ChangedMeanwhile(DeliveryFailed):
    """Somebody has changed the record since it was read: look again."""


class OdooWire:
    """Calls methods of Odoo's models. Safe for several calls at a time in one event loop. Raises
    :class:`DeliveryFailed`."""

    def __init__(
        self,
        endpoint: str,
        database: str,
        user: str,
        password: str,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        self._endpoint, self._database = endpoint, database
        self._user, self._password = user, password
        timeout = httpx.Timeout(timeout_s, connect=min(CONNECT_S, timeout_s))
        self._http = httpx.AsyncClient(timeout=timeout, transport=transport)
        self._login = asyncio.Lock()
        self._jitter = random.Random()
        self.user_number = 0
        """Of the user we are; 0 before the first call."""

    async def version(self) -> str:
        """Of the server, ``14.0`` say."""
        told = await self._post("common", "version", [], changes=False)
        return str(told["server_version"])

    async def ask(self, model: str, method: str, *params: Any, **named: Any) -> Any:
        """Call a method that changes nothing: a lost answer leaves nothing unknown."""
        return await self._call(model, method, params, named, changes=False)

    async def do(self, model: str, method: str, *params: Any, **named: Any) -> Any:
        """Call a method that changes something."""
        return await self._call(model, method, params, named, changes=True)

    async def find(
        self,
        model: str,
        domain: list[Any],
        fields: list[str],
        order: str = "id",
        limit: int = 0,
    ) -> list[Row]:
        """The records that fit, by number unless told otherwise; ``limit`` 0 is none."""
        named = {"fields": fields, "order": order, "limit": limit or None}
        found: list[Row] = await self.ask(model, "search_read", domain, **named)
        return found

    async def close(self) -> None:
        """Let go of connections."""
        await self._http.aclose()

    async def _call(
        self,
        model: str,
        method: str,
        params: tuple[Any, ...],
        named: dict[str, Any],
        *,
        changes: bool,
    ) -> Any:
        for attempt in range(TRIES):
            number = await self._number()
            who = [self._database, number, self._password]
            try:
                asked = [*who, model, method, list(params), named]
                return await self._post("object", "execute_kw", asked, changes=changes)
            except _InTheWay as clash:
                if attempt == TRIES - 1:
                    raise DeliveryFailed(clash.reason, refused=False) from clash
                await asyncio.sleep(PAUSE_S * 2**attempt * self._jitter.uniform(0.5, 1.5))
        raise AssertionError("every try returns or raises")

    async def _number(self) -> int:
        async with self._login:
            if not self.user_number:
                secret = [self._database, self._user, self._password, {}]
                told = await self._post("common", "authenticate", secret, changes=False)
                if not told:
                    raise DeliveryFailed(_DENIED, refused=False)
                self.user_number = int(told)
            return self.user_number

    async def _post(self, service: str, method: str, args: list[Any], *, changes: bool) -> Any:
        body = {
            "jsonrpc": "2.0",
            "method": "call",
            "id": 1,
            "params": {"service": service, "method": method, "args": args},
        }
        what = ".".join(str(one) for one in args[3:5]) if service == "object" else method
        try:
            answer = await self._http.post(self._endpoint, json=body)
        except _NOT_DONE as error:
            raise DeliveryFailed(f"{what}: {_told(error)}", refused=False) from error
        except httpx.HTTPError as error:
            reason = f"{what}: {_told(error)}"
            raise DeliveryFailed(reason, refused=False, unknown=changes) from error
        return _result(what, answer, changes)


class _InTheWay(Exception):
    """Nothing was done: another transaction was quicker. Try again."""

    def __init__(self, reason: str):
        self.reason = reason
        super().__init__(reason)


def _result(what: str, answer: httpx.Response, changes: bool) -> Any:
    if answer.status_code in _UNWELL:
        raise _InTheWay(f"{what}: answer {answer.status_code}")
    if not answer.is_success:
        # A proxy's 502 or 504 does not tell what the server behind it does.
        unknown = changes and answer.is_server_error
        reason = f"{what}: answer {answer.status_code}"
        raise DeliveryFailed(reason, refused=False, unknown=unknown)
    try:
        told = answer.json()
    except ValueError as error:
        reason = f"{what}: no JSON: {_short(answer.text)}"
        raise DeliveryFailed(reason, refused=False, unknown=changes) from error
    # A method that returns nothing is answered without a result.
    if not isinstance(told, dict) or "jsonrpc" not in told:
        raise DeliveryFailed(f"{what}: no answer of Odoo's", refused=False, unknown=changes)
    if told.get("error"):
        raise _refusal(what, told["error"])
    return told.get("result")


def _refusal(what: str, error: Any) -> Exception:
    """Errors roll the transaction back there, so nothing was done."""
    data = error.get("data") if isinstance(error, dict) else None
    kind = str(data.get("name", "")) if isinstance(data, dict) else ""
    text = str(data.get("message", "")) if isinstance(data, dict) else str(error)
    reason = f"{what}: {_short(text) or kind}"
    if kind.endswith(_IN_THE_WAY) or "could not serialize access" in text:
        return _InTheWay(reason)
    if kind == _NO_RIGHT_TO_ENTER:
        return DeliveryFailed(_DENIED, refused=False)
    if kind == _MISSING:
        return ChangedMeanwhile(reason, refused=False)
    if kind.startswith(_DATABASE) and not kind.endswith(_OURS_TO_BLAME):
        return DeliveryFailed(reason, refused=False)
    if kind.startswith(_TELLING):
        return DeliveryFailed(reason, refused=True)
    return DeliveryFailed(f"{what}: {kind}: {_short(text)}", refused=True)


def _told(error: httpx.HTTPError) -> str:
    return _short(f"{type(error).__name__}: {error}")


def _short(text: str) -> str:
    return " ".join(text[: 4 * MAX_ERROR].split())[:MAX_ERROR]
