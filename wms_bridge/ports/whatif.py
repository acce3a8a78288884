"""A way to have futures run: what would happen if something were otherwise."""

from collections.abc import Callable
from typing import Protocol

from wms_bridge.records.whatif import WhatIfQuestion, WhatIfResult, WhatIfRun


class WhatIfFailed(Exception):
    """No answer: the run of an alternative could not be begun, or ended without any figure."""


class WhatIfStopped(Exception):
    """It was told to stop before it had an answer."""


class WhatIfEngine(Protocol):
    """Runs futures, one question at a time."""

    def check(self, question: WhatIfQuestion) -> None:
        """:class:`~planner.warehouse.errors.InvalidStudy` on a question it can see to have no
        answer; :class:`~planner.warehouse.errors.Unavailable` if it has nothing to begin from."""

    def answer(
        self,
        question: WhatIfQuestion,
        tell: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> tuple[WhatIfResult, ...]:
        """One result for each alternative, in order; takes minutes. ``tell`` hears how many futures
        of how many have ended, ``stopped`` is asked a few times a second.
        :class:`WhatIfFailed`, :class:`WhatIfStopped`."""


class WhatIfReading(Protocol):
    """Questions to the store."""

    def whatif(self, number: int) -> WhatIfRun | None:
        """One question with its answer; ``None`` if there is none."""

    def whatifs(self, limit: int) -> tuple[WhatIfRun, ...]:
        """The latest first."""

    def open_whatifs(self) -> tuple[WhatIfRun, ...]:
        """Those that wait or run, the oldest first."""


class WhatIfWriting(WhatIfReading, Protocol):
    """Changes to the store."""

    def add_whatif(self, run: WhatIfRun) -> WhatIfRun:
        """Keep a new question; its ``number`` is ignored and the next one given."""

    def put_whatif(self, run: WhatIfRun) -> None:
        """Replace a question and its answer."""
