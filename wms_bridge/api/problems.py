"""Every error as ``application/problem+json`` (RFC 9457) with a stable ``code``, and with
``field``, ``value`` and ``remedy`` where there is something to correct."""

import json
import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from planner.warehouse.errors import (
    IdempotencyConflict,
    LedgerImbalance,
    NotFound,
    PodherdError,
    TooLate,
    Unavailable,
    UnknownSite,
)
from wms_bridge.access.redacting import MASK, names_a_secret, redacted_value
from wms_bridge.api.catalogue import REMEDIES
from wms_bridge.interventions.errors import StalePage
from wms_bridge.problem_codes import INTERNAL_ERROR, code_of
from wms_bridge.tower.errors import WhatIfBusy

LOG = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
_MAX_SHOWN = 200

_STATUS: Mapping[type[PodherdError], HTTPStatus] = {
    NotFound: HTTPStatus.NOT_FOUND,
    UnknownSite: HTTPStatus.NOT_FOUND,
    Unavailable: HTTPStatus.SERVICE_UNAVAILABLE,
    TooLate: HTTPStatus.CONFLICT,
    StalePage: HTTPStatus.CONFLICT,
    IdempotencyConflict: HTTPStatus.CONFLICT,
    WhatIfBusy: HTTPStatus.CONFLICT,
    LedgerImbalance: HTTPStatus.INTERNAL_SERVER_ERROR,
}

_HTTP_CODES: Mapping[int, str] = {
    HTTPStatus.BAD_REQUEST: "bad_request",
    HTTPStatus.NOT_FOUND: "not_found",
    HTTPStatus.METHOD_NOT_ALLOWED: "method_not_allowed",
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: "content_too_large",
    HTTPStatus.UNSUPPORTED_MEDIA_TYPE: "unsupported_media_type",
    HTTPStatus.TOO_MANY_REQUESTS: "rate_limited",
}
"""Of errors that the web framework or a guard finds."""


class Refused(HTTPException):
    """A request refused before a route was asked, with what to do about it."""

    def __init__(
        self,
        status: HTTPStatus,
        detail: str,
        *,
        field: str,
        value: str,
        remedy: str,
        headers: Mapping[str, str] | None = None,
    ):
        super().__init__(status, detail, headers)
        self.field = field
        self.value = value
        self.remedy = remedy


def problem(
    status: HTTPStatus | int,
    code: str,
    detail: str,
    *,
    field: str = "",
    value: object = None,
    remedy: str = "",
    headers: Mapping[str, str] | None = None,
) -> Response:
    """An error answer; without a ``remedy`` it has that of its kind."""
    body: dict[str, object] = {
        "type": f"urn:podherd:problem:{code}",
        "title": code.replace("_", " ").capitalize(),
        "status": int(status),
        "detail": detail,
        "code": code,
    }
    value = MASK if value is not None and names_a_secret(field) else value
    more = {"field": field, "value": shown(value), "remedy": remedy or REMEDIES.get(code, "")}
    body |= {name: text for name, text in more.items() if text not in ("", None)}
    return Response(json.dumps(body), int(status), headers, MEDIA_TYPE)


def status_of(kind: type[PodherdError]) -> HTTPStatus:
    """The HTTP status with which a kind of error is answered."""
    return _STATUS.get(kind, HTTPStatus.UNPROCESSABLE_ENTITY)


def shown(value: object) -> str | int | float | bool | None:
    """A value from outside, short enough to be sent back, its secrets masked."""
    value = redacted_value(value)
    if value is None or isinstance(value, int | float | bool):
        return value
    text = value if isinstance(value, str) else repr(value)
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}…"


def install(app: FastAPI) -> None:
    """Have every error of the app answered in this form."""
    app.add_exception_handler(PodherdError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PodherdError)
    return problem(
        status_of(type(error)),
        code_of(error),
        error.problem,
        field=error.field,
        value=error.value,
        remedy=error.remedy,
    )


async def _invalid(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    path = [part for part in first["loc"] if part not in ("body", "query", "path", "header")]
    return problem(
        HTTPStatus.UNPROCESSABLE_ENTITY,
        "invalid_request",
        str(first["msg"]),
        field=field_path(path) or str(first["loc"][0]),
        value=first.get("input"),
        remedy="See /v1/openapi.json for the shape of this request.",
    )


def field_path(parts: list[str | int]) -> str:
    """``["lines", 2, "sku"]`` as ``lines[2].sku``."""
    path = ""
    for part in parts:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else str(part)
    return path


async def _http(_request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = _HTTP_CODES.get(error.status_code, f"http_{error.status_code}")
    more = (
        {"field": error.field, "value": error.value, "remedy": error.remedy}
        if isinstance(error, Refused)
        else {}
    )
    return problem(error.status_code, code, str(error.detail), headers=error.headers, **more)


async def _unexpected(request: Request, error: Exception) -> Response:
    LOG.error("%s %s failed", request.method, request.url.path, exc_info=error)
    return problem(
        HTTPStatus.INTERNAL_SERVER_ERROR,
        INTERNAL_ERROR,
        "The bridge failed; nothing of this request was kept.",
        remedy="Send it again; if it fails again, see the log of the bridge.",
    )
