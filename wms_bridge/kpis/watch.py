"""Looking at the bridge's own books now and then, for key figures."""

import logging
from collections.abc import Callable

from wms_bridge.kpis.desk import KpiDesk
from wms_bridge.repeating import repeat

LOG = logging.getLogger(__name__)
PERIOD_S = 5.0
TOLD = "key figures cannot be kept"


class KpiWatch:
    """Has ``kpis`` look by ``clock`` (ms since 1970 UTC)."""

    def __init__(self, kpis: KpiDesk, clock: Callable[[], int], period_s: float = PERIOD_S):
        self._kpis = kpis
        self._clock = clock
        self._period_s = period_s

    async def run(self) -> None:
        """Look every few seconds until cancelled; then keep what was measured."""
        try:
            await repeat(self._look, self._period_s, LOG, TOLD)
        finally:
            try:
                self._kpis.keep()
            except Exception:
                LOG.exception(TOLD)

    def _look(self) -> None:
        self._kpis.look(self._clock())
