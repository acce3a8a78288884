"""Alarm policies of a site, as the web offers them."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from planner.warehouse.errors import NotFound, TooLate
from wms_bridge.access.acting import Act, acting
from wms_bridge.access.errors import NotAllowed
from wms_bridge.access.principal import Principal
from wms_bridge.access.roles import Permission
from wms_bridge.names import check_name
from wms_bridge.policies.acting import (
    BY,
    MAX_REASON,
    act,
    decides_rollback,
    due_now,
    fighters,
    hold_those_that_fight,
    put_back,
)
from wms_bridge.policies.checking import MOST_POLICIES, NEEDS, check_policy
from wms_bridge.policies.doing import RollbackBy, Tools
from wms_bridge.policies.errors import InvalidAlarmPolicy
from wms_bridge.policies.matching import HOUR_MS
from wms_bridge.policies.trying import history_run
from wms_bridge.ports.store import Reading, Store
from wms_bridge.records.alarms import AlarmChange, AlarmQuery, AlarmState, ChangeQuery
from wms_bridge.records.policies import (
    AlarmPolicy,
    ExecutionQuery,
    HistoryRun,
    PolicyExecution,
    PolicyMode,
)

MOST_CHANGES = 20_000
"""Changes of alarms that a policy is tried over."""
MOST_STANDING = 1000


@dataclass(frozen=True, slots=True)
class ModeWanted:
    """Who has a policy act or not, as it was in ``version``, and why."""

    version: int
    mode: PolicyMode
    by: str
    reason: str
    principal: Principal


class PolicyDesk:
    """Kept in ``store``; ``changed`` is called after every change. Safe to call from several
    threads. Times are milliseconds of the bridge's clock."""

    def __init__(self, store: Store, tools: Tools, changed: Callable[[], None]):
        self._store = store
        self._tools = tools
        self._changed = changed

    def policies(self) -> tuple[AlarmPolicy, ...]:
        """All, by name."""
        with self._store.reading() as tx:
            return tx.alarm_policies()

    def policy(self, name: str) -> AlarmPolicy:
        """One; :class:`NotFound` if there is none."""
        with self._store.reading() as tx:
            return _known(tx, name)

    def put(self, policy: AlarmPolicy, seen: int, by: str, now_ms: int) -> AlarmPolicy:
        """Keep a new policy (``seen`` 0), or another one instead of version ``seen``; it is off
        then, and its ``reason`` says why. :class:`InvalidAlarmPolicy`, :class:`TooLate` if somebody
        has changed it since."""
        check_name(by, "by", InvalidAlarmPolicy)
        check_name(policy.reason, "reason", InvalidAlarmPolicy, MAX_REASON)
        check_policy(policy, self._tools.shelves)
        with self._store.writing() as tx:
            known = tx.alarm_policy(policy.name)
            if known is None and len(tx.alarm_policies()) >= MOST_POLICIES:
                raise InvalidAlarmPolicy("too many policies", field="name", value=policy.name)
            _check_version(known, policy.name, seen)
            kept = replace(policy, version=seen + 1, changed_ms=now_ms, changed_by=by)
            tx.put_alarm_policy(replace(kept, mode=PolicyMode.OFF, on_by="", on_roles=()))
        self._changed()
        return self.policy(policy.name)

    def set_mode(self, name: str, wanted: ModeWanted, now_ms: int) -> AlarmPolicy:
        """Switch a policy; that lets one go on that was held. :class:`NotAllowed` if who switches
        it on may not do what it does."""
        check_name(wanted.by, "by", InvalidAlarmPolicy)
        check_name(wanted.reason, "reason", InvalidAlarmPolicy, MAX_REASON)
        with self._store.writing() as tx:
            known = _known(tx, name)
            _check_version(known, name, wanted.version)
            principal, needed = wanted.principal, NEEDS[known.do.kind]
            if wanted.mode is PolicyMode.ON and not principal.may(needed):
                raise NotAllowed(
                    f"what it does needs the permission {needed.value}",
                    remedy="Ask somebody who has it to switch the policy on.",
                )
            tx.put_alarm_policy(
                replace(
                    known,
                    mode=wanted.mode,
                    version=known.version + 1,
                    changed_ms=now_ms,
                    changed_by=wanted.by,
                    reason=wanted.reason,
                    on_by=wanted.by,
                    on_account=principal.account or "",
                    on_roles=tuple(sorted(role.value for role in principal.roles)),
                    held_ms=None,
                    held_because="",
                )
            )
        self._changed()
        return self.policy(name)

    def remove(self, name: str, version: int) -> None:
        """Forget a policy that is off; what it did stays known."""
        with self._store.writing() as tx:
            known = _known(tx, name)
            _check_version(known, name, version)
            if known.mode is not PolicyMode.OFF:
                raise TooLate(
                    "it is switched on", field="name", value=name, remedy="Switch it off first."
                )
            tx.remove_alarm_policy(name)
        self._changed()

    def executions(self, query: ExecutionQuery) -> tuple[PolicyExecution, ...]:
        """What policies did, as asked for."""
        with self._store.reading() as tx:
            return tx.policy_executions(query)

    def roll_back(self, number: int, who: RollbackBy, now_ms: int) -> PolicyExecution:
        """Put back what a policy did; see :func:`wms_bridge.policies.acting.put_back`.
        :class:`NotAllowed` if that takes somebody who may decide."""
        with self._store.writing() as tx:
            found = tx.policy_execution(number)
            if found and decides_rollback(found.action.kind) and not who.decides:
                raise NotAllowed(
                    "putting this back needs the permission decide",
                    remedy="Ask a supervisor to do it.",
                )
            back = put_back(tx, self._tools, number, who, now_ms)
        self._changed()
        return back

    def look(self, now_ms: int) -> tuple[PolicyExecution, ...]:
        """Have those act that are to; what was done, or would have been. To be called every second.
        A crash at any moment loses nothing and does nothing twice."""
        with self._store.reading() as tx:
            found = due_now(tx, now_ms)
        done: list[PolicyExecution] = []
        for one in found:
            what = f"policy={one.policy.name} alarm={one.alarm.number} {one.policy.do.kind}"
            why = f"{one.alarm.kind} {one.alarm.subject}; switched on by {one.policy.on_by}"
            with acting(Act(BY, what, why, at_ms=now_ms)), self._store.writing() as tx:
                made = act(tx, self._tools, one, now_ms)
            done += [made] if made else []
        if done:
            self._hold(now_ms)
        if found:
            self._changed()
        return tuple(done)

    def _hold(self, now_ms: int) -> None:
        with self._store.reading() as tx:
            names = ", ".join(fighters(tx, now_ms))
        if names:
            held = Act(BY, f"hold policies={names}", "they undo each other's work", at_ms=now_ms)
            with acting(held), self._store.writing() as tx:
                hold_those_that_fight(tx, now_ms)

    def try_over(self, policy: AlarmPolicy, hours: float, now_ms: int) -> HistoryRun:
        """When a policy, kept or not, would have acted in the last ``hours``."""
        check_policy(policy, self._tools.shelves)
        from_ms = max(0, now_ms - round(hours * HOUR_MS))
        with self._store.reading() as tx:
            newest = tx.alarm_changes(ChangeQuery(since_ms=from_ms, limit=MOST_CHANGES + 1))
            active = tx.alarms(AlarmQuery(states=_ACTIVE, limit=MOST_STANDING))
        cut = len(newest) > MOST_CHANGES
        changes: list[AlarmChange] = list(reversed(newest[:MOST_CHANGES]))
        if cut:
            from_ms = changes[0].at_ms
        standing = [alarm for alarm in active if alarm.active and alarm.raised_ms < from_ms]
        return replace(history_run(policy, standing, changes, from_ms, now_ms), cut=cut)


_ACTIVE = (AlarmState.UNACKNOWLEDGED, AlarmState.ACKNOWLEDGED)


def may_decide(principal: Principal) -> bool:
    """Whether somebody may decide."""
    return principal.may(Permission.DECIDE)


def _known(tx: Reading, name: str) -> AlarmPolicy:
    found = tx.alarm_policy(name)
    if found is None:
        raise NotFound(
            "no such alarm policy",
            field="name",
            value=name,
            remedy="Name one listed by GET /v1/alarm-policies.",
        )
    return found


def _check_version(known: AlarmPolicy | None, name: str, seen: int) -> None:
    version = known.version if known else 0
    if seen != version:
        by = f" by {known.changed_by}" if known else ""
        raise TooLate(
            f"it was changed{by}: this is version {version} of {name}",
            field="version",
            value=seen,
            remedy="Read GET /v1/alarm-policies again, and decide on what it says now.",
        )
