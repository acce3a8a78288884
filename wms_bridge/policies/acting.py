"""Having policies act: each once for an occurrence of an alarm, kept in the transaction in which
its effect is."""

from collections.abc import Sequence
from dataclasses import replace

from planner.warehouse.errors import NotFound, PodherdError, TooLate
from wms_bridge.access.roles import ALLOWED, Permission, Role
from wms_bridge.names import check_name
from wms_bridge.policies.checking import NEEDS
from wms_bridge.policies.doing import Deed, RollbackBy, Tools, do, roll_back
from wms_bridge.policies.errors import InvalidAlarmPolicy
from wms_bridge.policies.matching import REMEMBERED_MS, Due, due, fighting
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.alarms import AlarmQuery, AlarmRecord, AlarmState
from wms_bridge.records.policies import (
    ActionKind,
    AlarmPolicy,
    ExecutionQuery,
    PolicyExecution,
    PolicyMode,
    PolicyOutcome,
)

MAX_REASON = 500
MOST_ALARMS = 1000
MOST_REMEMBERED = 10_000
_ACTIVE = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)
NOT_ALLOWED = "who switched it on may not do this any more"
BY = "alarm policies"


def due_now(tx: Reading, now_ms: int) -> tuple[Due, ...]:
    """Who is to act, by what the store says now."""
    policies = tx.alarm_policies()
    if not any(policy.acting for policy in policies):
        return ()
    alarms = tx.alarms(AlarmQuery(states=_ACTIVE, shelved=False, limit=MOST_ALARMS))
    done = recent(tx, now_ms)
    keys = {Due(policy, alarm).key for policy in policies if policy.acting for alarm in alarms}
    return due(policies, alarms, tx.executed(keys), done, now_ms)


def recent(tx: Reading, now_ms: int) -> tuple[PolicyExecution, ...]:
    """What was done as long ago as matters."""
    since_ms = max(0, now_ms - REMEMBERED_MS)
    return tx.policy_executions(ExecutionQuery(since_ms=since_ms, limit=MOST_REMEMBERED))


def act(tx: Writing, tools: Tools, one: Due, now_ms: int) -> PolicyExecution | None:
    """Have a policy act, or write down that it would have; ``None`` if it is not as it was when
    that was found to be due, or somebody has acted for it before."""
    policy, alarm = tx.alarm_policy(one.policy.name), tx.alarm(one.alarm.number)
    if policy != one.policy or not _same_occurrence(alarm, one.alarm) or tx.executed({one.key}):
        return None
    if policy.mode is PolicyMode.ON and not _may(tx, policy, NEEDS[policy.do.kind]):
        tx.put_alarm_policy(replace(policy, held_ms=now_ms, held_because=NOT_ALLOWED))
        return None
    return tx.add_execution(_outcome(tx, tools, one, now_ms))


def _same_occurrence(now: AlarmRecord | None, then: AlarmRecord) -> bool:
    return now is not None and now.active and now.occurrences == then.occurrences


def _outcome(tx: Writing, tools: Tools, one: Due, now_ms: int) -> PolicyExecution:
    policy, alarm = one.policy, one.alarm
    told = PolicyExecution(
        number=0,
        key=one.key,
        policy=policy.name,
        version=policy.version,
        alarm=alarm.number,
        kind=alarm.kind,
        subject=alarm.subject,
        action=replace(policy.do, target=one.target),
        at_ms=now_ms,
        outcome=PolicyOutcome.WOULD,
        by=policy.on_by,
    )
    if policy.mode is PolicyMode.DRY_RUN:
        return told
    deed = Deed(
        policy.do,
        one.target,
        f"{policy.name} {alarm.number}.{alarm.occurrences}",
        policy.on_by,
        f"alarm policy {policy.name}: {alarm.kind}"[:MAX_REASON],
        _may(tx, policy, Permission.DECIDE),
    )
    try:
        effect = do(tx, tools, deed, now_ms)
    except PodherdError as error:
        return replace(told, outcome=PolicyOutcome.FAILED, text=str(error)[:MAX_REASON])
    return replace(
        told,
        outcome=PolicyOutcome.DONE if effect.touches else PolicyOutcome.NOTHING,
        touches=effect.touches,
        towards=effect.towards,
        undo=effect.undo,
    )


def _may(tx: Reading, policy: AlarmPolicy, needed: Permission) -> bool:
    """Whether who switched it on still may."""
    roles: Sequence[str] = policy.on_roles
    if policy.on_account:
        account = tx.account(policy.on_account)
        if account is None or account.disabled:
            return False
        roles = account.roles
    return any(needed in ALLOWED[role] for role in Role if role.value in roles)


def fighters(tx: Reading, now_ms: int) -> dict[str, str]:
    """Policies that act and undo each other's work, with what they fight about."""
    found = fighting(_since_switched_on(tx, now_ms), now_ms)
    acting_now = {one.name for one in tx.alarm_policies() if one.acting}
    return {name: touches for name, touches in found.items() if name in acting_now}


def hold_those_that_fight(tx: Writing, now_ms: int) -> None:
    """Hold policies back that undo each other's work."""
    for name, touches in fighters(tx, now_ms).items():
        policy = tx.alarm_policy(name)
        assert policy is not None, "it is one of those that act"
        because = f"it and others change {touches} to and fro"
        tx.put_alarm_policy(replace(policy, held_ms=now_ms, held_because=because))


def _since_switched_on(tx: Reading, now_ms: int) -> list[PolicyExecution]:
    """What was done by policies as they are now: who lets one go on again means it."""
    since_ms = {policy.name: policy.changed_ms for policy in tx.alarm_policies()}
    return [one for one in recent(tx, now_ms) if one.at_ms >= since_ms.get(one.policy, now_ms)]


def put_back(
    tx: Writing, tools: Tools, number: int, who: RollbackBy, now_ms: int
) -> PolicyExecution:
    """Roll an execution back. :class:`NotFound` if there is none, :class:`TooLate` if it was rolled
    back before, :class:`InvalidAlarmPolicy` if there is nothing to put back."""
    check_name(who.by, "by", InvalidAlarmPolicy)
    check_name(who.reason, "reason", InvalidAlarmPolicy, MAX_REASON)
    found = tx.policy_execution(number)
    if found is None:
        raise NotFound(
            "no such execution",
            field="number",
            value=number,
            remedy="Name one listed by GET /v1/alarm-policy-executions.",
        )
    if found.outcome is PolicyOutcome.ROLLED_BACK:
        raise TooLate(
            f"{found.rolled_back_by} has rolled it back: {found.rollback_reason}",
            field="number",
            value=number,
        )
    if found.undo is None:
        raise InvalidAlarmPolicy(
            "there is nothing to put back",
            field="number",
            value=number,
            remedy="Rerouting and counting again cannot be undone, nor what was not done.",
        )
    roll_back(tx, tools, found.undo, str(number), who, now_ms)
    back = replace(
        found,
        outcome=PolicyOutcome.ROLLED_BACK,
        rolled_back_ms=now_ms,
        rolled_back_by=who.by,
        rollback_reason=who.reason,
    )
    tx.put_execution(back)
    return back


def decides_rollback(kind: ActionKind) -> bool:
    """Whether it takes somebody who may decide to put it back."""
    return NEEDS[kind] is Permission.DECIDE
