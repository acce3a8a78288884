"""Looking at alarms every second, so that policies act on them."""

import logging
from collections.abc import Callable

from wms_bridge.policies.desk import PolicyDesk
from wms_bridge.repeating import repeat

LOG = logging.getLogger(__name__)
PERIOD_S = 1.0


class PolicyWatch:
    """Has policies act by ``clock`` (ms since 1970 UTC)."""

    def __init__(self, policies: PolicyDesk, clock: Callable[[], int], period_s: float = PERIOD_S):
        self._policies = policies
        self._clock = clock
        self._period_s = period_s

    async def run(self) -> None:
        """Look every second until cancelled."""
        await repeat(self._look, self._period_s, LOG, "alarm policies cannot act")

    def _look(self) -> None:
        self._policies.look(self._clock())
