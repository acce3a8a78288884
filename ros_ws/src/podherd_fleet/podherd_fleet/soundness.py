"""Whether a robot's report can be true. One that cannot is left out, and the fleet goes on."""

from math import isfinite

from planner.warehouse.ids import PodId
from planner.warehouse.robot import RobotState
from planner.warehouse.site import Site
from podherd_fleet.areas import distance_m

_AHEAD_MS = 10_000
"""A report may be so much newer than the fleet's clock, which stands between ticks."""
_BATTERY_SLACK = 0.01


class Soundness:
    """What can be true on one site with these pods. A robot may stand beside the floor by half a
    pitch: it does not know any better where it is."""

    def __init__(self, site: Site, pods: frozenset[PodId]):
        self._floor = site.floor_m
        self._slack_m = site.pitch_m / 2
        self._pods = pods

    def objection(self, state: RobotState, last: RobotState | None, now_ms: int | None) -> str:
        """Why ``state`` cannot be true after ``last`` (of the same process) at ``now_ms`` (site
        time, ``None`` while that is not known); empty if it can."""
        return self._objection_to_numbers(state) or self._objection_to_time(state, last, now_ms)

    def _objection_to_numbers(self, state: RobotState) -> str:
        pose = state.pose
        numbers = (pose.x_m, pose.y_m, pose.theta_rad, state.battery, state.odometer_m)
        if not all(map(isfinite, numbers)):
            return "a number in it is none"
        if not -_BATTERY_SLACK <= state.battery <= 1 + _BATTERY_SLACK:
            return f"its battery is at {state.battery:g}, not between 0 and 1"
        if distance_m(self._floor, pose.x_m, pose.y_m) > self._slack_m:
            return f"it would stand beside the floor, at ({pose.x_m:.2f}, {pose.y_m:.2f}) m"
        if state.load is not None and state.load not in self._pods:
            return f"it would carry {state.load}, which this site does not have"
        return ""

    def _objection_to_time(
        self, state: RobotState, last: RobotState | None, now_ms: int | None
    ) -> str:
        if state.at_ms < 0:
            return f"its time is {state.at_ms} ms"
        if last is not None and state.at_ms < last.at_ms:
            return f"its time runs backwards, from {last.at_ms} to {state.at_ms} ms"
        if now_ms is not None and state.at_ms > now_ms + _AHEAD_MS:
            return f"its time is {state.at_ms} ms, the site's is {now_ms} ms"
        return ""
