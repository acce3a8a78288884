"""Looking at the bridge's own books now and then, for key figures."""

import asyncio
import logging
from collections.abc import Callable

from wms_bridge.kpis.desk import KpiDesk

LOG = logging.getLogger(__name__)
PERIOD_S = 5.0


class KpiWatch:
    """Has ``kpis`` look by ``clock`` (ms since 1970 UTC)."""

    def __init__(self, kpis: KpiDesk, clock: Callable[[], int], period_s: float = PERIOD_S):
        self._kpis = kpis
        self._clock = clock
        self._period_s = period_s

    async def run(self) -> None:
        """Look every few seconds until cancelled; then keep what was measured."""
        try:
            while True:
                await asyncio.to_thread(self._look)
                await asyncio.sleep(self._period_s)
        finally:
            self._try(self._kpis.keep)

    def _look(self) -> None:
        self._try(lambda: self._kpis.look(self._clock()))

    def _try(self, work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:
            # A full disk, say. Nothing is lost: it is counted by the next look.
            LOG.exception("key figures cannot be kept")
