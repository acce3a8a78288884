"""What is refused before a route is asked: addresses, methods and media types it does not know."""

from http import HTTPStatus
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Match, Route

from wms_bridge.api.gate import METRICS
from wms_bridge.api.problems import Refused

METHODS = ("GET", "PUT", "POST", "PATCH", "DELETE")
JSON = "application/json"


def add_fallback(app: FastAPI) -> None:
    """Answer addresses under ``/v1``, and methods for the metrics, that no route so far knows: 405
    with the right ``Allow`` if they are known for other methods, else 404."""
    known = tuple(app.router.routes)

    async def refuse(request: Request) -> Response:
        allowed = [method for method in METHODS if _knows(known, request, method)]
        if not allowed:
            raise HTTPException(HTTPStatus.NOT_FOUND, "There is nothing at this address.")
        raise Refused(
            HTTPStatus.METHOD_NOT_ALLOWED,
            f"This address does not know {request.method}.",
            field="method",
            value=request.method,
            remedy=f"Use {' or '.join(allowed)}.",
            headers={"Allow": ", ".join(allowed)},
        )

    for path in ("/v1/{rest:path}", METRICS):
        app.router.routes.append(_AnyMethod(path, refuse, include_in_schema=False))


async def check_media_type(connection: HTTPConnection) -> None:
    """Refuse a body of a media type that the route does not take, with 415."""
    route = connection.scope.get("route")
    if connection.scope["type"] != "http" or not isinstance(route, APIRoute):
        return
    taken = _media_types(route)
    sent = connection.headers.get("content-type", "").partition(";")[0].strip().lower()
    has_body = connection.headers.get("content-length", "0") != "0" or (
        "transfer-encoding" in connection.headers
    )
    if taken and (has_body or sent) and sent not in taken:
        raise Refused(
            HTTPStatus.UNSUPPORTED_MEDIA_TYPE,
            "This address does not take a body of this media type.",
            field="Content-Type",
            value=sent,
            remedy=f"Send the header 'Content-Type: {' or '.join(taken)}'.",
        )


class _AnyMethod(Route):
    """A route that takes every method, those included that HTTP has not."""

    def __init__(self, path: str, endpoint: Any, *, include_in_schema: bool):
        super().__init__(path, endpoint, include_in_schema=include_in_schema)
        self.methods = None


def _knows(routes: tuple[BaseRoute, ...], request: Request, method: str) -> bool:
    scope = {**request.scope, "method": method}
    return any(route.matches(dict(scope))[0] is Match.FULL for route in routes)


def _media_types(route: APIRoute) -> tuple[str, ...]:
    body = (route.openapi_extra or {}).get("requestBody")
    if body is not None:
        return tuple(body["content"])
    return (JSON,) if route.body_field is not None else ()
