"""EPCIS events of others, captured as GS1's REST binding says (EPCIS 2.0, 12.6)."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Annotated, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Path, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from starlette.concurrency import run_in_threadpool

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage, NotFound
from wms_bridge.access.roles import Permission
from wms_bridge.api.bodies import OBJECT, answers, sends
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER
from wms_bridge.api.permitting import needs
from wms_bridge.api.problems import Refused
from wms_bridge.captures.desk import (
    MAX_EVENTS,
    CaptureJob,
    Captures,
    ErrorBehaviour,
    EventError,
    TooMuch,
)
from wms_bridge.epcis.read import MAX_BYTES
from wms_bridge.epcis.values import time_of

router = APIRouter(prefix="/v1/epcis", tags=["capture"])
LD_JSON = "application/ld+json"
_TAKES = sends(OBJECT, LD_JSON, "application/json")
_STANDARD = {"GS1-EPCIS-Version": "2.0.0", "GS1-CBV-Version": "2.0.0"}
_LIMITS = {
    **_STANDARD,
    "GS1-EPCIS-Capture-Limit": str(MAX_EVENTS),
    "GS1-EPCIS-Capture-File-Size-Limit": str(MAX_BYTES),
}
Version = Annotated[str | None, Header(alias="GS1-EPCIS-Version")]
Behaviour = Annotated[ErrorBehaviour, Header(alias="GS1-Capture-Error-Behaviour")]
Result = TypeVar("Result")


def captures_of(context: InContext) -> Captures:
    """Capturing for the bridge that is asked."""
    return context.bridge.captures


InCaptures = Annotated[Captures, Depends(captures_of)]


class _Camel(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class CaptureProblem(_Camel):
    """Why an event could not be done (RFC 7807); ``index`` counts from 0 in the list. ``event`` is
    the event as it came."""

    type: str
    title: str
    status: int
    detail: str
    index: int
    event_id: str = Field(serialization_alias="eventID")
    event: dict[str, object] | list[object] | str | float | None


class CaptureJobOut(_Camel):
    """A capture job, with GS1's fields; ``captured``, ``repeated`` and ``outcomes`` are ours."""

    capture_id: str = Field(serialization_alias="captureID")
    created_at: str
    finished_at: str
    running: bool
    success: bool
    capture_error_behaviour: ErrorBehaviour
    captured: int
    repeated: int
    outcomes: tuple[str, ...]
    errors: tuple[CaptureProblem, ...]


class EventTaken(_Camel):
    """What was done with an event."""

    event_id: str = Field(serialization_alias="eventID")
    outcome: str


@router.post(
    "/capture",
    status_code=HTTPStatus.ACCEPTED,
    openapi_extra=_TAKES,
    response_class=Response,
    dependencies=[needs(Permission.ORDER, bulk=True)],
)
async def capture(
    captures: InCaptures,
    request: Request,
    context: InContext,
    version: Version = None,
    behaviour: Behaviour = ErrorBehaviour.ROLLBACK,
) -> Response:
    """Capture an EPCIS 2.0 document. The job at ``Location`` says what became of it; it is done by
    then. The same event again (by its eventID, or else its hash) changes nothing."""
    _check_version(version)
    raw, now_ms = await request.body(), context.clock()
    job = await _taken(lambda: captures.capture(raw, behaviour, now_ms))
    headers = {"Location": f"/v1/epcis/capture/{job.number}", **_LIMITS}
    headers["GS1-Capture-Error-Behaviour"] = behaviour.value
    return Response(status_code=HTTPStatus.ACCEPTED, headers=headers)


@router.get("/capture", dependencies=[needs(Permission.SEE)])
def jobs(
    captures: InCaptures,
    response: Response,
    per_page: Annotated[int, Query(alias="perPage", ge=1, le=1000)] = 30,
    token: Annotated[int | None, Query(alias="nextPageToken", ge=1, le=MAX_NUMBER)] = None,
) -> tuple[CaptureJobOut, ...]:
    """Capture jobs, the latest first. The header ``Link`` leads to the next page."""
    found = captures.jobs(token, per_page)
    if len(found) == per_page and found[-1].number > 1:
        query = f"perPage={per_page}&nextPageToken={found[-1].number}"
        response.headers["Link"] = f'</v1/epcis/capture?{query}>; rel="next"'
    response.headers.update(_STANDARD)
    return tuple(map(_shown, found))


@router.get("/capture/{capture_id}", dependencies=[needs(Permission.SEE)])
def job(
    captures: InCaptures,
    capture_id: Annotated[int, Path(ge=1, le=MAX_NUMBER)],
    response: Response,
) -> CaptureJobOut:
    """What became of a document, with an error for each event that could not be done."""
    response.headers.update(_STANDARD)
    return _shown(captures.job(capture_id))


@router.post(
    "/events",
    status_code=HTTPStatus.CREATED,
    openapi_extra=_TAKES,
    dependencies=[needs(Permission.ORDER)],
)
async def capture_event(
    captures: InCaptures,
    request: Request,
    response: Response,
    context: InContext,
    version: Version = None,
) -> EventTaken:
    """Capture one event, at once."""
    _check_version(version)
    raw, now_ms = await request.body(), context.clock()
    taken, repeated = await _taken(lambda: captures.capture_event(raw, now_ms))
    response.headers.update(_STANDARD)
    response.headers["Location"] = f"/v1/epcis/events/{quote(taken.event_id, safe='')}"
    if repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return EventTaken(event_id=taken.event_id, outcome=taken.outcome)


@router.get(
    "/events/{event_id:path}",
    responses=answers(OBJECT, LD_JSON),
    response_class=Response,
    dependencies=[needs(Permission.SEE)],
)
def captured_event(
    captures: InCaptures, event_id: Annotated[str, Path(max_length=2_000)]
) -> Response:
    """An event that was captured, as it came."""
    found = captures.event(event_id)
    if found is None:
        raise NotFound(
            "no such event was captured",
            field="eventID",
            value=event_id[:200],
            remedy="Write its eventID with %2F for / and %3F for ?.",
        )
    return Response(found.event, headers=_STANDARD, media_type=LD_JSON)


async def _taken(do: Callable[[], Result]) -> Result:
    try:
        return await run_in_threadpool(do)
    except TooMuch as error:
        raise Refused(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
            f"The document is {error.problem}.",
            field=error.field,
            value=str(error.value),
            remedy=error.remedy,
            headers=_LIMITS,
        ) from error


def _check_version(version: str | None) -> None:
    if version is not None and version.partition(".")[0] != "2":
        raise InvalidMessage(
            "another version of EPCIS",
            field="GS1-EPCIS-Version",
            value=version[:20],
            remedy="Send documents of EPCIS 2.0.",
        )


def _shown(found: CaptureJob) -> CaptureJobOut:
    moment = time_of(found.created_ms)
    return CaptureJobOut(
        capture_id=str(found.number),
        created_at=moment,
        finished_at=moment,
        running=False,
        success=found.success,
        capture_error_behaviour=found.behaviour,
        captured=found.captured,
        repeated=found.repeated,
        outcomes=found.outcomes,
        errors=tuple(map(_problem, found.errors)),
    )


def _problem(error: EventError) -> CaptureProblem:
    where = f"{error.field}: " if error.field else ""
    return CaptureProblem(
        type="epcisException:ValidationException",
        title="This event could not be captured.",
        status=HTTPStatus.BAD_REQUEST,
        detail=f"{where}{error.problem}. {error.remedy}".strip(),
        index=error.index,
        event_id=error.event_id,
        event=decode(error.event),
    )
