"""What policies do to a real bridge: once, in whose name, and how it is put back."""

from dataclasses import replace

import pytest

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from planner.warehouse.errors import NotFound, TooLate
from planner.warehouse.events import InterventionAsked, OrderPrioritised, RuleSet, StationClosed
from planner.warehouse.ids import OrderId, RobotId, RuleId, StationId
from planner.warehouse.interventions import InterventionKind
from planner.warehouse.rules import FloorRule, RuleKind
from planner.warehouse.site import Site, SiteRobot
from tests.wms_bridge.conftest import OrderMaker
from tests.wms_bridge.policies.conftest import Kept, Say, policy
from wms_bridge.access.errors import NotAllowed
from wms_bridge.access.principal import LOCAL, Credential, Principal
from wms_bridge.access.roles import Role
from wms_bridge.adapters.memory.store import MemoryStore
from wms_bridge.policies import acting
from wms_bridge.policies.desk import ModeWanted
from wms_bridge.policies.doing import RollbackBy
from wms_bridge.policies.errors import InvalidAlarmPolicy
from wms_bridge.records.access import AccountRecord, AuditQuery
from wms_bridge.records.policies import (
    ActionKind,
    AlarmMatch,
    ExecutionQuery,
    PolicyAction,
    PolicyMode,
    PolicyOutcome,
)
from wms_bridge.service import Bridge

OUTCOME = acting._outcome
BOB = RollbackBy("bob", "it was a drill", decides=True)
RULE = FloorRule(RuleId("wet"), RuleKind.BLOCKED, ((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)))


def closed(bridge: Bridge, station: str = "S1") -> bool:
    return next(one for one in bridge.stations() if one.station == station).closed


def feed(bridge: Bridge, kind: type) -> list[object]:
    return [one.event for one in bridge.feed(0) if isinstance(one.event, kind)]


def test_a_policy_acts_once_when_an_alarm_lasts(bridge: Bridge, say: Say, kept: Kept) -> None:
    kept(policy())
    say("R1", 1_000)
    assert bridge.policies.look(10_999) == ()
    (done,) = bridge.policies.look(11_000)
    assert (done.outcome, done.touches, done.towards) == (
        PolicyOutcome.DONE,
        "station/S1",
        "closed",
    )
    assert closed(bridge)
    assert feed(bridge, StationClosed) == [StationClosed(StationId("S1"), False)]
    assert bridge.policies.look(11_001) == bridge.policies.look(90_000) == ()
    say("R1", 100_000, active=False)
    say("R1", 101_000)
    assert [one.outcome for one in bridge.policies.look(111_000)] == [PolicyOutcome.NOTHING]


def test_a_dry_run_writes_down_and_does_nothing(bridge: Bridge, say: Say, kept: Kept) -> None:
    made = kept(policy(), PolicyMode.DRY_RUN)
    say("R1", 1_000)
    (would,) = bridge.policies.look(11_000)
    assert would.outcome is PolicyOutcome.WOULD
    assert not closed(bridge)
    assert bridge.policies.look(12_000) == ()
    wanted = ModeWanted(made.version, PolicyMode.ON, "ann", "it was right", LOCAL)
    bridge.policies.set_mode("close", wanted, 13_000)
    assert [one.outcome for one in bridge.policies.look(13_000)] == [PolicyOutcome.DONE]


def test_a_policy_is_put_back_once(bridge: Bridge, say: Say, kept: Kept) -> None:
    kept(policy())
    say("R1", 1_000)
    (done,) = bridge.policies.look(11_000)
    back = bridge.policies.roll_back(done.number, BOB, 12_000)
    assert (back.outcome, back.rolled_back_by) == (PolicyOutcome.ROLLED_BACK, "bob")
    assert not closed(bridge)
    with pytest.raises(TooLate, match="bob has rolled it back"):
        bridge.policies.roll_back(done.number, BOB, 13_000)
    assert bridge.policies.look(100_000) == ()


def test_what_others_changed_since_is_not_put_back(bridge: Bridge, say: Say, kept: Kept) -> None:
    kept(policy())
    say("R1", 1_000)
    (done,) = bridge.policies.look(11_000)
    bridge.open_station(StationId("S1"), 12_000)
    with pytest.raises(InvalidAlarmPolicy, match="put it back already"):
        bridge.policies.roll_back(done.number, BOB, 13_000)
    (still,) = bridge.policies.executions(ExecutionQuery())
    assert still.outcome is PolicyOutcome.DONE


def test_a_crash_between_effect_and_record_leaves_neither(
    bridge: Bridge, say: Say, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept(policy())
    say("R1", 1_000)

    def crash_behind_effect(*args: object) -> None:
        OUTCOME(*args)  # type: ignore[arg-type]
        raise OSError("the power is gone")

    with monkeypatch.context() as broken:
        broken.setattr(acting, "_outcome", crash_behind_effect)
        with pytest.raises(OSError, match="power"):
            bridge.policies.look(11_000)
    assert not closed(bridge)
    assert bridge.policies.executions(ExecutionQuery()) == ()
    assert len(bridge.policies.look(12_000)) == 1
    assert closed(bridge)


def test_two_that_fight_are_held(bridge: Bridge, say: Say, kept: Kept) -> None:
    on_r1 = AlarmMatch(kinds=(AlarmKind.ROBOT_SILENT,), subject="R1")
    on_r2 = AlarmMatch(kinds=(AlarmKind.ROBOT_SILENT,), subject="R2")
    kept(policy("close", on=on_r1, cooldown_s=10, most_per_h=60))
    opens = PolicyAction(ActionKind.OPEN_STATION, "S1")
    kept(policy("open", on=on_r2, do=opens, cooldown_s=10, most_per_h=60))
    for turn in range(8):
        at_ms = 1_000 + turn * 20_000
        robot = "R1" if turn % 2 == 0 else "R2"
        say(robot, at_ms)
        bridge.policies.look(at_ms)
        say(robot, at_ms + 1_000, active=False)
    held = bridge.policies.policies()
    assert [one.held_because for one in held] == ["it and others change station/S1 to and fro"] * 2
    assert len(bridge.policies.executions(ExecutionQuery())) == 4
    wanted = ModeWanted(held[0].version, PolicyMode.ON, "ann", "the other is gone", LOCAL)
    bridge.policies.set_mode("close", wanted, 300_000)
    say("R1", 301_000)
    assert len(bridge.policies.look(301_000)) == 1
    assert bridge.policies.policy("close").held_ms is None


def test_cooldown_and_the_hour_limit_what_it_does(bridge: Bridge, say: Say, kept: Kept) -> None:
    rule = PolicyAction(ActionKind.SET_RULE, rule=RULE)
    lasting = AlarmMatch(kinds=(AlarmKind.ROBOT_SILENT,))
    kept(policy("rule", on=lasting, do=rule, cooldown_s=60, most_per_h=2))
    for number in range(5):
        say(f"R{number}", 1_000)
    acted = [at for at in range(1, 7_200, 20) if bridge.policies.look(at * 1_000)]
    assert acted == [1, 61, 3601, 3661, 7201] or acted == [1, 61, 3601, 3661]


def test_rules_are_set_and_cleared(bridge: Bridge, say: Say, kept: Kept) -> None:
    kept(policy("rule", do=PolicyAction(ActionKind.SET_RULE, rule=RULE)))
    say("R1", 0)
    (done,) = bridge.policies.look(10_000)
    assert feed(bridge, RuleSet) == [RuleSet(RULE)]
    bridge.policies.roll_back(done.number, BOB, 11_000)
    assert bridge.rulebook.rules() == ()


def test_a_robot_is_stopped_and_let_go(site: Site) -> None:
    robot = SiteRobot(RobotId("R1"), "carrier", (1.0, 1.0))
    bridge = Bridge(replace(site, robots=(robot,)), MemoryStore())
    made = bridge.policies.put(policy("stop", do=PolicyAction(ActionKind.STOP_ROBOT)), 0, "ann", 0)
    bridge.policies.set_mode(
        "stop", ModeWanted(made.version, PolicyMode.ON, "ann", "why not", LOCAL), 0
    )
    bridge.apply([RaiseAlarm(AlarmKind.ROBOT_SILENT, "R1", "no report")], 0)
    bridge.apply([RaiseAlarm(AlarmKind.ROBOT_SILENT, "R2", "no report")], 1)
    (done,) = bridge.policies.look(10_000)
    assert done.outcome is PolicyOutcome.DONE
    (failed,) = bridge.policies.look(80_000)
    assert failed.outcome is PolicyOutcome.FAILED
    assert "no such robot" in failed.text
    bridge.policies.roll_back(done.number, BOB, 81_000)
    kinds = [event.intervention.kind for event in feed(bridge, InterventionAsked)]  # type: ignore[attr-defined]
    assert kinds == [InterventionKind.STOP, InterventionKind.LIFT_STOP]


def test_orders_are_rushed_and_ranked_back(
    bridge: Bridge, say: Say, kept: Kept, order: OrderMaker
) -> None:
    for name, due_ms in (("A", 50_000), ("B", 10_000), ("C", 10**9)):
        bridge.receive_order(replace(order(name, RED=1), due_ms=due_ms), 0)
    rush = PolicyAction(ActionKind.RUSH_ORDERS, within_min=1, most=1, priority=7)
    kept(policy("rush", do=rush))
    say("R1", 0)
    (done,) = bridge.policies.look(10_000)
    assert feed(bridge, OrderPrioritised) == [OrderPrioritised(OrderId("B"), 7, 10_000)]
    bridge.policies.roll_back(done.number, BOB, 11_000)
    details = bridge.order(OrderId("B"))
    assert details is not None
    assert details.order.priority == 0


def test_it_acts_as_far_as_who_switched_it_on_may(bridge: Bridge, say: Say, kept: Kept) -> None:
    with bridge.store.writing() as tx:
        tx.put_account(AccountRecord("eve", "x", (Role.SUPERVISOR.value,), ("*",), 0, 0))
    eve = Principal(
        "eve", frozenset({Role.SUPERVISOR}), frozenset({"*"}), Credential.SESSION, "eve"
    )
    kept(policy(), who=eve)
    with bridge.store.writing() as tx:
        account = tx.account("eve")
        assert account is not None
        tx.put_account(replace(account, roles=(Role.PICKER.value,)))
    say("R1", 0)
    assert bridge.policies.look(10_000) == ()
    assert not closed(bridge)
    assert "may not do this any more" in bridge.policies.policy("close").held_because


def test_only_who_may_do_it_switches_it_on(bridge: Bridge) -> None:
    made = bridge.policies.put(
        policy("rule", do=PolicyAction(ActionKind.SET_RULE, rule=RULE)), 0, "ann", 0
    )
    operator = Principal("op", frozenset({Role.OPERATOR}), frozenset({"*"}), Credential.KEY)
    wanted = ModeWanted(made.version, PolicyMode.ON, "op", "now", operator)
    with pytest.raises(NotAllowed, match="decide"):
        bridge.policies.set_mode("rule", wanted, 0)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        (policy(""), "name"),
        (policy("a/b"), "name"),
        (policy(on=AlarmMatch()), "on"),
        (policy(on=AlarmMatch(kinds=(AlarmKind.DEADLOCK,), at_least=0)), "on.at_least"),
        (policy(cooldown_s=1), "cooldown_s"),
        (policy(most_per_h=61), "most_per_h"),
        (policy(do=PolicyAction(ActionKind.CLOSE_STATION, "S9")), "do.target"),
        (policy(do=PolicyAction(ActionKind.SET_RULE)), "do.rule"),
        (
            policy(do=PolicyAction(ActionKind.SET_RULE, rule=replace(RULE, area_m=()))),
            "do.rule.area_m",
        ),
        (policy(do=PolicyAction(ActionKind.STOP_AREA, area_m=((0.0, 0.0),))), "area_m"),
        (policy(do=PolicyAction(ActionKind.CLOSE_STATION, "S1", area_m=RULE.area_m)), "do.area_m"),
        (policy(reason=""), "reason"),
    ],
)
def test_nonsense_is_refused(stocked: Bridge, wrong: object, field: str) -> None:
    with pytest.raises(InvalidAlarmPolicy) as error:
        stocked.policies.put(wrong, 0, "ann", 0)  # type: ignore[arg-type]
    assert error.value.field == field
    assert stocked.policies.policies() == ()


def test_who_changed_it_meanwhile_is_told(stocked: Bridge) -> None:
    stocked.policies.put(policy(), 0, "ann", 0)
    with pytest.raises(TooLate, match="changed by ann"):
        stocked.policies.put(policy(), 0, "bob", 1)
    changed = stocked.policies.put(policy(cooldown_s=90), 1, "bob", 2)
    assert (changed.version, changed.cooldown_s) == (2, 90)
    with pytest.raises(TooLate):
        stocked.policies.remove("close", 1)
    stocked.policies.remove("close", 2)
    with pytest.raises(NotFound):
        stocked.policies.policy("close")


def test_the_audit_log_tells_what_they_did(stocked: Bridge) -> None:
    made = stocked.policies.put(policy(), 0, "ann", 0)
    wanted = ModeWanted(made.version, PolicyMode.ON, "ann", "now", LOCAL)
    stocked.policies.set_mode("close", wanted, 0)
    stocked.apply([RaiseAlarm(AlarmKind.ROBOT_SILENT, "R1", "no report")], 0)
    stocked.policies.look(10_000)
    with stocked.store.reading() as tx:
        found = tx.audit(AuditQuery(who="alarm policies"))
    assert "policy=close alarm=1 close_station" in found[-1].what
    assert "switched on by ann" in found[-1].why
