"""The fleet's side: events to it, commands and views from it."""

from http import HTTPStatus
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from planner.codec.messages import (
    command_from_json,
    decode,
    decode_as,
    encode,
    event_to_json,
)
from planner.warehouse.commands import Command
from planner.warehouse.errors import InvalidMessage, PodherdError
from planner.warehouse.view import FloorView
from wms_bridge.access.roles import Permission
from wms_bridge.answers import CommandTaken
from wms_bridge.api.answers import CommandsTaken
from wms_bridge.api.bell import wait_for_news
from wms_bridge.api.bodies import NUMBERED, answers, list_of, ref, sends
from wms_bridge.api.bodies import commands as wanted_commands
from wms_bridge.api.context import InContext
from wms_bridge.api.params import After, Wait
from wms_bridge.api.permitting import needs
from wms_bridge.problem_codes import code_of
from wms_bridge.service import Bridge

router = APIRouter(prefix="/v1/fleet", tags=["fleet"])
MostEvents = Annotated[int, Query(ge=1, le=10_000, description="How many at most.")]


@router.get(
    "/events",
    responses=answers(list_of("events", NUMBERED)),
    dependencies=[needs(Permission.FLEET)],
)
async def events(
    context: InContext,
    after: After = 0,
    wait_s: Wait = 0,
    limit: MostEvents = 1000,
) -> Response:
    """The feed above number ``after``, as ``{"events": [{"number": 1, "event": {...}}]}``.

    With ``wait_s`` the answer waits up to that long for an event.
    """
    found = await wait_for_news(context.feed, lambda: context.bridge.feed(after, limit), wait_s)
    listed = [
        {"number": item.number, "at_ms": item.at_ms, "event": event_to_json(item.event)}
        for item in found
    ]
    return Response(encode({"events": listed}), media_type="application/json")


@router.post(
    "/commands",
    openapi_extra=sends(wanted_commands()),
    dependencies=[needs(Permission.FLEET, bulk=True)],
)
async def commands(request: Request, context: InContext) -> CommandsTaken:
    """Do what the dispatcher wants: an array of ``ShowPicks``, ``ShowPuts``, ``ShowCounts``,
    ``WithdrawPicks``, ``ShortenLine``, ``RouteLine``, ``RaiseAlarm`` and ``AnswerIntervention``
    objects. One that is
    refused does not hold up the others, and need not be sent again."""
    body = await request.body()
    return await run_in_threadpool(_apply, context.bridge, body, context.clock())


@router.post(
    "/view",
    status_code=HTTPStatus.NO_CONTENT,
    openapi_extra=sends(ref("FloorView")),
    dependencies=[needs(Permission.FLEET, bulk=True)],
)
async def view(request: Request, context: InContext) -> None:
    """Show this ``FloorView`` to everybody who watches, and measure key figures; the view itself
    is not kept."""
    newest = decode_as(await request.body(), FloorView)
    now_ms = context.clock()
    context.latest.show(newest, now_ms)
    context.bridge.kpis.take(newest, now_ms)


def _apply(bridge: Bridge, body: bytes, now_ms: int) -> CommandsTaken:
    items = decode(body)
    if not isinstance(items, list):
        raise InvalidMessage("not an array of commands", remedy='Send [{"type": ...}, ...].')
    read = [_read(item) for item in items]
    good = [command for command in read if not isinstance(command, PodherdError)]
    answers = iter(bridge.apply(good, now_ms))
    errors = (item if isinstance(item, PodherdError) else next(answers) for item in read)
    return CommandsTaken(results=tuple(_result(error) for error in errors))


def _read(item: object) -> Command | PodherdError:
    try:
        return command_from_json(item)
    except PodherdError as error:
        return error


def _result(error: PodherdError | None) -> CommandTaken:
    if error is None:
        return CommandTaken(accepted=True)
    return CommandTaken(
        accepted=False,
        code=code_of(error),
        field=error.field,
        problem=error.problem,
        remedy=error.remedy,
    )
