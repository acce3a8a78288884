"""Starts processes, starts those that die again, and leaves none behind."""

import contextlib
import ctypes
import os
import signal
import subprocess
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self

from planner.warehouse.errors import PodherdError

_LIBC = ctypes.CDLL(None)
_PR_SET_PDEATHSIG = 1


class ProcessFailed(PodherdError):
    """A process dies again and again, or did not come up."""


@dataclass(frozen=True, slots=True)
class Program:
    """What to run: the whole environment of the process is ``environment``. ``vital``: nothing goes
    on without it and it cannot be started again, as it holds the truth."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    vital: bool = False


@dataclass(slots=True)
class _Running:
    program: Program
    process: subprocess.Popen[bytes]
    started_s: float
    deaths: int = 0
    restart_at_s: float | None = None


@dataclass(frozen=True, slots=True)
class RestartParams:
    """A dead process starts again after ``first_s`` seconds, twice as long each time up to
    ``longest_s``; one that lived for ``healthy_s`` counts as new, and after ``deaths_max`` deaths
    in a row we give up."""

    first_s: float = 0.2
    longest_s: float = 5.0
    healthy_s: float = 10.0
    deaths_max: int = 8


@dataclass(slots=True)
class Supervisor:
    """Keeps programs running; their output goes to ``<logs>/<name>.log``.

    Nothing happens in the background: :meth:`poll` is to be called a few times a second. Use it
    as a context manager: at the end every process is stopped, the last started first. The system
    kills them if we are killed ourselves.
    """

    logs: Path
    params: RestartParams = field(default_factory=RestartParams)
    restarts: int = 0
    _running: dict[str, _Running] = field(default_factory=dict)

    def start(self, program: Program) -> None:
        """Starts a program."""
        self.logs.mkdir(parents=True, exist_ok=True)
        process = self._spawn(program)
        self._running[program.name] = _Running(program, process, time.monotonic())

    def pid(self, name: str) -> int:
        """Process id of a program."""
        return self._running[name].process.pid

    def halt(self, name: str) -> None:
        """Stops the clock of a program: it does nothing until :meth:`go_on`."""
        self._signal(self._running[name], signal.SIGSTOP)

    def go_on(self, name: str) -> None:
        """Lets a program go on that was halted."""
        self._signal(self._running[name], signal.SIGCONT)

    def kill(self, name: str) -> None:
        """Kills a program; :meth:`poll` starts it again."""
        self._signal(self._running[name], signal.SIGKILL)

    def poll(self) -> None:
        """Starts dead programs again when their time has come. Raises :class:`ProcessFailed` for
        one that does not stay up, or that was vital."""
        now_s = time.monotonic()
        for running in self._running.values():
            if running.process.poll() is not None:
                self._revive(running, now_s)

    def stop(self, grace_s: float = 5.0) -> None:
        """Asks all to end, the last started first and vital ones after all others, and kills what
        has not after ``grace_s``."""
        last_first = list(reversed(self._running.values()))
        for vital in (False, True):
            self._end([one for one in last_first if one.program.vital is vital], grace_s)
        self._running.clear()

    def end(self, names: Iterable[str], grace_s: float = 10.0) -> None:
        """Has these programs end as :meth:`stop` does, and keeps the others."""
        wanted = set(names)
        last_first = list(reversed(self._running.values()))
        self._end([one for one in last_first if one.program.name in wanted], grace_s)
        for name in wanted:
            self._running.pop(name, None)

    def _end(self, some: list[_Running], grace_s: float) -> None:
        for running in some:
            self._signal(running, signal.SIGTERM)
        deadline_s = time.monotonic() + grace_s
        for running in some:
            with contextlib.suppress(subprocess.TimeoutExpired):
                running.process.wait(max(0.0, deadline_s - time.monotonic()))
            self._signal(running, signal.SIGKILL)
            running.process.wait()

    def tail(self, name: str, lines: int = 15) -> str:
        """The last lines that a program wrote."""
        text = (self.logs / f"{name}.log").read_text(errors="replace")
        return "\n".join(text.splitlines()[-lines:])

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _revive(self, running: _Running, now_s: float) -> None:
        params = self.params
        if running.restart_at_s is None:
            healthy = now_s - running.started_s > params.healthy_s
            running.deaths = 1 if healthy else running.deaths + 1
            if running.program.vital or running.deaths > params.deaths_max:
                raise self._failed(running)
            pause_s = min(params.longest_s, params.first_s * 2 ** (running.deaths - 1))
            running.restart_at_s = now_s + pause_s
        if now_s >= running.restart_at_s:
            running.process = self._spawn(running.program)
            running.started_s, running.restart_at_s = now_s, None
            self.restarts += 1

    def _failed(self, running: _Running) -> ProcessFailed:
        name = running.program.name
        return ProcessFailed(
            f"{name} does not stay up; it said:\n{self.tail(name)}\n",
            field=name,
            value=running.process.returncode,
            remedy=f"All it said: {self.logs / name}.log",
        )

    def _spawn(self, program: Program) -> subprocess.Popen[bytes]:
        with self._log(program) as log:
            return subprocess.Popen(
                program.command,
                env=dict(program.environment),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                # A group of its own: Ctrl-C reaches only us, and we end the rest in order.
                start_new_session=True,
                preexec_fn=_die_with_parent,
            )

    def _log(self, program: Program) -> BinaryIO:
        return (self.logs / f"{program.name}.log").open("ab")

    @staticmethod
    def _signal(running: _Running, number: signal.Signals) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(running.process.pid, number)


def _die_with_parent() -> None:
    """Linux: the kernel kills the process when the one that started it has gone."""
    _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
