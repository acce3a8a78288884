"""Alarms: what is wrong, who knows of it, what is set aside, and what became of each."""

import re
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import InvalidAlarm
from wms_bridge.access.principal import Principal
from wms_bridge.access.roles import Permission
from wms_bridge.alarms.acknowledging import AlarmsAcknowledged, AlarmSeen
from wms_bridge.alarms.catalogue import CATALOGUE, AlarmEntry, Consequence, Urgency
from wms_bridge.alarms.desk import AlarmDetails
from wms_bridge.alarms.shelving import LONGEST_S, SHORTEST_S, AlarmHandled, ShelfWanted
from wms_bridge.api.bell import wait_for_news
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER, After, Before, Limit, Number, Wait
from wms_bridge.api.permitting import PRINCIPAL, needs
from wms_bridge.api.speaking import who_asks
from wms_bridge.records.alarms import (
    AlarmChange,
    AlarmCount,
    AlarmPlace,
    AlarmQuery,
    AlarmRecord,
    AlarmSort,
    AlarmState,
    ChangeQuery,
    Severity,
)
from wms_bridge.records.work import Sort

MOST_LISTED = 1000
_PLACE = re.compile(rf"({'|'.join(Severity)})\.([0-9]{{1,15}})\.([0-9]{{1,15}})")
router = APIRouter(prefix="/v1/alarms", tags=["alarms"])
SEE, OPERATE = ([needs(permission)] for permission in (Permission.SEE, Permission.OPERATE))
InStates = Annotated[list[AlarmState], Query(alias="state", description="Only in these states.")]
OfSeverities = Annotated[
    list[Severity], Query(alias="severity", description="Only of these severities.")
]
OfKinds = Annotated[list[AlarmKind], Query(alias="kind", description="Only of these kinds.")]
About = Annotated[str | None, Query(alias="subject", description="Only about this subject.")]
Search = Annotated[
    str, Query(max_length=200, description="Only about subjects with this in their name.")
]
Shelved = Annotated[bool | None, Query(description="Only those set aside, or only the others.")]
Behind = Annotated[
    str | None, Query(max_length=60, description="Only those behind: `next` of the page before.")
]
AtMs = Annotated[int | None, Query(ge=0, le=MAX_NUMBER, description="ms since 1970 UTC.")]
Change = Annotated[StrictInt, Field(ge=0, le=MAX_NUMBER)]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AcknowledgeIn(_Request):
    """Somebody knows of an alarm, as it was when its latest change was ``change``."""

    change: Change
    by: StrictStr = ""
    reason: StrictStr = ""


class AlarmSeenIn(_Request):
    """An alarm by its number, and its latest change when it was seen."""

    number: Annotated[StrictInt, Field(ge=1, le=MAX_NUMBER)]
    change: Change


class AlikeIn(_Request):
    """Which alarms: of one of these, where something is given; never those that are shelved."""

    state: Annotated[list[AlarmState], Field(max_length=len(AlarmState))] = []
    severity: Annotated[list[Severity], Field(max_length=len(Severity))] = []
    kind: Annotated[list[AlarmKind], Field(max_length=len(AlarmKind))] = []
    subject: StrictStr | None = None
    search: Annotated[StrictStr, Field(max_length=200)] = ""

    def query(self) -> AlarmQuery:
        """As the service takes it."""
        return AlarmQuery(
            tuple(self.state),
            tuple(self.severity),
            tuple(self.kind),
            self.subject,
            search=self.search,
        )


class AcknowledgeManyIn(_Request):
    """Alarms that somebody knows of: either ``alarms`` one by one, or all that are ``alike`` and
    were there when the latest change was ``change``."""

    alarms: Annotated[list[AlarmSeenIn], Field(max_length=MOST_LISTED)] = []
    alike: AlikeIn | None = None
    change: Change | None = None
    by: StrictStr = ""
    reason: StrictStr = ""


class ShelveIn(_Request):
    """For how long, and why, an alarm is set aside, as it was at ``change``."""

    change: Change
    duration_s: StrictInt
    reason: StrictStr
    by: StrictStr = ""


class UnshelveIn(_Request):
    """Who has an alarm back before its time, and why."""

    by: StrictStr = ""
    reason: StrictStr = ""


class AlarmsOut(BaseModel):
    """Alarms as asked for; behind ``next`` there are more. ``counts`` are of all that are not
    normal, or shelved, whatever was asked for; ``change`` is the number of the latest change. Of
    those asked for there are ``total`` on all pages, and ``wanting`` of them would be acknowledged
    by what they are ``alike``."""

    alarms: tuple[AlarmRecord, ...]
    next: str | None = None
    counts: tuple[AlarmCount, ...] = ()
    change: int = 0
    total: int = 0
    wanting: int = 0


class AlarmChangesOut(BaseModel):
    """What happened to alarms, as asked for."""

    changes: tuple[AlarmChange, ...]


@dataclass(frozen=True, slots=True)
class AlarmKindOut:
    """What the catalogue says of a kind; ``key`` stands before the names of its texts, for
    translation. It may be shelved for ``longest_shelf_s`` seconds at most."""

    kind: AlarmKind
    severity: Severity
    consequence: Consequence
    urgency: Urgency
    within_min: int
    momentary: bool
    longest_shelf_s: int
    key: str
    title: str
    cause: str
    effect: str
    action: str


class AlarmKindsOut(BaseModel):
    """All kinds of alarm, the worst first; none is shelved for less than ``shortest_shelf_s``."""

    kinds: tuple[AlarmKindOut, ...]
    shortest_shelf_s: int


@router.get("", dependencies=SEE)
def alarms(
    context: InContext,
    state: InStates = [],  # noqa: B006 - FastAPI copies it
    severity: OfSeverities = [],  # noqa: B006
    kind: OfKinds = [],  # noqa: B006
    subject: About = None,
    search: Search = "",
    shelved: Shelved = None,
    sort: AlarmSort = AlarmSort.NEWEST,
    after: Behind = None,
    limit: Limit = 1000,
) -> AlarmsOut:
    """The latest word on every subject: the latest change of ``active`` first, or the worst. For
    the next page send ``next`` as ``after``. ``state``, ``severity`` and ``kind`` may be given
    several times."""
    behind = None if after is None else _place(after)
    query = AlarmQuery(
        tuple(state), tuple(severity), tuple(kind), subject, shelved, sort, behind, limit, search
    )
    page = context.bridge.alarms.page(query)
    more = None if page.next is None else _written(page.next)
    return AlarmsOut(
        alarms=page.alarms,
        next=more,
        counts=page.counts,
        change=page.change,
        total=page.total,
        wanting=page.wanting,
    )


@router.get("/kinds", dependencies=SEE)
def kinds() -> AlarmKindsOut:
    """The catalogue: how bad each kind of alarm is, why it comes and what to do about it."""
    told = tuple(_kind(entry) for entry in CATALOGUE.values())
    return AlarmKindsOut(kinds=told, shortest_shelf_s=SHORTEST_S)


@router.get("/history", dependencies=SEE)
async def history(
    context: InContext,
    severity: OfSeverities = [],  # noqa: B006
    kind: OfKinds = [],  # noqa: B006
    subject: About = None,
    since_ms: AtMs = None,
    until_ms: AtMs = None,
    sort: Sort = Sort.NEWEST,
    after: After = 0,
    before: Before = None,
    limit: Limit = 100,
    wait_s: Wait = 0,
) -> AlarmChangesOut:
    """What happened to all alarms, from ``since_ms`` until before ``until_ms``. For the next page
    send the number of the last one seen as ``before``, or as ``after`` with ``sort=oldest``. With
    ``wait_s`` the answer waits up to that long for a change."""
    query = ChangeQuery(
        None,
        tuple(kind),
        tuple(severity),
        subject,
        since_ms,
        until_ms,
        after,
        before,
        sort is Sort.OLDEST,
        limit,
    )
    found = await wait_for_news(
        context.alarms, lambda: context.bridge.alarms.changes(query), wait_s
    )
    return AlarmChangesOut(changes=found)


@router.post("/acknowledge", dependencies=OPERATE)
def acknowledge_many(
    body: AcknowledgeManyIn, context: InContext, request: Request
) -> AlarmsAcknowledged:
    """Say that one knows of many alarms. Of a list all are acknowledged or, if one of them came
    again since it was seen, none (``too_late``). Of those ``alike`` what came since stays as it is
    and is counted in ``left``."""
    by, now_ms, desk = who_asks(request, body.by), context.clock(), context.bridge.alarms
    match body:
        case AcknowledgeManyIn(alike=AlikeIn() as alike, change=int() as change, alarms=[]):
            return desk.acknowledge_alike(alike.query(), change, by, body.reason, now_ms)
        case AcknowledgeManyIn(alike=None, change=None, alarms=[_, *_] as listed):
            seen = [AlarmSeen(one.number, one.change) for one in listed]
            return desk.acknowledge_listed(seen, by, body.reason, now_ms)
    raise InvalidAlarm(
        "which alarms are meant is not said, or said twice",
        field="alarms",
        value=len(body.alarms),
        remedy="Send alarms, each with number and change; or alike and change.",
    )


@router.get("/{number}/history", dependencies=SEE)
def details(
    number: Number, context: InContext, before: Before = None, limit: Limit = 100
) -> AlarmDetails:
    """One alarm, and what happened to it, the newest first."""
    return context.bridge.alarms.details(number, before, limit)


@router.post("/{number}/acknowledge", dependencies=OPERATE)
def acknowledge(
    number: Number, body: AcknowledgeIn, context: InContext, request: Request, response: Response
) -> AlarmRecord:
    """Say that one knows of an alarm. If that was known before nothing is done, and the header
    ``Idempotency-Replayed: true`` says so; if it came again since it was seen it is
    ``too_late``."""
    seen, by = AlarmSeen(number, body.change), who_asks(request, body.by)
    done = context.bridge.alarms.acknowledge(seen, by, body.reason, context.clock())
    return _handled(done, response)


@router.post("/{number}/shelve", dependencies=OPERATE)
def shelve(
    number: Number, body: ShelveIn, context: InContext, request: Request, response: Response
) -> AlarmRecord:
    """Set an alarm aside for ``duration_s`` seconds; then it comes back by itself. A critical one
    is shelved by those only who have the permission ``decide``. The same again has the header
    ``Idempotency-Replayed: true``."""
    principal: Principal = request.scope[PRINCIPAL]
    wanted = ShelfWanted(
        body.change,
        body.duration_s,
        who_asks(request, body.by),
        body.reason,
        principal.may(Permission.DECIDE),
    )
    return _handled(context.bridge.alarms.shelve(number, wanted, context.clock()), response)


@router.post("/{number}/unshelve", dependencies=OPERATE)
def unshelve(
    number: Number, body: UnshelveIn, context: InContext, request: Request, response: Response
) -> AlarmRecord:
    """Have an alarm back before its time. On one that is not shelved nothing is done, and the
    header ``Idempotency-Replayed: true`` says so."""
    by = who_asks(request, body.by)
    done = context.bridge.alarms.unshelve(number, by, body.reason, context.clock())
    return _handled(done, response)


def _handled(done: AlarmHandled, response: Response) -> AlarmRecord:
    if done.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return done.alarm


def _kind(entry: AlarmEntry) -> AlarmKindOut:
    return AlarmKindOut(
        entry.kind,
        entry.severity,
        entry.consequence,
        entry.urgency,
        entry.urgency.within_min,
        entry.momentary,
        LONGEST_S[entry.severity],
        entry.key,
        entry.title,
        entry.cause,
        entry.effect,
        entry.action,
    )


def _written(place: AlarmPlace) -> str:
    return f"{place.severity}.{place.changed_ms}.{place.number}"


def _place(text: str) -> AlarmPlace:
    found = _PLACE.fullmatch(text)
    if found is None:
        raise InvalidAlarm(
            "not the place of an alarm in a list",
            field="after",
            value=text,
            remedy="Send what the page before says in next.",
        )
    return AlarmPlace(Severity(found[1]), int(found[2]), int(found[3]))
