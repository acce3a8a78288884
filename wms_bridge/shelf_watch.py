"""Watching the clock for alarms that were set aside: they come back when their time is over."""

import logging
from collections.abc import Callable

from wms_bridge.access.acting import Act, acting
from wms_bridge.alarms.desk import AlarmDesk
from wms_bridge.alarms.shelving import BY, REASON
from wms_bridge.repeating import repeat

LOG = logging.getLogger(__name__)
PERIOD_S = 1.0
"""How much longer than asked for an alarm may stay set aside."""


class ShelfWatch:
    """Ends shelves of ``alarms`` by ``clock`` (ms since 1970 UTC)."""

    def __init__(self, alarms: AlarmDesk, clock: Callable[[], int], period_s: float = PERIOD_S):
        self._alarms = alarms
        self._clock = clock
        self._period_s = period_s

    async def run(self) -> None:
        """Look every second until cancelled."""
        told = "alarms cannot be looked through for shelves that are over"
        await repeat(self.look, self._period_s, LOG, told)

    def look(self) -> int:
        """Have back what is over; how many alarms."""
        now_ms = self._clock()
        with acting(Act(BY, "alarms", REASON, at_ms=now_ms)):
            return self._alarms.end_shelves(now_ms)
