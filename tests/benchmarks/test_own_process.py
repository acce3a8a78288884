"""Work apart: results, what is told, and failures that say why."""

import os
import time
from functools import partial

import pytest

from benchmarks.macro.own_process import Failed, Told, apart
from planner.warehouse.errors import InvalidInstance


def counted(to: int, told: Told) -> int:
    for step in range(to):
        told(f"step {step}", step)
    return os.getpid()


def refused(told: Told) -> int:
    raise InvalidInstance("should be 1 or more", field="teamSize", value=0)


def killed(told: Told) -> int:
    os._exit(3)


def test_works_in_another_process_and_tells() -> None:
    heard: list[tuple[str, int]] = []
    worker = apart(partial(counted, 3), lambda words, step: heard.append((words, step)))
    assert worker != os.getpid()
    assert heard == [("step 0", 0), ("step 1", 1), ("step 2", 2)]


def test_a_refusal_is_handed_on() -> None:
    with pytest.raises(Failed, match=r"teamSize.*should be 1 or more"):
        apart(refused, lambda words, step: None)


def test_a_process_that_dies_is_a_failure() -> None:
    with pytest.raises(Failed, match="exit code 3"):
        apart(killed, lambda words, step: None)


def endless(told: Told) -> int:
    told(str(os.getpid()), 0)
    while True:
        time.sleep(0.01)


def test_an_interrupt_leaves_no_process_behind() -> None:
    workers: list[int] = []

    def interrupted(words: str, step: int) -> None:
        workers.append(int(words))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        apart(endless, interrupted)
    with pytest.raises(ProcessLookupError):
        os.kill(workers[0], 0)
