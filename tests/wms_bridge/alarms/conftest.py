"""Words of the fleet about alarms, and a look at what the bridge makes of them."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import AlarmKind, RaiseAlarm
from wms_bridge.alarms.acknowledging import AlarmSeen
from wms_bridge.alarms.shelving import ShelfWanted
from wms_bridge.records.alarms import AlarmQuery, AlarmRecord
from wms_bridge.service import Bridge

Say = Callable[..., None]
Look = Callable[..., AlarmRecord]
HOUR_S = 3600


def seen(record: AlarmRecord) -> AlarmSeen:
    return AlarmSeen(record.number, record.change)


def shelf(record: AlarmRecord, **other: object) -> ShelfWanted:
    wanted = ShelfWanted(record.change, HOUR_S, "ann", "the radio is being mended")
    return replace(wanted, **other)  # type: ignore[arg-type]


@pytest.fixture
def say(bridge: Bridge) -> Say:
    """``say("R1", 5)``: at 5 ms the fleet says that R1 is silent; with ``active=False`` that it
    reports again."""

    def tell(
        subject: str,
        now_ms: int,
        *,
        active: bool = True,
        kind: AlarmKind = AlarmKind.ROBOT_SILENT,
        text: str = "no report",
    ) -> None:
        assert bridge.apply([RaiseAlarm(kind, subject, text, active)], now_ms) == (None,)

    return tell


@pytest.fixture
def look(bridge: Bridge) -> Look:
    """``look("R1")``: the alarm about R1."""

    def find(subject: str = "R1", kind: AlarmKind = AlarmKind.ROBOT_SILENT) -> AlarmRecord:
        (found,) = bridge.alarms.alarms(AlarmQuery(kinds=(kind,), subject=subject))
        return found

    return find
