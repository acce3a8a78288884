"""Which policies are to act now, as a pure function of alarms, of what was done, and of the time;
and which of them fight."""

import itertools
from collections.abc import Sequence, Set
from dataclasses import dataclass
from fnmatch import fnmatchcase

from wms_bridge.records.alarms import AlarmRecord, AlarmState
from wms_bridge.records.policies import (
    SUBJECT,
    AlarmPolicy,
    PolicyExecution,
    PolicyMode,
    PolicyOutcome,
)

HOUR_MS = 3_600_000
FIGHT_MS = 10 * 60_000
"""Turns to and fro within this time are a fight."""
FIGHT_TURNS = 3
"""So many turns: done, undone, done, undone."""
REMEMBERED_MS = 24 * HOUR_MS
"""The longest that a cooldown can be: what was done before does not matter."""


@dataclass(frozen=True, slots=True)
class Due:
    """A policy that is to act about an alarm; ``key`` names what for."""

    policy: AlarmPolicy
    alarm: AlarmRecord

    @property
    def key(self) -> str:
        """The policy, its mode (what it would do is not done yet), the alarm and its occurrence."""
        dry = "dry/" if self.policy.mode is PolicyMode.DRY_RUN else ""
        return f"{dry}{self.policy.name}/{self.alarm.number}/{self.alarm.occurrences}"

    @property
    def target(self) -> str:
        """With what it acts."""
        return target_of(self.policy, self.alarm.subject)


def target_of(policy: AlarmPolicy, subject: str) -> str:
    """What the policy acts with upon an alarm about a subject."""
    return subject if policy.do.target == SUBJECT else policy.do.target


def fits(policy: AlarmPolicy, alarm: AlarmRecord) -> bool:
    """Whether an alarm is one of those that the policy is about."""
    on = policy.on
    return (
        (not on.kinds or alarm.kind in on.kinds)
        and (not on.severities or alarm.severity in on.severities)
        and fnmatchcase(alarm.subject, on.subject)
    )


def due(
    policies: Sequence[AlarmPolicy],
    alarms: Sequence[AlarmRecord],
    handled: Set[str],
    done: Sequence[PolicyExecution],
    now_ms: int,
) -> tuple[Due, ...]:
    """Who is to act now, in the order of ``policies`` and of when the alarms were raised.

    ``alarms`` are those that are active; shelved ones are left alone. ``handled`` are the keys for
    which somebody has acted before, ``done`` what was done in the last 24 h.
    """
    found: list[Due] = []
    for policy in policies:
        if policy.acting:
            found += _due_of(policy, alarms, handled, done, now_ms)
    return tuple(found)


def _due_of(
    policy: AlarmPolicy,
    alarms: Sequence[AlarmRecord],
    handled: Set[str],
    done: Sequence[PolicyExecution],
    now_ms: int,
) -> list[Due]:
    on = policy.on
    matching = [
        alarm
        for alarm in sorted(alarms, key=lambda one: (one.raised_ms, one.number))
        if _stands(alarm)
        and fits(policy, alarm)
        and now_ms - alarm.raised_ms >= on.lasting_s * 1000
    ]
    if len(matching) < on.at_least:
        return []
    # Of many together, the one that made them so many stands for all.
    about = matching if on.at_least == 1 else matching[-1:]
    fresh = [one for alarm in about if (one := Due(policy, alarm)).key not in handled]
    return fresh[: _room(policy, done, now_ms)]


def _stands(alarm: AlarmRecord) -> bool:
    return alarm.active and not alarm.shelved and alarm.state is not AlarmState.NORMAL


def _room(policy: AlarmPolicy, done: Sequence[PolicyExecution], now_ms: int) -> int:
    """How often the policy may act at this moment: once, as a cooldown follows."""
    acted = [one.at_ms for one in done if one.policy == policy.name and _of_mode(one, policy)]
    if acted and now_ms - max(acted) < policy.cooldown_s * 1000:
        return 0
    return 1 if sum(now_ms - at_ms < HOUR_MS for at_ms in acted) < policy.most_per_h else 0


def _of_mode(one: PolicyExecution, policy: AlarmPolicy) -> bool:
    dry = policy.mode is PolicyMode.DRY_RUN
    return one.outcome is PolicyOutcome.WOULD if dry else one.outcome is not PolicyOutcome.WOULD


def fighting(done: Sequence[PolicyExecution], now_ms: int) -> dict[str, str]:
    """Policies that undo each other's work again and again, with what they fight about."""
    about: dict[str, list[PolicyExecution]] = {}
    for one in sorted(done, key=lambda execution: execution.number):
        if one.outcome is PolicyOutcome.DONE and one.touches and now_ms - one.at_ms < FIGHT_MS:
            about.setdefault(one.touches, []).append(one)
    found: dict[str, str] = {}
    for touches, acts in about.items():
        turns = sum(a.towards != b.towards for a, b in itertools.pairwise(acts))
        if turns >= FIGHT_TURNS:
            found.update({one.policy: touches for one in acts})
    return found
