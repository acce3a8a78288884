"""Alarm policies: on such an alarm do this by itself."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Request
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from planner.codec.messages import from_json
from planner.warehouse.commands import AlarmKind
from planner.warehouse.ids import RuleId
from planner.warehouse.rules import FloorRule
from wms_bridge.access.principal import Principal
from wms_bridge.access.roles import Permission
from wms_bridge.api.context import InContext
from wms_bridge.api.params import MAX_NUMBER, Before, Limit, Number
from wms_bridge.api.permitting import PRINCIPAL, needs
from wms_bridge.api.speaking import who_asks
from wms_bridge.policies.desk import ModeWanted
from wms_bridge.policies.doing import RollbackBy
from wms_bridge.records.alarms import Severity
from wms_bridge.records.policies import (
    SUBJECT,
    ActionKind,
    AlarmMatch,
    AlarmPolicy,
    ExecutionQuery,
    HistoryRun,
    PolicyAction,
    PolicyExecution,
    PolicyMode,
)

router = APIRouter(tags=["control tower"])
POLICIES = "/v1/alarm-policies"
EXECUTIONS = "/v1/alarm-policy-executions"
SEE, OPERATE, DECIDE = (
    [needs(permission)] for permission in (Permission.SEE, Permission.OPERATE, Permission.DECIDE)
)
Name = Annotated[str, Path(max_length=200)]
Version = Annotated[StrictInt, Field(ge=0, le=MAX_NUMBER)]
Seen = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="The version that was seen.")]
OfPolicy = Annotated[str | None, Query(max_length=200, description="Only of this policy.")]
SinceMs = Annotated[int, Query(ge=0, le=MAX_NUMBER, description="ms since 1970 UTC.")]


class _Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class AlarmMatchIn(_Request):
    """Which alarms; see :class:`wms_bridge.records.policies.AlarmMatch`."""

    kinds: Annotated[list[AlarmKind], Field(max_length=len(AlarmKind))] = []
    severities: Annotated[list[Severity], Field(max_length=len(Severity))] = []
    subject: StrictStr = "*"
    lasting_s: StrictInt = 0
    at_least: StrictInt = 1


class PolicyActionIn(_Request):
    """What to do; see :class:`wms_bridge.records.policies.PolicyAction`. ``rule`` is a rule as PUT
    /v1/rules takes it, with its name in ``rule``."""

    kind: ActionKind
    target: StrictStr = SUBJECT
    at_once: StrictBool = False
    rule: dict[str, object] | None = None
    area_m: Annotated[list[tuple[float, float]], Field(max_length=1000)] = []
    within_min: StrictInt = 30
    most: StrictInt = 20
    priority: StrictInt = 10

    def action(self) -> PolicyAction:
        """As the service takes it."""
        rule = (
            None if self.rule is None else from_json({"rule": RuleId(""), **self.rule}, FloorRule)
        )
        return PolicyAction(
            self.kind,
            self.target,
            self.at_once,
            rule,
            tuple(self.area_m),
            self.within_min,
            self.most,
            self.priority,
        )


class AlarmPolicyIn(_Request):
    """A policy, instead of version ``version`` of it (0: a new one), and why."""

    on: AlarmMatchIn
    do: PolicyActionIn
    cooldown_s: StrictInt = 300
    most_per_h: StrictInt = 4
    version: Version = 0
    by: StrictStr = ""
    reason: StrictStr = ""

    def policy(self, name: str) -> AlarmPolicy:
        """As the service takes it."""
        on = self.on
        return AlarmPolicy(
            name,
            AlarmMatch(
                tuple(on.kinds), tuple(on.severities), on.subject, on.lasting_s, on.at_least
            ),
            self.do.action(),
            self.cooldown_s,
            self.most_per_h,
            reason=self.reason,
        )


class ModeIn(_Request):
    """Who has a policy act, or not, as it was in ``version``, and why."""

    mode: PolicyMode
    version: Version
    reason: StrictStr
    by: StrictStr = ""


class RollbackIn(_Request):
    """Who puts back what a policy did, and why."""

    reason: StrictStr
    by: StrictStr = ""


class TrialIn(_Request):
    """A policy to be tried over the alarms of the last ``hours``."""

    on: AlarmMatchIn
    do: PolicyActionIn
    cooldown_s: StrictInt = 300
    most_per_h: StrictInt = 4
    hours: Annotated[float, Field(gt=0, le=24 * 31, allow_inf_nan=False)] = 24.0


class AlarmPoliciesOut(BaseModel):
    """All alarm policies, by name."""

    policies: tuple[AlarmPolicy, ...]


class ExecutionsOut(BaseModel):
    """What policies did, the newest first."""

    executions: tuple[PolicyExecution, ...]


@router.get(POLICIES, dependencies=SEE)
def listed(context: InContext) -> AlarmPoliciesOut:
    """All alarm policies."""
    return AlarmPoliciesOut(policies=context.bridge.policies.policies())


@router.get(EXECUTIONS, dependencies=SEE)
def executions(
    context: InContext,
    policy: OfPolicy = None,
    since_ms: SinceMs = 0,
    before: Before = None,
    limit: Limit = 100,
) -> ExecutionsOut:
    """What policies did, would have done (dry run) or could not do. For the next page send the
    number of the last one as ``before``."""
    query = ExecutionQuery(policy, since_ms, before, limit)
    return ExecutionsOut(executions=context.bridge.policies.executions(query))


@router.post("/v1/alarm-policy-trials", dependencies=SEE)
def trial(body: TrialIn, context: InContext) -> HistoryRun:
    """Try a policy over past alarms: when it would have acted. Nothing is kept or done."""
    wanted = AlarmPolicyIn(
        on=body.on, do=body.do, cooldown_s=body.cooldown_s, most_per_h=body.most_per_h
    )
    return context.bridge.policies.try_over(wanted.policy("trial"), body.hours, context.clock())


@router.post(EXECUTIONS + "/{number}/rollback", dependencies=OPERATE)
def rollback(
    number: Number, body: RollbackIn, context: InContext, request: Request
) -> PolicyExecution:
    """Put back what a policy did: open what it closed, lift what it stopped. What is not any more
    as the policy left it stays as it is."""
    principal: Principal = request.scope[PRINCIPAL]
    who = RollbackBy(who_asks(request, body.by), body.reason, principal.may(Permission.DECIDE))
    return context.bridge.policies.roll_back(number, who, context.clock())


@router.get(POLICIES + "/{name}", dependencies=SEE)
def one(name: Name, context: InContext) -> AlarmPolicy:
    """One alarm policy."""
    return context.bridge.policies.policy(name)


@router.put(POLICIES + "/{name}", dependencies=DECIDE)
def put(name: Name, body: AlarmPolicyIn, context: InContext, request: Request) -> AlarmPolicy:
    """Keep a policy, new or changed; it is off then."""
    by = who_asks(request, body.by)
    return context.bridge.policies.put(body.policy(name), body.version, by, context.clock())


@router.post(POLICIES + "/{name}/mode", dependencies=DECIDE)
def switch(name: Name, body: ModeIn, context: InContext, request: Request) -> AlarmPolicy:
    """Switch a policy off, to a dry run, or on. What it does then is done in the name of who
    switched it on, and as far as they may. One that was held goes on."""
    wanted = ModeWanted(
        body.version,
        body.mode,
        who_asks(request, body.by),
        body.reason,
        request.scope[PRINCIPAL],
    )
    return context.bridge.policies.set_mode(name, wanted, context.clock())


@router.delete(POLICIES + "/{name}", dependencies=DECIDE)
def remove(name: Name, context: InContext, version: Seen) -> AlarmPoliciesOut:
    """Forget a policy that is off; the answer is what is left."""
    context.bridge.policies.remove(name, version)
    return AlarmPoliciesOut(policies=context.bridge.policies.policies())
