"""Refusals of those who ask, as problems."""

import math
from http import HTTPStatus

from fastapi import FastAPI, Request, Response
from starlette.exceptions import HTTPException

from planner.warehouse.errors import PodherdError
from wms_bridge.access.errors import (
    BlockedAddress,
    InvalidAccess,
    NotAllowed,
    NotSignedIn,
    Throttled,
)
from wms_bridge.api.problems import problem

_INVALID = {InvalidAccess: "invalid_access", BlockedAddress: "blocked_address"}
SIGN_IN = "Send the header 'Authorization: Bearer <key>', or sign in with POST /v1/login."


class RefusedEarly(HTTPException):
    """A refusal before the body is read; the web framework lets no other kind of error through
    there."""

    def __init__(self, error: PodherdError):
        super().__init__(HTTPStatus.FORBIDDEN, error.problem)
        self.error = error


def install(app: FastAPI) -> None:
    """Have these refusals answered as problems."""
    for kind in (NotSignedIn, NotAllowed, Throttled, *_INVALID):
        app.add_exception_handler(kind, _refused)
    app.add_exception_handler(RefusedEarly, _refused_early)
    app.add_exception_handler(RecursionError, _too_deep)


def problem_of(error: PodherdError) -> Response:
    """The answer to a refusal of this module's kinds."""
    match error:
        case NotSignedIn():
            status, code = HTTPStatus.UNAUTHORIZED, "unauthorized"
            headers = {"WWW-Authenticate": "Bearer"}
        case NotAllowed():
            status, code, headers = HTTPStatus.FORBIDDEN, error.code, {}
        case Throttled():
            status, code = HTTPStatus.TOO_MANY_REQUESTS, "rate_limited"
            headers = {"Retry-After": str(math.ceil(error.retry_after_ms / 1000))}
        case _:
            status, headers = HTTPStatus.UNPROCESSABLE_ENTITY, {}
            code = _INVALID.get(type(error), "invalid_access")
    return problem(
        status,
        code,
        error.problem,
        field=error.field,
        value=error.value,
        remedy=error.remedy,
        headers=headers,
    )


async def _refused(_request: Request, error: Exception) -> Response:
    assert isinstance(error, PodherdError)
    return problem_of(error)


async def _refused_early(_request: Request, error: Exception) -> Response:
    assert isinstance(error, RefusedEarly)
    return problem_of(error.error)


async def _too_deep(_request: Request, _error: Exception) -> Response:
    return problem(
        HTTPStatus.BAD_REQUEST, "bad_request", "The body is nested too deeply.", field="body"
    )
