"""Signing in, accounts, keys and the audit log."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from http import HTTPStatus
from itertools import chain
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr
from starlette.responses import StreamingResponse

from planner.codec.messages import encode
from wms_bridge.access.accounts import AccountWanted
from wms_bridge.access.audit import FIRST_DIGEST, AuditFault, AuditReport, head_of
from wms_bridge.access.errors import InvalidAccess
from wms_bridge.access.gatekeeper import Access, SignedIn
from wms_bridge.access.keys import KeyWanted
from wms_bridge.access.principal import Principal
from wms_bridge.access.roles import ALLOWED, Permission
from wms_bridge.api.answers import part_of
from wms_bridge.api.context import InContext
from wms_bridge.api.gate import ADDRESS, COOKIE, TOKEN
from wms_bridge.api.params import MAX_NUMBER, Before, Limit
from wms_bridge.api.permitting import PRINCIPAL, anybody, needs
from wms_bridge.kpis.sheet import csv_lines
from wms_bridge.records.access import (
    AuditEntry,
    AuditHead,
    AuditQuery,
)

router = APIRouter(prefix="/v1", tags=["access"])
_ME = [needs(Permission.SEE_STATION)]
_ADMINISTER = [needs(Permission.ADMINISTER)]
_AUDIT = [needs(Permission.AUDIT)]
_EXPORTED = 1_000
Words = Annotated[str | None, Query(max_length=200)]
Time = Annotated[int | None, Query(ge=0, le=MAX_NUMBER)]


class _In(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class LoginIn(_In):
    """Who wants to sign in."""

    name: StrictStr = Field(max_length=100)
    password: StrictStr = Field(max_length=256)


class PasswordIn(_In):
    """Another password for oneself."""

    old_password: StrictStr = Field(max_length=256)
    new_password: StrictStr = Field(max_length=256)


class AccountIn(_In):
    """What an account is to be; a new one needs a password, any other keeps its own without.
    ``seen_ms`` is its ``changed_ms`` as it was looked at (0 for a new one): refused if somebody has
    changed it since."""

    roles: list[StrictStr] = Field(max_length=10)
    sites: list[StrictStr] = Field(max_length=100)
    password: StrictStr | None = Field(None, max_length=256)
    disabled: StrictBool = False
    seen_ms: StrictInt | None = Field(None, ge=0, le=MAX_NUMBER)


class KeyIn(_In):
    """What a key is to be."""

    name: StrictStr = Field(max_length=100)
    role: StrictStr = Field(max_length=20)
    sites: list[StrictStr] = Field(max_length=100)
    expires_ms: StrictInt | None = Field(None, ge=0, le=MAX_NUMBER)


class MeOut(BaseModel):
    """Who asks, and what they may do."""

    who: str
    roles: list[str]
    sites: list[str]
    permissions: list[str]


class SessionOut(MeOut):
    """A session has begun; the token is told this once."""

    token: str
    expires_ms: int


@dataclass(frozen=True, slots=True)
class AccountOut:
    """An account, without its password."""

    account: str
    roles: tuple[str, ...]
    sites: tuple[str, ...]
    created_ms: int
    changed_ms: int
    disabled: bool


class AccountsOut(BaseModel):
    """All accounts."""

    accounts: list[AccountOut]


@dataclass(frozen=True, slots=True)
class KeyOut:
    """A key, without its secret."""

    key: str
    name: str
    role: str
    sites: tuple[str, ...]
    created_ms: int
    expires_ms: int | None
    last_used_ms: int | None
    revoked_ms: int | None


@dataclass(frozen=True, slots=True)
class NewKeyOut(KeyOut):
    """A key with its secret, which is told this once."""

    secret: str


class KeysOut(BaseModel):
    """All keys, those revoked included."""

    keys: list[KeyOut]


class AuditOut(BaseModel):
    """Entries of the audit log, the newest first."""

    entries: tuple[AuditEntry, ...]


class AuditCheckOut(BaseModel):
    """Whether the audit log is what was written; ``head`` is for safekeeping elsewhere, and for
    going on after it where the check is not ``complete``."""

    sound: bool
    entries: int
    head: AuditHead
    faults: tuple[AuditFault, ...]
    complete: bool


class RolesOut(BaseModel):
    """What each role may do, as permissions."""

    roles: dict[str, list[str]]


@router.post("/login", dependencies=[anybody()])
def login(body: LoginIn, request: Request, response: Response, context: InContext) -> SessionOut:
    """Sign in: a token for ``Authorization: Bearer``, and the same as a cookie for browsers. A
    wrong name and a wrong password are answered alike."""
    address = request.scope[ADDRESS]
    signed_in = _access(request).login(body.name, body.password, address, context.clock())
    _set_cookie(request, response, signed_in, context.clock())
    me = _me(signed_in.principal)
    return SessionOut(**me.model_dump(), token=signed_in.token, expires_ms=signed_in.expires_ms)


@router.post("/logout", status_code=HTTPStatus.NO_CONTENT, dependencies=_ME)
def logout(request: Request, response: Response) -> None:
    """End the session that asks; a key stays as it is."""
    principal: Principal = request.scope[PRINCIPAL]
    if principal.account is not None:
        _access(request).logout(request.scope[TOKEN])
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="strict")


@router.get("/me", dependencies=_ME)
def me(request: Request) -> MeOut:
    """Who asks."""
    return _me(request.scope[PRINCIPAL])


@router.put("/me/password", status_code=HTTPStatus.NO_CONTENT, dependencies=_ME)
def change_password(body: PasswordIn, request: Request, context: InContext) -> None:
    """Take another password; all sessions of the account end."""
    principal: Principal = request.scope[PRINCIPAL]
    if principal.account is None:
        raise InvalidAccess(
            "only an account has a password", field="Authorization", remedy="Sign in first."
        )
    address = request.scope[ADDRESS]
    _access(request).change_password(
        principal.account, body.old_password, body.new_password, address, context.clock()
    )


@router.get("/accounts", dependencies=_ADMINISTER)
def accounts(request: Request) -> AccountsOut:
    """All accounts, by name."""
    return AccountsOut(accounts=[part_of(one, AccountOut) for one in _access(request).accounts()])


@router.put("/accounts/{account:path}", dependencies=_ADMINISTER)
def put_account(account: str, body: AccountIn, request: Request, context: InContext) -> AccountOut:
    """Add an account or change it; its sessions end. An account is never removed: disable it."""
    wanted = AccountWanted(account, body.roles, body.sites, None, body.disabled, body.seen_ms)
    by = request.scope[PRINCIPAL]
    record = _access(request).put_account(wanted, body.password, by, context.clock())
    return part_of(record, AccountOut)


@router.get("/accounts/{account:path}", dependencies=_ADMINISTER)
def account(account: str, request: Request) -> AccountOut:
    """One account."""
    return part_of(_access(request).account(account), AccountOut)


@router.get("/roles", dependencies=_ME)
def roles() -> RolesOut:
    """All roles, and the permissions that each has."""
    allowed = {role.value: [one for one in Permission if one in ALLOWED[role]] for role in ALLOWED}
    return RolesOut(roles={role: [one.value for one in may] for role, may in allowed.items()})


@router.get("/keys", dependencies=_ADMINISTER)
def keys(request: Request) -> KeysOut:
    """All keys of programs, the oldest first."""
    return KeysOut(keys=[part_of(one, KeyOut) for one in _access(request).all_keys()])


@router.post("/keys", status_code=HTTPStatus.CREATED, dependencies=_ADMINISTER)
def post_key(body: KeyIn, request: Request, context: InContext) -> NewKeyOut:
    """Make a key. Its secret is in this answer and nowhere else."""
    wanted = KeyWanted(body.name, body.role, body.sites, body.expires_ms)
    record, secret = _access(request).add_key(wanted, request.scope[PRINCIPAL], context.clock())
    return part_of(record, NewKeyOut, secret=secret)


@router.delete("/keys/{key}", dependencies=_ADMINISTER)
def delete_key(key: str, request: Request, context: InContext) -> KeyOut:
    """Revoke a key, for ever."""
    by = request.scope[PRINCIPAL]
    return part_of(_access(request).revoke_key(key, by, context.clock()), KeyOut)


@router.get("/audit", dependencies=_AUDIT)
def audit(
    request: Request,
    who: Words = None,
    what: Words = None,
    since_ms: Time = None,
    until_ms: Time = None,
    before: Before = None,
    limit: Limit = 100,
) -> AuditOut:
    """Who did what, newest first. For the next page send the number of the last one seen as
    ``before``."""
    query = AuditQuery(who, what, since_ms, until_ms, before, limit)
    return AuditOut(entries=_access(request).audit(query))


@router.get("/audit/verify", dependencies=_AUDIT)
def verify_audit(
    request: Request,
    kept: Words = None,
    after: Words = None,
    limit: Annotated[int | None, Query(ge=1, le=MAX_NUMBER)] = None,
) -> AuditCheckOut:
    """Check the audit log from the first entry on, against a head ``kept`` elsewhere
    (``<number>:<digest>``) if given. With ``limit`` only so many entries, those that come after the
    head that the part before told (``after``)."""
    if limit is None and after is None:
        report = _access(request).verify_audit(None if kept is None else head_of(kept))
        return _checked(report, True)
    start = AuditHead(0, FIRST_DIGEST) if after is None else head_of(after)
    return _checked(*_access(request).verify_audit_part(start, limit or MAX_NUMBER))


@router.get(
    "/audit/export",
    dependencies=_AUDIT,
    response_class=StreamingResponse,
    responses={200: {"content": {"application/x-ndjson": {"schema": {"type": "string"}}}}},
)
def export_audit(request: Request) -> StreamingResponse:
    """The whole audit log, newest first, one JSON object a line."""
    entries = _entries(_access(request), AuditQuery(limit=_EXPORTED))
    lines = (encode(entry) + b"\n" for entry in entries)
    return StreamingResponse(lines, media_type="application/x-ndjson")


@router.get(
    "/audit/export.csv",
    dependencies=_AUDIT,
    response_class=StreamingResponse,
    responses={200: {"content": {"text/csv": {"schema": {"type": "string"}}}}},
)
def export_audit_csv(
    request: Request,
    who: Words = None,
    what: Words = None,
    since_ms: Time = None,
    until_ms: Time = None,
) -> StreamingResponse:
    """Entries of the audit log as asked for, newest first, as CSV with a line of names."""
    query = AuditQuery(who, what, since_ms, until_ms, None, _EXPORTED)
    rows = (
        (one.number, one.at_ms, one.who, one.what, one.why, one.origin, one.digest)
        for one in _entries(_access(request), query)
    )
    named = csv_lines(chain([_COLUMNS], rows))
    headers = {"Content-Disposition": 'attachment; filename="audit.csv"'}
    return StreamingResponse(named, media_type="text/csv; header=present", headers=headers)


_COLUMNS = ("number", "at_ms", "who", "what", "why", "origin", "digest")


def _entries(access: Access, query: AuditQuery) -> Iterator[AuditEntry]:
    while True:
        entries = access.audit(query)
        yield from entries
        if len(entries) < query.limit:
            return
        query = replace(query, before=entries[-1].number)


def _access(request: Request) -> Access:
    access = request.app.state.access
    assert isinstance(access, Access)
    return access


def _set_cookie(request: Request, response: Response, signed_in: SignedIn, now_ms: int) -> None:
    response.set_cookie(
        COOKIE,
        signed_in.token,
        max_age=(signed_in.expires_ms - now_ms) // 1000,
        path="/",
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="strict",
    )


def _me(principal: Principal) -> MeOut:
    permissions = {one for role in principal.roles for one in ALLOWED[role]}
    return MeOut(
        who=principal.who,
        roles=sorted(principal.roles),
        sites=sorted(principal.sites),
        permissions=sorted(permissions),
    )


def _checked(report: AuditReport, complete: bool) -> AuditCheckOut:
    return AuditCheckOut(
        sound=report.sound,
        entries=report.entries,
        head=report.head,
        faults=report.faults,
        complete=complete,
    )
