"""Making forecasts anew every few seconds, at a bounded share of the machine's time."""

import asyncio
import logging
from collections.abc import Callable
from time import perf_counter

from planner.warehouse.view import FloorView
from wms_bridge.foresight.desk import ForesightDesk

LOG = logging.getLogger(__name__)
PERIOD_S = 5.0
SOON_S = 1.0
"""After a change of orders or stations forecasts are this old at most, if there is time."""
BUSY_SHARE = 0.1
"""Looks take this share of one core's time at most: a long one is followed by a long pause."""
LONGEST_S = 60.0
TOLD = "orders cannot be looked through for late ones"


class ForesightWatch:
    """Has ``desk`` look by ``clock`` (ms since 1970 UTC); ``view`` gives the newest view of the
    floor, ``None`` if that is old, and ``changes`` a number that grows with every change."""

    def __init__(
        self,
        desk: ForesightDesk,
        clock: Callable[[], int],
        view: Callable[[], FloorView | None],
        changes: Callable[[], int] = lambda: 0,
        period_s: float = PERIOD_S,
    ):
        self._desk = desk
        self._clock = clock
        self._view = view
        self._changes = changes
        self._period_s = period_s
        self.took_s = 0.0
        """How long the latest look took."""

    async def run(self) -> None:
        """Look until cancelled."""
        while True:
            seen = self._changes()
            try:
                await asyncio.to_thread(self.look)
            except Exception:
                LOG.exception(TOLD)
            await self._rest(seen)

    def look(self) -> None:
        """One look."""
        began_s = perf_counter()
        try:
            self._desk.look(self._clock(), self._view())
        finally:
            self.took_s = perf_counter() - began_s

    async def _rest(self, seen: int) -> None:
        least_s, most_s = pauses(self.took_s, self._period_s)
        await asyncio.sleep(least_s)
        rested_s = least_s
        while rested_s < most_s and self._changes() == seen:
            step_s = min(SOON_S / 4, most_s - rested_s)
            await asyncio.sleep(step_s)
            rested_s += step_s


def pauses(took_s: float, period_s: float) -> tuple[float, float]:
    """How long to rest after a look that took so long: at least, and if nothing changes."""
    least_s = min(max(SOON_S, took_s / BUSY_SHARE - took_s), LONGEST_S)
    return least_s, max(period_s, least_s)
