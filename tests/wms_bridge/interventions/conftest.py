"""A bridge of a site with three robots, and short ways to ask and to answer as the fleet does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from planner.warehouse.commands import AnswerIntervention
from planner.warehouse.errors import PodherdError
from planner.warehouse.ids import InterventionId, NodeId, RobotId
from planner.warehouse.interventions import Intervention, InterventionKind, InterventionOutcome
from planner.warehouse.site import Site, SiteRobot
from wms_bridge.interventions.asking import Asked
from wms_bridge.ports.store import Store
from wms_bridge.records.interventions import InterventionRecord
from wms_bridge.service import Bridge

Ask = Callable[..., InterventionRecord]
Answer = Callable[..., PodherdError | None]
SQUARE = ((0.0, 0.0), (2.0, 0.0), (2.0, 2.0), (0.0, 2.0))
NOW_MS = 5_000


@pytest.fixture(scope="session")
def manned(site: Site) -> Site:
    """The site with R1, R2 and R3."""
    robots = tuple(SiteRobot(RobotId(f"R{n}"), "carrier", (1.2 * n, 6.0)) for n in (1, 2, 3))
    return replace(site, robots=robots)


@pytest.fixture
def bridge(manned: Site, store: Store) -> Bridge:
    """A bridge that knows the nodes ``c001r001`` to ``c009r001``."""
    nodes = {f"c00{n}r001" for n in range(1, 10)}
    return Bridge(manned, store, has_node=lambda node: node in nodes)


def wanted(
    kind: str,
    name: str = "",
    robots: str = "",
    key: str = "",
    node: str | None = None,
    **more: object,
) -> Intervention:
    """``wanted("send", robots="R1", node="c001r001")``."""
    named = tuple(RobotId(robot) for robot in robots.split())
    where = None if node is None else NodeId(node)
    made = Intervention(InterventionId(key), InterventionKind(kind), name, named, node=where)
    return replace(made, **more)  # type: ignore[arg-type]


@pytest.fixture
def ask(bridge: Bridge) -> Ask:
    """``ask("stop", "s", by="bo", seen=0)``: the record it is kept as."""

    def do(
        kind: str,
        name: str = "",
        *,
        by: str = "anna",
        reason: str = "oil on the floor",
        seen: int | None = None,
        decides: bool = True,
        now_ms: int = NOW_MS,
        **more: object,
    ) -> InterventionRecord:
        asked = Asked(wanted(kind, name, **more), by, reason, seen, decides)  # type: ignore[arg-type]
        return bridge.interventions.ask(asked, now_ms).record

    return do


@pytest.fixture
def answer(bridge: Bridge) -> Answer:
    """``answer(record, "done", "they stand")``: what the bridge finds wrong, if anything."""

    def do(
        record: InterventionRecord, outcome: str, text: str = "", now_ms: int = NOW_MS + 500
    ) -> PodherdError | None:
        told = AnswerIntervention(
            record.intervention.intervention, InterventionOutcome(outcome), text
        )
        (wrong,) = bridge.apply([told], now_ms)
        return wrong

    return do
