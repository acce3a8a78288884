"""Work in a process of its own, which tells how it gets on.

Peak memory is counted per process, and a new one begins with the peak of the one that starts it:
so what takes memory is kept out of the process that starts the measured ones.
"""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import TypeVar

from planner.warehouse.errors import PodherdError

T = TypeVar("T")
Told = Callable[[str, int], None]
"""Is told in words what goes on, and how many steps are done."""


class Failed(Exception):
    """Work that came to no end, with the reason."""


def apart(work: Callable[[Told], T], told: Told) -> T:
    """The result of ``work(told)``, done in a fresh process. Raises :class:`Failed`."""
    context = get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(work, there), daemon=True)
    process.start()
    there.close()
    with _ended(process):
        while True:
            try:
                kind, *news = here.recv()
            except EOFError:
                process.join()
                raise Failed(f"ended with exit code {process.exitcode}") from None
            if kind == "told":
                told(*news)
            elif kind == "done":
                result: T = news[0]
                return result
            else:
                raise Failed(news[0])


@contextmanager
def _ended(process: BaseProcess) -> Iterator[None]:
    """Whatever happens, no process is left behind."""
    try:
        yield
    except BaseException:
        process.kill()
        raise
    finally:
        process.join()


def _work(work: Callable[[Told], object], parent: Connection) -> None:
    # An interrupt from the keyboard reaches all processes; the one that waits sees to it.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        result = work(lambda words, step: parent.send(("told", words, step)))
    except (PodherdError, MemoryError, ValueError, RuntimeError) as error:
        parent.send(("failed", f"{type(error).__name__}: {error}"))
    else:
        parent.send(("done", result))
