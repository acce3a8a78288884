"""Rules of the floor and the routing policy."""

from http import HTTPStatus

from fastapi import APIRouter, Request, Response
from starlette.concurrency import run_in_threadpool

from planner.codec.messages import decode, encode
from planner.codec.rulefile import policy_from_json, rule_from_json
from planner.warehouse.ids import RuleId
from wms_bridge.access.roles import Permission
from wms_bridge.api.bodies import OBJECT, answers, list_of, ref, sends
from wms_bridge.api.context import InContext
from wms_bridge.api.permitting import needs

router = APIRouter(prefix="/v1", tags=["rules"])


@router.get(
    "/rules",
    responses=answers(list_of("rules", ref("RuleRecord"))),
    dependencies=[needs(Permission.SEE)],
)
def rules(context: InContext) -> Response:
    """Rules of the floor in force."""
    return _json({"rules": context.bridge.rulebook.rules()})


@router.put(
    "/rules/{rule:path}",
    openapi_extra=sends(ref("FloorRuleIn")),
    responses=answers(ref("RuleRecord")),
    dependencies=[needs(Permission.DECIDE)],
)
async def put_rule(rule: str, request: Request, context: InContext) -> Response:
    """Have a rule in force; it replaces the one with its id. The same again changes nothing."""
    wanted = rule_from_json(RuleId(rule), decode(await request.body()))
    record = await run_in_threadpool(context.bridge.rulebook.set_rule, wanted, context.clock())
    return _json(record)


@router.delete(
    "/rules/{rule:path}", status_code=HTTPStatus.NO_CONTENT, dependencies=[needs(Permission.DECIDE)]
)
def delete_rule(rule: str, context: InContext) -> None:
    """End a rule."""
    context.bridge.rulebook.clear_rule(RuleId(rule), context.clock())


@router.get("/policy", responses=answers(OBJECT), dependencies=[needs(Permission.SEE)])
def policy(context: InContext) -> Response:
    """The routing policy in force."""
    return _json(context.bridge.rulebook.policy())


@router.put(
    "/policy",
    openapi_extra=sends(OBJECT),
    responses=answers(OBJECT),
    dependencies=[needs(Permission.DECIDE)],
)
async def put_policy(request: Request, context: InContext) -> Response:
    """Have a routing policy in force, of a version above that of the one before."""
    wanted = policy_from_json(decode(await request.body()))
    return _json(
        await run_in_threadpool(context.bridge.rulebook.set_policy, wanted, context.clock())
    )


def _json(body: object) -> Response:
    return Response(encode(body), media_type="application/json")
