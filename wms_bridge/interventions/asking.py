"""Taking what an operator wants of the fleet: once, from who may, and on what is still so."""

from collections.abc import Callable, Set
from dataclasses import dataclass, replace

from planner.warehouse.errors import IdempotencyConflict, InvalidIntervention, NotFound
from planner.warehouse.events import InterventionAsked
from planner.warehouse.ids import InterventionId, NodeId, RobotId
from planner.warehouse.interventions import Intervention, InterventionKind, check_intervention
from wms_bridge.interventions.errors import StalePage
from wms_bridge.interventions.permitting import check_allowed
from wms_bridge.names import MAX_KEY_LENGTH, check_name
from wms_bridge.ports.store import Reading, Writing
from wms_bridge.records.interventions import InterventionRecord, subjects_of

MAX_REASON = 500
HasNode = Callable[[NodeId], bool]


def any_node(_node: NodeId) -> bool:
    """For those who do not know the floor: the fleet looks at it anyway."""
    return True


@dataclass(frozen=True, slots=True)
class Asked:
    """Somebody (``by``) wants something of the fleet, and why. ``seen`` is the number of the latest
    intervention they knew of; without it they do not mind what others did. ``decides``: they have
    the permission to decide. ``robots`` are those seen on the floor besides the site's own."""

    wanted: Intervention
    by: str
    reason: str
    seen: int | None = None
    decides: bool = False
    robots: Set[RobotId] = frozenset()


@dataclass(frozen=True, slots=True)
class InterventionTaken:
    """An intervention as it is now. ``repeated`` tells the caller that it came before, and nothing
    was done now."""

    record: InterventionRecord
    repeated: bool = False


def ask(
    tx: Writing, asked: Asked, site_robots: Set[RobotId], has_node: HasNode, now_ms: int
) -> InterventionTaken:
    """Keep an intervention and tell the fleet; the same id again is answered and not told again.

    :class:`InvalidIntervention` if it makes no sense, or without a name or a reason;
    :class:`IdempotencyConflict` if the id was used for another one; :class:`NotFound` on robots or
    a node that there are not; :class:`NotAllowed` if it needs somebody who may decide;
    :class:`StalePage` if others did something about the same robots, stop or entry since ``seen``.
    """
    wanted = asked.wanted
    check_name(wanted.intervention, "Idempotency-Key", InvalidIntervention, MAX_KEY_LENGTH)
    check_name(asked.by, "by", InvalidIntervention)
    check_name(asked.reason, "reason", InvalidIntervention, MAX_REASON)
    check_intervention(wanted)
    known = tx.intervention_named(wanted.intervention)
    if known is not None:
        return InterventionTaken(_same(known, asked), repeated=True)
    _check_known(asked, asked.robots | site_robots, has_node)
    # First what is so: who lifts what is lifted already is late, whatever they may do.
    _check_fresh(tx, asked)
    check_allowed(tx, wanted, asked.by, asked.decides)
    return InterventionTaken(_keep(tx, asked, now_ms))


def own_id(tx: Reading) -> InterventionId:
    """An id for one that came without."""
    return InterventionId(f"intervention/{tx.last_intervention() + 1}")


def known_intervention(tx: Reading, number: int) -> InterventionRecord:
    """:class:`NotFound` if there is no such intervention."""
    record = tx.intervention(number)
    if record is None:
        raise NotFound(
            "no such intervention",
            field="number",
            value=number,
            remedy="Name one listed by GET /v1/interventions by its number.",
        )
    return record


def _same(known: InterventionRecord, asked: Asked) -> InterventionRecord:
    if (known.intervention, known.by, known.reason) != (asked.wanted, asked.by, asked.reason):
        raise IdempotencyConflict(
            "this key was used for another intervention",
            field="Idempotency-Key",
            value=asked.wanted.intervention,
            remedy="Repeat a request unchanged, or send a new one under a new key.",
        )
    return known


def _check_known(asked: Asked, robots: Set[RobotId], has_node: HasNode) -> None:
    for index, robot in enumerate(asked.wanted.robots):
        if robot not in robots:
            raise NotFound(
                "the floor has no such robot",
                field=f"robots[{index}]",
                value=robot,
                remedy="Name robots as the floor shows them.",
            )
    node = asked.wanted.node
    if node is not None and not has_node(node):
        raise NotFound(
            "the floor has no such node",
            field="node",
            value=node,
            remedy="Nodes are named c<column>r<row>, as in alarms and on the map.",
        )


def _check_fresh(tx: Reading, asked: Asked) -> None:
    if asked.seen is None:
        return
    last = tx.last_intervention()
    if asked.seen > last:
        raise StalePage(
            f"there has been no such intervention: the latest is {last}",
            field="seen",
            value=asked.seen,
            remedy="Read GET /v1/interventions again, and decide on what it says now.",
        )
    newer = tx.last_intervention_about(_guarded(asked.wanted))
    if newer > asked.seen:
        record = known_intervention(tx, newer)
        raise StalePage(
            f"meanwhile {record.by} asked for {record.intervention.kind} about the same",
            field="seen",
            value=asked.seen,
            remedy="Look at how it is now; if it is still wanted, ask again.",
        )


def _guarded(wanted: Intervention) -> tuple[str, ...]:
    """Nobody who wants robots to stand is told to look again first: of a stop only its name
    counts."""
    stop = wanted.kind is InterventionKind.STOP
    return subjects_of(replace(wanted, robots=()) if stop else wanted)


def _keep(tx: Writing, asked: Asked, now_ms: int) -> InterventionRecord:
    record = InterventionRecord(
        number=tx.last_intervention() + 1,
        intervention=asked.wanted,
        by=asked.by,
        reason=asked.reason,
        asked_ms=now_ms,
        changed_ms=now_ms,
        change=tx.last_intervention_change() + 1,
    )
    tx.add_intervention(record, subjects_of(asked.wanted))
    tx.append_event(InterventionAsked(asked.wanted), now_ms)
    return record
