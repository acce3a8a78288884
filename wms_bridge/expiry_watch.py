"""Watching dates go by: lots are held when they expire."""

import logging
from collections.abc import Callable

from wms_bridge.access.acting import Act, acting
from wms_bridge.holds.expiring import BY, REASON
from wms_bridge.recalls.desk import LotDesk
from wms_bridge.repeating import repeat

LOG = logging.getLogger(__name__)
PERIOD_S = 10.0
"""How long an expired lot may still be free."""


class ExpiryWatch:
    """Holds lots of ``lots`` by ``clock`` (ms since 1970 UTC)."""

    def __init__(self, lots: LotDesk, clock: Callable[[], int], period_s: float = PERIOD_S):
        self._lots = lots
        self._clock = clock
        self._period_s = period_s
        self._looked_ms = 0

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        told = "lots cannot be looked through for expired ones"
        await repeat(self.look, self._period_s, LOG, told)

    def look(self) -> int:
        """Hold what has expired since the last look (at the first one: ever); how many lots."""
        now_ms = self._clock()
        with acting(Act(BY, "lots", REASON, at_ms=now_ms)):
            held = self._lots.hold_expired(self._looked_ms, now_ms)
        self._looked_ms = now_ms
        return held
