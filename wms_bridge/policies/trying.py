"""Trying a policy over alarms that were: when would it have acted?"""

import heapq
from collections.abc import Sequence
from dataclasses import replace

from wms_bridge.policies.matching import HOUR_MS, Due, due, fits
from wms_bridge.records.alarms import AlarmChange, AlarmEvent, AlarmRecord
from wms_bridge.records.policies import (
    AlarmPolicy,
    HistoryAct,
    HistoryRun,
    PolicyExecution,
    PolicyMode,
    PolicyOutcome,
)

MOST_ACTS = 1000


def history_run(
    policy: AlarmPolicy,
    standing: Sequence[AlarmRecord],
    changes: Sequence[AlarmChange],
    from_ms: int,
    to_ms: int,
) -> HistoryRun:
    """When the policy would have acted from ``from_ms`` to ``to_ms``, whatever its mode is.

    ``standing`` are alarms that were active at ``from_ms``, ``changes`` what happened after that,
    the oldest first. What the policy would have changed has no effect on the alarms.
    """
    return _Trial(policy, from_ms, to_ms).run(standing, changes)


class _Trial:
    def __init__(self, policy: AlarmPolicy, from_ms: int, to_ms: int):
        self._policy = replace(policy, mode=PolicyMode.DRY_RUN, held_ms=None)
        self._from_ms = from_ms
        self._to_ms = to_ms
        self._alarms: dict[int, AlarmRecord] = {}
        self._handled: set[str] = set()
        self._done: list[PolicyExecution] = []
        self._acts: list[HistoryAct] = []
        self._looks: list[int] = []
        self._came = 0

    def run(self, standing: Sequence[AlarmRecord], changes: Sequence[AlarmChange]) -> HistoryRun:
        for alarm in standing:
            self._take(alarm)
        for change in changes:
            self._look_until(change.at_ms)
            self._change(change)
        self._look_until(self._to_ms + 1)
        return HistoryRun(
            self._policy.name, self._from_ms, self._to_ms, self._came, tuple(self._acts)
        )

    def _change(self, change: AlarmChange) -> None:
        before = self._alarms.get(change.alarm)
        raised = change.event is AlarmEvent.RAISED
        again = 1 if before is None else before.occurrences + raised
        alarm = AlarmRecord(
            change.kind,
            change.subject,
            change.text,
            # Only what is active can be shelved, come back or be acknowledged in these states.
            raised
            or (change.event is not AlarmEvent.CLEARED and before is not None and before.active),
            change.at_ms,
            number=change.alarm,
            severity=change.severity,
            state=change.state,
            occurrences=again,
            raised_ms=change.at_ms if raised or before is None else before.raised_ms,
            shelved_until_ms=self._to_ms + 1 if change.shelved else None,
        )
        self._take(alarm, came=raised)

    def _take(self, alarm: AlarmRecord, *, came: bool = True) -> None:
        self._alarms[alarm.number] = alarm
        if not fits(self._policy, alarm):
            return
        self._came += came
        if alarm.active:
            long_enough_ms = alarm.raised_ms + self._policy.on.lasting_s * 1000
            heapq.heappush(self._looks, max(long_enough_ms, alarm.changed_ms, self._from_ms))

    def _look_until(self, until_ms: int) -> None:
        """Look at every moment before ``until_ms`` at which something may have become due."""
        while self._looks and self._looks[0] < until_ms and len(self._acts) < MOST_ACTS:
            at_ms = heapq.heappop(self._looks)
            found = due((self._policy,), self._now(), self._handled, self._done, at_ms)
            for one in found:
                self._act(one, at_ms)

    def _now(self) -> list[AlarmRecord]:
        return [alarm for alarm in self._alarms.values() if alarm.active]

    def _act(self, one: Due, at_ms: int) -> None:
        alarm, policy = one.alarm, self._policy
        self._handled.add(one.key)
        self._done.append(
            PolicyExecution(
                len(self._done) + 1,
                one.key,
                policy.name,
                policy.version,
                alarm.number,
                alarm.kind,
                alarm.subject,
                policy.do,
                at_ms,
                PolicyOutcome.WOULD,
            )
        )
        self._acts.append(HistoryAct(at_ms, alarm.kind, alarm.subject, one.target))
        heapq.heappush(self._looks, at_ms + policy.cooldown_s * 1000)
        first_of_hour = next(done.at_ms for done in self._done if at_ms - done.at_ms < HOUR_MS)
        heapq.heappush(self._looks, first_of_hour + HOUR_MS)
