"""The control tower: one stream of all that happens, and what waits for somebody."""

from typing import Annotated, Any

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from wms_bridge.access.principal import Principal
from wms_bridge.access.roles import Permission
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER, Before, Limit, Number
from wms_bridge.api.permitting import PRINCIPAL, needs
from wms_bridge.api.speaking import who_asks
from wms_bridge.records.tower import (
    ExceptionCause,
    ExceptionCount,
    ExceptionDeed,
    ExceptionQuery,
    ExceptionRecord,
    ExceptionState,
    StreamItem,
    StreamKind,
)
from wms_bridge.tower.desk import StreamQuery
from wms_bridge.tower.handling import Handling
from wms_bridge.tower.merging import written

router = APIRouter(prefix="/v1", tags=["control tower"])
SEE, OPERATE = ([needs(permission)] for permission in (Permission.SEE, Permission.OPERATE))
OfKinds = Annotated[
    list[StreamKind], Query(alias="kind", description="Only of these; without any all you may see.")
]
Subject = Annotated[str, Query(max_length=200, description="Only about what holds these words.")]
Place = Annotated[str | None, Query(max_length=200, description="`first` or `last` of a page.")]
SinceMs = Annotated[int | None, Query(ge=0, le=MAX_NUMBER, description="ms since 1970 UTC.")]
InStates = Annotated[
    list[ExceptionState], Query(alias="state", description="Only in these states.")
]
OfCauses = Annotated[list[ExceptionCause], Query(alias="cause", description="Only of these.")]
Owner = Annotated[str | None, Query(max_length=100, description="Only those that they own.")]


class StreamItemOut(BaseModel):
    """One thing that happened; see :class:`wms_bridge.records.tower.StreamItem`."""

    kind: StreamKind
    number: int
    at_ms: int
    type: str
    subject: str
    who: str
    text: str
    body: dict[str, Any]


class StreamOut(BaseModel):
    """Items, the oldest first. ``first`` sent as ``before`` gives what was earlier, ``last`` sent
    as ``after`` what came later; ``more`` tells whether there is more in the direction asked."""

    items: tuple[StreamItemOut, ...]
    first: str
    last: str
    more: bool


class ExceptionsOut(BaseModel):
    """Exceptions, the newest first; how many there are of all, by cause and state; and the bridge's
    time (ms) to tell their age by."""

    exceptions: tuple[ExceptionRecord, ...]
    more: bool
    counts: tuple[ExceptionCount, ...]
    now_ms: int


class HandleIn(BaseModel):
    """What somebody does to an exception as it was in ``version``, and why."""

    model_config = ConfigDict(extra="forbid")
    deed: ExceptionDeed
    version: Annotated[StrictInt, Field(ge=1, le=MAX_NUMBER)]
    by: StrictStr = ""
    reason: StrictStr = ""


@router.get("/stream", dependencies=SEE)
def stream(
    context: InContext,
    request: Request,
    kind: OfKinds = [],  # noqa: B006 - FastAPI copies it
    subject: Subject = "",
    after: Place = None,
    before: Place = None,
    since_ms: SinceMs = None,
    limit: Limit = 100,
) -> StreamOut:
    """All that happened, by time, in one form: the fleet feed, alarms, decisions on counts, the
    WMS, alarm policies, and the audit log for those who may see it. Without ``after``, ``before``
    and ``since_ms`` the newest. A filter that fits little gives short pages: go on while there is
    ``more``."""
    principal: Principal = request.scope[PRINCIPAL]
    hidden = set() if principal.may(Permission.AUDIT) else {StreamKind.ACT}
    kinds = tuple(one for one in StreamKind if (not kind or one in kind) and one not in hidden)
    query = StreamQuery(kinds, subject.strip(), after, before, since_ms, limit)
    page = context.bridge.tower.stream(query)
    return StreamOut(
        items=tuple(_item(one) for one in page.items),
        first=written(page.first),
        last=written(page.last),
        more=page.more,
    )


@router.get("/tower/exceptions", dependencies=SEE)
def exceptions(
    context: InContext,
    state: InStates = [],  # noqa: B006
    cause: OfCauses = [],  # noqa: B006
    owner: Owner = None,
    before: Before = None,
    limit: Limit = 200,
) -> ExceptionsOut:
    """What waits for somebody, or did: kept from when it was first seen until somebody has verified
    that it is dealt with, and after that."""
    query = ExceptionQuery(tuple(state), tuple(cause), owner, before, limit)
    page = context.bridge.tower.exceptions(query)
    return ExceptionsOut(
        exceptions=page.exceptions, more=page.more, counts=page.counts, now_ms=context.clock()
    )


@router.post("/tower/exceptions/{number}", dependencies=OPERATE)
def handle(number: Number, body: HandleIn, context: InContext, request: Request) -> ExceptionRecord:
    """Claim an exception, release, resolve (with a reason), verify or reopen it. If it has changed
    since ``version`` it is ``too_late``; who resolved it does not verify it, unless they may
    decide."""
    principal: Principal = request.scope[PRINCIPAL]
    wanted = Handling(
        body.deed,
        body.version,
        who_asks(request, body.by),
        body.reason,
        principal.may(Permission.DECIDE),
    )
    return context.bridge.tower.handle(number, wanted, context.clock())


def _item(one: StreamItem) -> StreamItemOut:
    return StreamItemOut(
        kind=one.kind,
        number=one.number,
        at_ms=one.at_ms,
        type=one.type,
        subject=one.subject,
        who=one.who,
        text=one.text,
        body=dict(one.body),
    )
