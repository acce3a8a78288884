"""A bridge with alarms that come and go, and people who have policies act on them."""

from collections.abc import Callable

import pytest

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from wms_bridge.access.principal import LOCAL, Principal
from wms_bridge.policies.desk import ModeWanted
from wms_bridge.records.policies import (
    ActionKind,
    AlarmMatch,
    AlarmPolicy,
    PolicyAction,
    PolicyMode,
)
from wms_bridge.service import Bridge

Say = Callable[..., None]
Kept = Callable[..., AlarmPolicy]
SILENT = AlarmKind.ROBOT_SILENT


def policy(name: str = "close", **other: object) -> AlarmPolicy:
    """Closes S1 when a robot is silent for 10 s."""
    wanted: dict[str, object] = {
        "on": AlarmMatch(kinds=(SILENT,), lasting_s=10),
        "do": PolicyAction(ActionKind.CLOSE_STATION, "S1"),
        "cooldown_s": 60,
        "reason": "tried out",
    }
    return AlarmPolicy(name, **{**wanted, **other})  # type: ignore[arg-type]


@pytest.fixture
def say(bridge: Bridge) -> Say:
    """``say("R1", 5)``: at 5 ms the fleet says that R1 is silent; ``active=False``: it is not."""

    def tell(subject: str, now_ms: int, *, active: bool = True, kind: AlarmKind = SILENT) -> None:
        assert bridge.apply([RaiseAlarm(kind, subject, "no report", active)], now_ms) == (None,)

    return tell


@pytest.fixture
def kept(bridge: Bridge) -> Kept:
    """``kept(policy(), PolicyMode.ON)``: the policy as it is kept, switched so by ``who``."""

    def keep(
        wanted: AlarmPolicy,
        mode: PolicyMode = PolicyMode.ON,
        who: Principal = LOCAL,
        now_ms: int = 0,
    ) -> AlarmPolicy:
        made = bridge.policies.put(wanted, 0, "ann", now_ms)
        switched = ModeWanted(made.version, mode, "ann", "it is time", who)
        return bridge.policies.set_mode(wanted.name, switched, now_ms)

    return keep
