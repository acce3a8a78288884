"""Doing something again and again, whatever becomes of it."""

import asyncio
import logging
from collections.abc import Callable


async def repeat(
    work: Callable[[], object], period_s: float, log: logging.Logger, told: str
) -> None:
    """Do ``work`` in a thread every ``period_s`` until cancelled. What it raises goes to the log
    after the words ``told``: a full disk, say; the next time has to find what was left over."""
    while True:
        try:
            await asyncio.to_thread(work)
        except Exception:
            log.exception(told)
        await asyncio.sleep(period_s)
