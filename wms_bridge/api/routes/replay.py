"""Looking back: the floor, the orders and the decisions as they were."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from planner.codec.messages import encode
from wms_bridge.access.roles import Permission
from wms_bridge.api.bodies import OBJECT, answers
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER, Limit
from wms_bridge.api.permitting import needs
from wms_bridge.recording.books_then import OrderThen, by_urgency
from wms_bridge.recording.desk import Decision, RobotStep, Stretch
from wms_bridge.recording.marks import Mark

ENTRIES = "application/octet-stream"
UNTIL = "Podherd-Until"
"""Header with the time up to which an answer of the stream goes."""
router = APIRouter(prefix="/v1/replay", tags=["replay"])
SEE = [needs(Permission.SEE)]
_Ms = Query(ge=0, le=MAX_NUMBER, description="ms since 1970 UTC, by the bridge's clock.")
AtMs = Annotated[int | None, _Ms]
ByMs = Annotated[int, _Ms]
SiteMs = Annotated[
    int | None,
    Query(ge=0, le=MAX_NUMBER, description="In place of at_ms: ms by the clock of the site."),
]
Whole = Annotated[bool, Query(description="Begin with the floor as it was at from_ms.")]
Named = Annotated[str, Query(max_length=200, description="Only orders with this in their name.")]
Robot = Annotated[str, Path(max_length=200)]


@dataclass(frozen=True, slots=True)
class Recorded:
    """What can be looked at. ``recording`` is false where nothing is recorded now, and ``trouble``
    says why if the disk refuses."""

    recording: bool
    trouble: str
    now_ms: int
    stretches: list[Stretch]
    size_bytes: int
    keeps_days: float
    keeps_bytes: int


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks by time."""

    marks: list[Mark]


@dataclass(frozen=True, slots=True)
class BooksAt:
    """The most urgent of the orders that were open, ``open_orders`` and ``open_lines`` of all,
    rules of the floor in force and stations that an operator had closed (with whether at once)."""

    at_ms: int
    open_orders: int
    open_lines: int
    orders: list[OrderThen]
    rules: list[dict[str, Any]]
    closed_stations: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Decisions:
    """What the dispatcher decided, in the order in which it came."""

    decisions: list[Decision]


@dataclass(frozen=True, slots=True)
class Story:
    """What a robot did and waited for, by time."""

    robot: str
    steps: list[RobotStep]


@router.get("", dependencies=SEE)
def recorded(context: InContext) -> Recorded:
    """What is recorded: stretches of time without a gap, how much room they take, and how much is
    kept."""
    desk = context.replay
    recorder, archive = desk.recorder, desk.archive
    if recorder is None or archive is None:
        return Recorded(False, "", context.clock(), [], 0, 0.0, 0)
    kept = recorder.params.retention
    return Recorded(
        not recorder.trouble,
        recorder.trouble,
        context.clock(),
        desk.stretches(),
        archive.size_bytes(),
        kept.days,
        kept.most_bytes,
    )


@router.get("/marks", dependencies=SEE)
def marks(context: InContext, from_ms: ByMs, until_ms: ByMs, limit: Limit = 300) -> Marks:
    """Alarms that were raised, and what operators did, from ``from_ms`` until before ``until_ms``:
    the last ``limit`` of them."""
    return Marks(context.replay.marks(from_ms, until_ms, limit))


@router.get("/floor", dependencies=SEE, responses=answers(OBJECT))
def floor(context: InContext, at_ms: AtMs = None, site_ms: SiteMs = None) -> Response:
    """The floor as it was told last at or before a moment: a ``snapshot`` of the stream of the
    floor (docs/reference/floor-stream.md), with ``age_ms`` how long before that was."""
    moment = context.replay.moment(at_ms, site_ms)
    snapshot = context.replay.floor(moment).snapshot(moment)
    return Response(encode(snapshot), media_type="application/json")


@router.get(
    "/stream", dependencies=SEE, responses=answers({"type": "string", "format": "binary"}, ENTRIES)
)
def stream(context: InContext, from_ms: ByMs, until_ms: ByMs, whole: Whole = False) -> Response:
    """What was told of the floor after ``from_ms`` up to ``until_ms`` (10 min at most), as entries.
    An answer that would be too long ends earlier: the header ``Podherd-Until`` says where."""
    played = context.replay.stream(from_ms, until_ms, whole=whole)
    return Response(played.body, media_type=ENTRIES, headers={UNTIL: str(played.until_ms)})


@router.get("/orders", dependencies=SEE)
def orders(
    context: InContext,
    at_ms: AtMs = None,
    site_ms: SiteMs = None,
    named: Named = "",
    limit: Limit = 100,
) -> BooksAt:
    """The orders that were open at a moment, line by line, and the rules and closed stations."""
    moment = context.replay.moment(at_ms, site_ms)
    books = context.replay.books(moment)
    found = list(books.orders.values())
    lines = sum(not line.closed for order in found for line in order.lines)
    wanted = by_urgency(one for one in found if named.lower() in one.order.lower())
    return BooksAt(
        moment,
        len(found),
        lines,
        list(wanted[:limit]),
        [dict(rule) for rule in books.rules.values()],
        books.closed,
    )


@router.get("/decisions", dependencies=SEE)
def decisions(context: InContext, from_ms: ByMs, until_ms: ByMs, limit: Limit = 500) -> Decisions:
    """Commands that the bridge took from the dispatcher, or refused, after ``from_ms`` up to
    ``until_ms`` (10 min at most): the first ``limit`` of them. Alarms are left out."""
    return Decisions(context.replay.decisions(from_ms, until_ms)[:limit])


@router.get("/robots/{robot}", dependencies=SEE)
def robot_story(context: InContext, robot: Robot, from_ms: ByMs, until_ms: ByMs) -> Story:
    """What a robot was told to do, carried and waited for after ``from_ms`` up to ``until_ms``
    (10 min at most), and shortly before."""
    return Story(robot, context.replay.story(robot, from_ms, until_ms))
