"""Looking every few seconds at what waits for somebody, and answering what-if questions."""

import logging
import threading
from collections.abc import Callable

from wms_bridge.repeating import repeat
from wms_bridge.tower.desk import TowerDesk
from wms_bridge.tower.whatifs import WhatIfDesk

LOG = logging.getLogger(__name__)
PERIOD_S = 2.0
ANSWER_PERIOD_S = 0.5


class TowerWatch:
    """Has ``tower`` notice by ``clock`` (ms since 1970 UTC)."""

    def __init__(self, tower: TowerDesk, clock: Callable[[], int], period_s: float = PERIOD_S):
        self._tower = tower
        self._clock = clock
        self._period_s = period_s

    async def run(self) -> None:
        """Look every few seconds until cancelled."""
        await repeat(self._look, self._period_s, LOG, "exceptions cannot be noticed")

    def _look(self) -> None:
        self._tower.notice(self._clock())


class WhatIfWatch:
    """Has ``whatifs`` answered, one at a time, by ``clock``."""

    def __init__(self, whatifs: WhatIfDesk, clock: Callable[[], int]):
        self._whatifs = whatifs
        self._clock = clock
        self._ending = threading.Event()

    async def run(self) -> None:
        """Answer until cancelled; what is under way then is left."""
        try:
            await repeat(self._next, ANSWER_PERIOD_S, LOG, "what-if questions cannot be answered")
        finally:
            self._ending.set()

    def _next(self) -> None:
        self._whatifs.answer_next(self._clock, self._ending.is_set)
