"""When a robot tells its state: on every change, and at multiples of a span of site time."""

from planner.warehouse.robot import RobotState


class ReportRule:
    """``report_ms``: the longest silence. Spans are counted from site time 0, so that all robots of
    a site tell their state as of the same moments."""

    def __init__(self, report_ms: int):
        self._report_ms = report_ms
        self._told: tuple[object, ...] = ()
        self._told_ms = -1

    def due(self, state: RobotState) -> bool:
        """Is this one to be told? It counts as told then."""
        now = _of_note(state)
        same_span = state.at_ms // self._report_ms == self._told_ms // self._report_ms
        if now == self._told and same_span and state.at_ms >= self._told_ms:
            return False
        self._told, self._told_ms = now, state.at_ms
        return True


def _of_note(state: RobotState) -> tuple[object, ...]:
    """What is worth a report when it changes; words of errors (a distance) are not."""
    errors = tuple((error.kind, error.reference) for error in state.errors)
    return (
        state.order,
        state.update,
        state.last_sequence,
        state.driving,
        state.paused,
        state.load,
        state.charging,
        state.actions,
        errors,
    )
