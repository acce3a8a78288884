"""Names that no screen should trust: with markup, as long as may be, from right to left."""

from dataclasses import replace

import pytest

from planner.warehouse.commands import AlarmKind
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import NodeId, RobotId, RuleId, Sku, SlotId
from planner.warehouse.rules import FloorRule, RuleKind
from tests.wms_bridge.console.counted import DEAR_VALUE
from tests.wms_bridge.console.wholehouse import WholeHouse
from wms_bridge.records.work import SkuRecord

MARKUP = '<img src=x onerror="window.broken=1">'
LONG, LONGER = "L" * 100, "L" * 200
HEBREW = "שלום"
TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}drawkcab"
AISLE = ((4.0, 3.0), (10.0, 3.0), (10.0, 5.0), (4.0, 5.0))


def strange(world: WholeHouse) -> None:
    """Everything that others name has a name that no screen should trust; the bridge takes no name
    that is empty, longer, or turns what is written."""
    bridge, now_ms = world.bridge, world.house.now_ms
    for number, name in enumerate((MARKUP, LONG, HEBREW)):
        bridge.put_skus([SkuRecord(Sku(name), TURNED, piece_value=DEAR_VALUE)])
        world.receive(name, Sku(name), 2)
        world.say(AlarmKind.ROBOT_STUCK, name, name + LONGER)
        world.counts.find(4, 0.995, SlotId(f"P0{30 + number}/A/1/1"), Sku(name), booked=0)
        rule = FloorRule(RuleId(name), RuleKind.SPEED_LIMIT, AISLE, max_speed_mps=0.5)
        bridge.rulebook.set_rule(rule, now_ms)
    for bad in (TURNED, LONGER, ""):
        with pytest.raises(PodherdError, match="not a usable name"):
            world.receive(bad, Sku(MARKUP))
    world.say(AlarmKind.ROBOT_SILENT, "R02", "")
    world.say(AlarmKind.ROBOT_SILENT, TURNED, TURNED)
    view = world.shift.advance(1_000)
    first, second, third, *rest = view.robots
    robots = (
        replace(first, robot=RobotId(MARKUP), goal=NodeId(MARKUP)),
        replace(second, robot=RobotId(LONG), goal=NodeId(LONG)),
        replace(third, robot=RobotId(HEBREW), goal=NodeId(HEBREW)),
    )
    world.show(replace(view, robots=(*robots, *rest)))
