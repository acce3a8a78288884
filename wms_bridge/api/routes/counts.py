"""Counts: from sensors, by people, decided by supervisors; and the evidence behind them."""

from dataclasses import replace
from enum import StrEnum
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.counts import SlotCount
from planner.warehouse.errors import InvalidMessage, PodherdError
from planner.warehouse.ids import CountId, SlotId, StationId
from wms_bridge.access.roles import Permission
from wms_bridge.api.answers import CountMadeOut, CountsTaken, part_of
from wms_bridge.api.bell import wait_for_news
from wms_bridge.api.bodies import OBJECT, answers, array, list_of, ref, sends
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER, After, Before, Key, Limit, Wait
from wms_bridge.api.permitting import needs
from wms_bridge.api.requests import ConfirmCountIn, DecisionIn
from wms_bridge.api.speaking import who_asks
from wms_bridge.count_accuracy import CountAccuracy
from wms_bridge.count_answers import (
    CaseSummary,
    CaseWithHistory,
    CountResult,
    EvidenceKept,
    history_of,
    result_of,
    summary_of,
)
from wms_bridge.epcis.counting import document
from wms_bridge.epcis.read import read_event
from wms_bridge.records.counts import CaseQuery
from wms_bridge.service import Bridge

MAX_COUNTS = 500
router = APIRouter(prefix="/v1", tags=["counts"])
Since = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="Settled then or later (ms).")]


class Listed(StrEnum):
    """Which cases are asked for."""

    OPEN = "open"
    CLOSED = "closed"


@router.post(
    "/counts",
    openapi_extra=sends(array(ref("SlotCount"))),
    dependencies=[needs(Permission.OPERATE, bulk=True)],
)
async def post_counts(request: Request, context: InContext) -> CountsTaken:
    """Take counts from sensors: an array of at most 500 ``SlotCount`` objects, with times of the
    bridge's clock. What is wrong with one does not hold up the others."""
    body = await request.body()
    return await run_in_threadpool(_take, context.bridge, body, context.clock())


@router.get("/counts", dependencies=[needs(Permission.SEE)])
def counts(
    context: InContext,
    status: Listed | None = None,
    slot: str | None = None,
    before: Before = None,
    limit: Limit = 100,
) -> Response:
    """Cases of slots, the latest first. For the next page send the number of the last one seen as
    ``before``."""
    is_open = None if status is None else status is Listed.OPEN
    where = None if slot is None else SlotId(slot)
    found = context.bridge.counts.cases(CaseQuery(is_open, where, before, limit))
    return _json({"counts": [summary_of(case) for case in found]})


@router.get("/counts/accuracy", dependencies=[needs(Permission.SEE)])
def accuracy(context: InContext, since_ms: Since = 0) -> CountAccuracy:
    """How right the books were found to be, and what that took."""
    return context.bridge.counts.accuracy(since_ms)


@router.post("/counts/tasks/{count:path}/confirm", dependencies=[needs(Permission.WORK_STATION)])
def confirm(
    count: str, body: ConfirmCountIn, context: InContext, response: Response, key: Key = None
) -> CountMadeOut:
    """Take what a person counted, once per count. A repeat has the same answer, and the header
    ``Idempotency-Replayed: true``."""
    made = context.bridge.counts.confirm(
        CountId(count), body.quantity, body.by, context.clock(), key
    )
    if made.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return part_of(made, CountMadeOut)


@router.post("/counts/{case}/decision", dependencies=[needs(Permission.DECIDE)])
def decide(
    case: str, body: DecisionIn, context: InContext, request: Request, response: Response
) -> CaseSummary:
    """Do what a supervisor decides of a slot in quarantine. Who has signed in decides under their
    account; ``by`` is for programs with a key. The same again has the header
    ``Idempotency-Replayed: true``."""
    decision = replace(body.decision(), by=who_asks(request, body.by))
    decided = context.bridge.counts.decide(case, decision, context.clock())
    if decided.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return summary_of(decided.case)


@router.get("/counts/{case}", dependencies=[needs(Permission.SEE)])
def details(case: str, context: InContext) -> CaseWithHistory:
    """A case, what was decided of it, and the counts that came for it."""
    return history_of(context.bridge.counts.case(case))


@router.get(
    "/stations/{station}/counts",
    responses=answers(list_of("counts", ref("CountTaskRecord"))),
    dependencies=[needs(Permission.SEE_STATION)],
)
async def at_station(
    station: str, context: InContext, after: After = 0, wait_s: Wait = 0
) -> Response:
    """Counts to be made at a station, in the order shown, as ``{"counts": [{"number": 1, "task":
    {...}}]}``. What the books say is not told.

    With ``wait_s`` the answer waits up to that long for a count with a number above ``after``.
    """
    where = StationId(station)
    found = await wait_for_news(
        context.counts, lambda: context.bridge.counts.open_counts(where, after), wait_s
    )
    return _json({"counts": found})


@router.put(
    "/evidence/{sha256}",
    openapi_extra=sends({}, "application/json", "image/jpeg"),
    dependencies=[needs(Permission.OPERATE, bulk=True)],
)
async def put_evidence(sha256: str, request: Request, context: InContext) -> EvidenceKept:
    """Keep a photo (``image/jpeg``) or reads (``application/json``) under the SHA-256 of its bytes;
    the same again changes nothing."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await request.body()
    kept = await run_in_threadpool(
        context.bridge.counts.put_evidence, sha256, kind, body, context.clock()
    )
    return EvidenceKept(kept.sha256, kept.media_type, len(kept.body), kept.at_ms)


@router.get(
    "/evidence/{sha256}",
    responses=answers({}, "application/json", "image/jpeg"),
    response_class=Response,
    dependencies=[needs(Permission.SEE)],
)
def evidence(sha256: str, context: InContext) -> Response:
    """A photo or reads, as they were sent."""
    found = context.bridge.counts.evidence(sha256)
    headers = {"X-Content-Type-Options": "nosniff"}
    return Response(found.body, headers=headers, media_type=found.media_type)


@router.get(
    "/epcis/events",
    responses=answers(list_of("events", OBJECT)),
    dependencies=[needs(Permission.SEE)],
)
def epcis(context: InContext, after: After = 0, limit: Limit = 100) -> Response:
    """EPCIS events with a number above ``after``, as ``{"events": [{"number": 1, "event":
    {...}}]}``. For the next page send the number of the last one seen."""
    found = context.bridge.counts.epcis(after, limit)
    listed = [
        {
            "number": item.number,
            "hash": item.hash,
            "event_ms": item.event_ms,
            "event": decode(item.body),
        }
        for item in found
    ]
    return _json({"events": listed})


@router.get(
    "/epcis/document",
    responses=answers(OBJECT, "application/ld+json"),
    response_class=Response,
    dependencies=[needs(Permission.SEE)],
)
def epcis_document(context: InContext, after: After = 0, limit: Limit = 100) -> Response:
    """The same events as an EPCIS 2.0 document (JSON-LD), as other systems capture them. One that
    was declared wrong comes twice, under one eventID."""
    found = context.bridge.counts.epcis(after, limit)
    made = document([read_event(decode(item.body)) for item in found], context.clock())
    return Response(encode(made), media_type="application/ld+json")


def _take(bridge: Bridge, body: bytes, now_ms: int) -> CountsTaken:
    items = decode(body)
    if not isinstance(items, list) or len(items) > MAX_COUNTS:
        raise InvalidMessage(
            f"not an array of at most {MAX_COUNTS} counts", remedy='Send [{"slot": ...}, ...].'
        )
    read = [_read(index, item) for index, item in enumerate(items)]
    good = [count for count in read if not isinstance(count, CountResult)]
    answers = iter(bridge.counts.take(good, now_ms))
    results = (item if isinstance(item, CountResult) else result_of(next(answers)) for item in read)
    return CountsTaken(results=tuple(results))


def _read(index: int, item: object) -> SlotCount | CountResult:
    try:
        return from_json(item, SlotCount)
    except PodherdError as error:
        error.field = f"counts[{index}].{error.field}".rstrip(".")
        return result_of(error)


def _json(body: object) -> Response:
    return Response(encode(body), media_type="application/json")
