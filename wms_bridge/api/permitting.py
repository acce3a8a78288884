"""What each route needs of who asks: ``dependencies=[needs(Permission.SEE)]``."""

import logging
from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from typing import Any
from urllib.parse import unquote

from fastapi import Depends, WebSocketException, params
from starlette.requests import HTTPConnection, Request
from starlette.types import Scope

from planner.codec.messages import decode
from planner.warehouse.errors import PodherdError
from wms_bridge.access.acting import Act, act, act_is
from wms_bridge.access.errors import NotAllowed, NotSignedIn
from wms_bridge.access.principal import Principal
from wms_bridge.access.roles import Permission
from wms_bridge.api.refusals import SIGN_IN

LOG = logging.getLogger(__name__)
PRINCIPAL = "podherd.principal"
SITE = "podherd.site"
REASON = "podherd-reason"
MOST_READ = 64 * 1024
"""Bodies up to here are looked through for a reason and names."""
_NAMES = ("order", "receipt", "pick", "account", "name", "key", "lot", "url", "by", "action")
_POLICY_VIOLATION = 1008


class Needs:
    """Lets those in who have a permission; ``None`` lets anybody in. On a route without one nobody
    gets in. ``bulk`` allows a large body."""

    def __init__(self, permission: Permission | None, bulk: bool = False):
        self.permission = permission
        self.bulk = bulk

    async def __call__(self, connection: HTTPConnection) -> None:
        """Refuses everybody else."""
        self.check(connection.scope)

    def check(self, scope: Scope) -> None:
        """:class:`NotSignedIn` or :class:`NotAllowed` unless who asks may."""
        principal: Principal | None = scope.get(PRINCIPAL)
        if self.permission is None:
            return
        if principal is None:
            raise NotSignedIn("This bridge asks for its API key or a session.", remedy=SIGN_IN)
        sites = {scope[SITE], scope.get("path_params", {}).get("site", scope[SITE])}
        if not all(principal.belongs_to(site) for site in sites):
            LOG.warning("%s is of another site: %s", principal.who, scope["path"])
            raise NotAllowed("you are of another site", code="foreign_site")
        if not principal.may(self.permission):
            LOG.warning("%s may not %s: %s", principal.who, self.permission, scope["path"])
            raise NotAllowed(
                f"this needs the permission {self.permission.value}",
                remedy="Ask an administrator for a role that has it.",
            )


def needs(permission: Permission, *, bulk: bool = False) -> Any:
    """The dependency of a route, or of all routes of a router. Bodies above 1 MiB are refused
    unless ``bulk``."""
    dependency: params.Depends = Depends(Needs(permission, bulk))
    return dependency


def anybody() -> Any:
    """The dependency of a route that looks itself at who asks: a login, a signed webhook."""
    dependency: params.Depends = Depends(Needs(None))
    return dependency


def needs_of(route: object) -> tuple[Needs, ...]:
    """What a route declares."""
    declared: Iterable[params.Depends] = getattr(route, "dependencies", None) or ()
    found = (one.dependency for one in declared)
    return tuple(one for one in found if isinstance(one, Needs))


async def check_permitted(connection: HTTPConnection) -> None:
    """Lets in whom the route lets in, before anything else of it is looked at; nobody on a route
    that does not declare what it needs."""
    declared = needs_of(connection.scope.get("route"))
    try:
        if not declared:
            raise NotAllowed("this address is open to nobody")
        for one in declared:
            one.check(connection.scope)
    except PodherdError as error:
        if connection.scope["type"] == "websocket":
            raise WebSocketException(_POLICY_VIOLATION, "refused") from error
        raise
    await _tell(connection)


def check_before_body(scope: Scope) -> bool:
    """Refuses before a body is read; whether it may be large."""
    declared = needs_of(scope.get("route"))
    for one in declared:
        one.check(scope)
    return any(one.bulk for one in declared)


async def _tell(connection: HTTPConnection) -> None:
    made = act()
    if made is None:
        return
    scope = connection.scope
    template = getattr(scope.get("route"), "path", scope["path"])
    names = [f"{name}={value}" for name, value in scope.get("path_params", {}).items()]
    why = unquote(connection.headers.get(REASON, ""))
    body = await _small_body(connection)
    if isinstance(body, dict):
        told = {name: body[name] for name in _NAMES if isinstance(body.get(name), str)}
        names += [f"{name}={value}" for name, value in told.items()]
        why = why or next((body[n] for n in ("reason", "why") if isinstance(body.get(n), str)), "")
    elif isinstance(body, list):
        names += _kinds(body)
    method = scope.get("method", "WS")
    act_is(_better(made, " ".join([f"{method} {template}", *names]), why))


def _better(made: Act, what: str, why: str) -> Act:
    return replace(made, what=what, why=why)


async def _small_body(connection: HTTPConnection) -> Any:
    length = connection.headers.get("content-length", "")
    wanted = isinstance(connection, Request) and connection.method not in ("GET", "HEAD")
    if not wanted or not length.isdecimal() or not 0 < int(length) <= MOST_READ:
        return None
    assert isinstance(connection, Request)
    try:
        return decode(await connection.body())
    except (PodherdError, RecursionError):
        return None


def _kinds(items: list[Any]) -> list[str]:
    kinds = Counter(str(item.get("type", "")) if isinstance(item, dict) else "" for item in items)
    return [f"{kind or 'items'}x{count}" for kind, count in sorted(kinds.items())]
