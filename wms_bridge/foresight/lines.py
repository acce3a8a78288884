"""Where each line of an order is: pure."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum

from planner.warehouse.flows import Flow
from planner.warehouse.ids import LineId, PodId, RobotId, Sku, StationId
from planner.warehouse.picks import ShortReason
from wms_bridge.records.work import LineRecord, PickRecord


class LineState(StrEnum):
    """How far a line is."""

    WAITING = "waiting"
    COMING = "coming"
    """A pod that holds its article is on its way to a station; whether for this line only the fleet
    knows."""
    SHOWN = "shown"
    """A picker, or an arm, is asked to take it."""
    FAILED = "failed"
    """A robot arm gave it up; a person is wanted."""
    PICKED = "picked"
    SHORT = "short"
    """Done, but not all of it will be delivered."""
    ROUTED = "routed"
    """Not for the robots."""
    REMOVED = "removed"
    """A change of the order took it out."""


@dataclass(frozen=True, slots=True)
class LineSeen:
    """A line, and where it is served: the station, pod and robot of its open pick, or of its latest
    one; of a line whose pod comes those on the way."""

    line: LineId
    sku: Sku
    owner: str
    quantity: int
    picked: int
    short: int
    shown: int
    reason: ShortReason | None
    flow: Flow
    state: LineState
    station: StationId | None = None
    pod: PodId | None = None
    robot: RobotId | None = None


def lines_seen(
    lines: Sequence[LineRecord],
    picks: Sequence[PickRecord],
    carried: Mapping[PodId, RobotId],
    pod_skus: Mapping[PodId, Set[Sku]],
) -> tuple[LineSeen, ...]:
    """The lines of an order with its ``picks``; ``carried`` pods are on their way to stations."""
    latest: dict[LineId, PickRecord] = {}
    for pick in picks:
        known = latest.get(pick.task.line)
        if known is None or pick.open or not known.open:
            latest[pick.task.line] = pick
    return tuple(_seen(line, latest.get(line.line), carried, pod_skus) for line in lines)


def _seen(
    line: LineRecord,
    pick: PickRecord | None,
    carried: Mapping[PodId, RobotId],
    pod_skus: Mapping[PodId, Set[Sku]],
) -> LineSeen:
    coming = next((pod for pod in sorted(carried) if line.sku in pod_skus.get(pod, set())), None)
    state = _state(line, pick, coming is not None)
    station: StationId | None = None
    pod: PodId | None = None
    robot: RobotId | None = None
    if state is LineState.COMING and coming is not None:
        pod, robot = coming, carried[coming]
    elif pick is not None and state is not LineState.WAITING:
        station, pod, robot = pick.task.station, pick.task.pod, pick.robot
    return LineSeen(
        line.line,
        line.sku,
        line.owner,
        line.quantity,
        line.picked,
        line.short,
        line.shown,
        line.reason,
        line.flow,
        state,
        station,
        pod,
        robot,
    )


def _state(line: LineRecord, pick: PickRecord | None, coming: bool) -> LineState:
    if line.quantity == 0:
        return LineState.REMOVED
    if line.flow is not Flow.GOODS_TO_PERSON:
        return LineState.ROUTED
    if line.closed:
        return LineState.SHORT if line.short else LineState.PICKED
    if pick is not None and pick.open:
        return LineState.FAILED if pick.failed_ms is not None else LineState.SHOWN
    return LineState.COMING if coming else LineState.WAITING
