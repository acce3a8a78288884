"""Runs futures side by side: processes on this machine, or a Ray cluster.

Rows come in the order in which futures end. A future that fails, or takes its process with it, is a
row with its error; all others go on. When the caller stops asking (or Ctrl-C comes) everything
under way is ended.
"""

import contextlib
import multiprocessing
import signal
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from typing import Any, TypeAlias

from planner.warehouse.errors import InvalidStudy
from sim_worlds.whatif.futures import Future, Ground, Row, run_future

Pipe: TypeAlias = "Connection[Any, Any]"
"""One end of it."""
_PRELOAD = ["sim_worlds.whatif.futures"]


def run_on_processes(ground: Ground, futures: Sequence[Future], workers: int) -> Iterator[Row]:
    """At most ``workers`` at once, each future a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    waiting = list(reversed(futures))
    running: dict[Pipe, tuple[BaseProcess, Future]] = {}
    try:
        while waiting or running:
            while waiting and len(running) < workers:
                future = waiting.pop()
                inbox, outbox = context.Pipe(duplex=False)
                process: BaseProcess = context.Process(
                    target=_work, args=(ground, future, outbox), daemon=True
                )
                process.start()
                outbox.close()
                running[inbox] = (process, future)
            heard = wait(list(running))
            for ready in [inbox for inbox in running if inbox in heard]:
                yield _result(ready, *running.pop(ready))
    finally:
        for inbox, (process, _) in running.items():
            process.terminate()
            process.join()
            inbox.close()


def _work(ground: Ground, future: Future, outbox: Pipe) -> None:
    # Ctrl-C goes to every process of the terminal; the parent decides what happens.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    outbox.send(run_future(ground, future))
    outbox.close()


def _result(inbox: Pipe, process: BaseProcess, future: Future) -> Row:
    try:
        row: Row = inbox.recv()
    except (EOFError, OSError):
        process.join()
        problem = f"its process ended with exit code {process.exitcode}"
        row = Row(future.settings, future.seed, error=problem)
    finally:
        inbox.close()
    process.join()
    return row


def run_on_ray(
    ground: Ground, futures: Sequence[Future], address: str, workers: int | None = None
) -> Iterator[Row]:
    """On the Ray cluster at ``address``; ``local`` starts one on this machine with ``workers`` CPUs
    and ends it afterwards. :class:`InvalidStudy` if Ray is not installed or cannot be reached."""
    ray = _ray()
    _connect(ray, address, workers)
    work = ray.remote(num_cpus=1, max_retries=0)(run_future)
    running: dict[Any, Future] = {}
    try:
        shared = ray.put(ground)
        running = {work.remote(shared, future): future for future in futures}
        while running:
            ready, _ = ray.wait(list(running), num_returns=1, timeout=1.0)
            for reference in ready:
                yield _ray_result(ray, reference, running.pop(reference))
    finally:
        for reference in running:
            with contextlib.suppress(Exception):
                ray.cancel(reference, force=True)
        ray.shutdown()


def _ray() -> Any:
    try:
        import ray
    except ImportError as error:
        raise InvalidStudy(
            "Ray is not installed",
            field="ray",
            remedy="Install it with: pip install 'podherd[ray]', or leave out --ray.",
        ) from error
    return ray


def _connect(ray: Any, address: str, workers: int | None) -> None:
    try:
        if address == "local":
            ray.init(
                address="local", num_cpus=workers, include_dashboard=False, log_to_driver=False
            )
        else:
            ray.init(address=address, log_to_driver=False)
    except Exception as error:  # Ray raises of all kinds here
        raise InvalidStudy(
            f"no Ray cluster can be reached: {error}",
            field="ray",
            value=address,
            remedy="Give its address (HOST:6379 or ray://HOST:10001), auto, or local.",
        ) from error


def _ray_result(ray: Any, reference: Any, future: Future) -> Row:
    try:
        row: Row = ray.get(reference)
    except Exception as error:  # the worker died, or could not load our code
        return Row(future.settings, future.seed, error=f"{type(error).__name__}: {error}")
    return row
