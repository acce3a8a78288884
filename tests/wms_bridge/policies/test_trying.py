"""A policy tried over past alarms acts when it would have acted then."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.site import Site
from tests.wms_bridge.policies.conftest import Kept, Say, policy
from wms_bridge.access.principal import LOCAL
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.policies.desk import ModeWanted
from wms_bridge.policies.matching import HOUR_MS
from wms_bridge.records.policies import (
    ActionKind,
    AlarmMatch,
    PolicyAction,
    PolicyMode,
)
from wms_bridge.service import Bridge

SILENT = AlarmKind.ROBOT_SILENT
WORDS = st.lists(
    st.tuples(st.sampled_from(["R1", "R2", "R3"]), st.booleans(), st.integers(1, 40)),
    max_size=25,
)
"""Robot, whether it is silent, seconds until the next word."""


def test_it_is_told_when_it_would_have_acted(bridge: Bridge, say: Say) -> None:
    for minute, robot in enumerate(("R1", "R2", "R1")):
        say(robot, minute * 60_000)
        say(robot, minute * 60_000 + (5_000 if robot == "R2" else 30_000), active=False)
    told = bridge.policies.try_over(policy(), 1.0, HOUR_MS)
    assert [(act.at_ms, act.subject, act.target) for act in told.acts] == [
        (10_000, "R1", "S1"),
        (130_000, "R1", "S1"),
    ]
    assert (told.alarms, told.cut) == (3, False)
    assert bridge.policies.policies() == ()
    assert not any(one.closed for one in bridge.stations())


def test_an_alarm_from_before_counts(bridge: Bridge, say: Say) -> None:
    say("R1", 0)
    told = bridge.policies.try_over(policy(), 0.5, HOUR_MS)
    assert [act.at_ms for act in told.acts] == [HOUR_MS // 2]


def test_many_at_once_are_one_reason(bridge: Bridge, say: Say, kept: Kept) -> None:
    together = policy(on=AlarmMatch(kinds=(SILENT,), at_least=2))
    say("R1", 1_000)
    say("R2", 2_000)
    say("R3", 3_000)
    told = bridge.policies.try_over(together, 1.0, 50_000)
    assert [(act.at_ms, act.subject) for act in told.acts] == [(2_000, "R2")]
    kept(together)
    assert [one.subject for one in bridge.policies.look(50_000)] == ["R3"]


@given(words=WORDS, lasting_s=st.integers(0, 30), cooldown_s=st.integers(10, 60))
def test_the_trial_finds_what_a_dry_run_wrote_down(
    site: Site, words: list[tuple[str, bool, int]], lasting_s: int, cooldown_s: int
) -> None:
    bridge = Bridge(site, MemoryStore())
    wanted = replace(
        policy("dry", do=PolicyAction(ActionKind.OPEN_STATION, "S1"), cooldown_s=cooldown_s),
        on=AlarmMatch(kinds=(SILENT,), lasting_s=lasting_s),
        most_per_h=60,
    )
    made = bridge.policies.put(wanted, 0, "ann", 0)
    bridge.policies.set_mode(
        "dry", ModeWanted(made.version, PolicyMode.DRY_RUN, "ann", "a try", LOCAL), 0
    )
    wrote: list[tuple[int, str]] = []
    now_s = 1
    for robot, silent, pause_s in [*words, ("R9", False, 120)]:
        bridge.apply([RaiseAlarm(SILENT, robot, "no report", silent)], now_s * 1000)
        # The watch looks every second, right after whatever came.
        for at_s in range(now_s, now_s + pause_s):
            wrote += [(one.at_ms, one.subject) for one in bridge.policies.look(at_s * 1000)]
        now_s += pause_s
    told = bridge.policies.try_over(wanted, 10.0, now_s * 1000 - 1)
    assert [(act.at_ms, act.subject) for act in told.acts] == wrote
