"""Interventions: what operators want of the fleet, and how far it is."""

from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictInt, StrictStr

from planner.warehouse.ids import InterventionId, NodeId, RobotId
from planner.warehouse.interventions import Intervention, InterventionKind
from planner.warehouse.site import Point
from wms_bridge.access.principal import Principal
from wms_bridge.access.roles import Permission
from wms_bridge.api.context import Context, InContext
from wms_bridge.api.params import MAX_NUMBER, Before, Key, Limit, Number
from wms_bridge.api.permitting import PRINCIPAL, needs
from wms_bridge.api.speaking import who_asks
from wms_bridge.interventions.asking import Asked
from wms_bridge.records.interventions import (
    InterventionQuery,
    InterventionRecord,
    InterventionState,
)

router = APIRouter(prefix="/v1/interventions", tags=["interventions"])
SEE, OPERATE = ([needs(permission)] for permission in (Permission.SEE, Permission.OPERATE))
OfKinds = Annotated[list[InterventionKind], Query(alias="kind", description="Only these kinds.")]
InStates = Annotated[
    list[InterventionState], Query(alias="state", description="Only in these states.")
]
By = Annotated[str | None, Query(description="Only those that this account asked for.")]
About = Annotated[
    str | None,
    Query(alias="subject", description="Only about this: `robot/R01`, `stop/dock`, `entry/aisle`."),
]
InForce = Annotated[bool | None, Query(description="Only those in force, or only the others.")]


class InterventionIn(BaseModel):
    """What is wanted, and why. ``seen`` is ``last`` of the list that was looked at: if others have
    done something about the same robots, stop or entry since then, it is refused."""

    model_config = ConfigDict(extra="forbid")

    kind: InterventionKind
    reason: StrictStr
    name: StrictStr = ""
    robots: list[StrictStr] = []
    area_m: Annotated[list[tuple[float, float]], Field(max_length=1000)] = []
    node: StrictStr | None = None
    seen: Annotated[StrictInt, Field(ge=0, le=MAX_NUMBER)] | None = None
    by: StrictStr = ""

    def wanted(self, key: str | None) -> Intervention:
        """As the fleet is told."""
        return Intervention(
            InterventionId(key or ""),
            self.kind,
            self.name,
            tuple(RobotId(robot) for robot in self.robots),
            tuple(self.area_m),
            None if self.node is None else NodeId(self.node),
        )


class InterventionOut(BaseModel):
    """An intervention as it is now. ``no_answer``: the fleet should have answered by now."""

    number: int
    intervention: InterventionId
    kind: InterventionKind
    name: str
    robots: tuple[RobotId, ...]
    area_m: tuple[Point, ...]
    node: NodeId | None
    by: str
    reason: str
    asked_ms: int
    changed_ms: int
    change: int
    state: InterventionState
    text: str
    let_go: tuple[RobotId, ...]
    undone_by: int | None
    in_force: bool
    no_answer: bool


class InterventionsOut(BaseModel):
    """Interventions as asked for, the newest first; below ``next`` there are more. ``last`` and
    ``change`` are the numbers of the latest intervention and the latest change of all, and
    ``now_ms`` is the bridge's clock."""

    interventions: tuple[InterventionOut, ...]
    next: int | None
    last: int
    change: int
    now_ms: int


@router.get("", dependencies=SEE)
def listed(
    context: InContext,
    kind: OfKinds = [],  # noqa: B006 - FastAPI copies it
    state: InStates = [],  # noqa: B006
    by: By = None,
    subject: About = None,
    in_force: InForce = None,
    before: Before = None,
    limit: Limit = 100,
) -> InterventionsOut:
    """What was wanted, the latest first. ``kind`` and ``state`` may be given several times. For the
    next page send ``next`` as ``before``."""
    query = InterventionQuery(tuple(kind), tuple(state), by, subject, in_force, before, limit)
    page, now_ms = context.bridge.interventions.page(query), context.clock()
    found = page.interventions
    return InterventionsOut(
        interventions=tuple(told(record, now_ms) for record in found),
        next=found[-1].number if page.more else None,
        last=page.last,
        change=page.change,
        now_ms=now_ms,
    )


@router.post("", dependencies=OPERATE)
def ask(
    body: InterventionIn,
    context: InContext,
    request: Request,
    response: Response,
    key: Key = None,
) -> InterventionOut:
    """Have the fleet do something, once per ``Idempotency-Key``; the answer does not wait for the
    fleet. Taking robots out of service or in, clearing a reservation, lifting the zone or site stop
    of another person and using their entry need the permission ``decide``. The same again has the
    header ``Idempotency-Replayed: true``."""
    principal: Principal = request.scope[PRINCIPAL]
    now_ms = context.clock()
    asked = Asked(
        body.wanted(key),
        who_asks(request, body.by),
        body.reason,
        body.seen,
        principal.may(Permission.DECIDE),
        _robots_seen(context),
    )
    taken = context.bridge.interventions.ask(asked, now_ms)
    if taken.repeated:
        response.headers["Idempotency-Replayed"] = "true"
    return told(taken.record, now_ms)


@router.get("/{number}", dependencies=SEE)
def one(number: Number, context: InContext) -> InterventionOut:
    """One intervention."""
    return told(context.bridge.interventions.one(number), context.clock())


def told(record: InterventionRecord, now_ms: int) -> InterventionOut:
    """A record as it is told at ``now_ms``."""
    wanted = record.intervention
    return InterventionOut(
        number=record.number,
        intervention=wanted.intervention,
        kind=wanted.kind,
        name=wanted.name,
        robots=wanted.robots,
        area_m=wanted.area_m,
        node=wanted.node,
        by=record.by,
        reason=record.reason,
        asked_ms=record.asked_ms,
        changed_ms=record.changed_ms,
        change=record.change,
        state=record.state,
        text=record.text,
        let_go=record.let_go,
        undone_by=record.undone_by,
        in_force=record.in_force,
        no_answer=record.no_answer(now_ms),
    )


def _robots_seen(context: Context) -> frozenset[RobotId]:
    view = context.latest.view
    return frozenset() if view is None else frozenset(robot.robot for robot in view.robots)
