"""Runs ``podherd whatif`` as a child process: with less priority than the bridge, for a limited
time, and ended with all its own processes when it is not wanted any more."""

import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from planner.warehouse.errors import Unavailable
from wms_bridge.adapters.whatif.commands import check_words, command_of, line_count, told
from wms_bridge.adapters.whatif.tables import result_of
from wms_bridge.ports.whatif import WhatIfFailed, WhatIfStopped
from wms_bridge.records.whatif import Alternative, WhatIfKind, WhatIfQuestion, WhatIfResult

LONGEST_S = 1800.0
"""All alternatives of a question together."""
_LOOK_EVERY_S = 0.2
_PATIENCE_S = 5.0
"""From the wish to end to the end by force."""
_CANNOT = 2
"""Exit code of ``podherd whatif`` when it cannot begin; 1 means that some futures failed."""


class ProcessEngine:
    """See :class:`wms_bridge.ports.whatif.WhatIfEngine`. ``site`` is the site file of the bridge,
    ``log`` the event log of its fleet, if it is known."""

    def __init__(self, site: Path, log: Path | None, longest_s: float = LONGEST_S):
        self._site = site
        self._log = log
        self._longest_s = longest_s

    def check(self, question: WhatIfQuestion) -> None:
        check_words(question)
        if question.kind is WhatIfKind.SITE:
            return
        if self._log is None or not self._log.is_file():
            raise Unavailable(
                "there is no event log of the fleet to go on from",
                field="event-log",
                value=None if self._log is None else str(self._log),
                remedy="Start the bridge with --event-log FILE, the log that the fleet writes.",
            )

    def answer(
        self,
        question: WhatIfQuestion,
        tell: Callable[[int, int], None],
        stopped: Callable[[], bool],
    ) -> tuple[WhatIfResult, ...]:
        ends_s = time.monotonic() + self._longest_s
        total = len(question.alternatives) * question.seeds
        results: list[WhatIfResult] = []
        with tempfile.TemporaryDirectory(prefix="podherd-whatif-") as name:
            folder = Path(name)
            log = self._kept_log(question, folder)
            tell(0, total)
            for place, alternative in enumerate(question.alternatives):
                done = place * question.seeds
                child = _Child(self._command(question, alternative, folder, place, log), folder)
                out = folder / str(place)
                rows = out / "futures.jsonl"
                child.wait(ends_s, stopped, lambda: tell(done + line_count(rows), total))  # noqa: B023
                results.append(_result(alternative, out, child))
                tell(done + question.seeds, total)
        return tuple(results)

    def _kept_log(self, question: WhatIfQuestion, folder: Path) -> Path | None:
        """The log as it is now: all alternatives begin at the same moment."""
        if question.kind is WhatIfKind.SITE or self._log is None:
            return None
        kept = folder / f"log{self._log.suffix}"
        try:
            kept.write_bytes(self._log.read_bytes())
        except OSError as error:
            raise WhatIfFailed(f"the event log cannot be read: {error.strerror}") from error
        return kept

    def _command(
        self,
        question: WhatIfQuestion,
        alternative: Alternative,
        folder: Path,
        place: int,
        log: Path | None,
    ) -> tuple[str, ...]:
        site = self._site
        if alternative.site is not None:
            site = folder / f"site-{place}.json"
            site.write_text(alternative.site, encoding="utf-8")
        return command_of(question, alternative, site, log, folder / str(place))


class _Child:
    """A process whose words go to a file, so that it never waits for a reader."""

    def __init__(self, command: tuple[str, ...], folder: Path):
        self._words = folder / "words.txt"
        with self._words.open("wb") as words:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=words,
                stderr=words,
                cwd=folder,
                start_new_session=True,
            )

    def wait(self, ends_s: float, stopped: Callable[[], bool], look: Callable[[], None]) -> None:
        """Until it has ended; it is ended if it is not wanted any more or takes too long."""
        try:
            while self._process.poll() is None:
                if stopped():
                    raise WhatIfStopped
                if time.monotonic() > ends_s:
                    raise WhatIfFailed("it took too long: ask for fewer seeds or hours")
                look()
                time.sleep(_LOOK_EVERY_S)
        finally:
            self._end()

    def _end(self) -> None:
        for wish in (signal.SIGTERM, signal.SIGKILL):
            if self._process.poll() is not None:
                return
            os.killpg(self._process.pid, wish)
            try:
                self._process.wait(_PATIENCE_S)
            except subprocess.TimeoutExpired:
                continue

    @property
    def code(self) -> int | None:
        """With what it ended."""
        return self._process.returncode

    def said(self) -> str:
        """Its last words."""
        return told(self._words.read_text(encoding="utf-8", errors="replace").splitlines())


def _result(alternative: Alternative, out: Path, child: _Child) -> WhatIfResult:
    if child.code == _CANNOT:
        raise WhatIfFailed(f"{alternative.name}: {child.said()}")
    try:
        return result_of(
            alternative.name, out / "futures.csv", [change.key for change in alternative.changes]
        )
    except (OSError, ValueError, KeyError) as error:
        raise WhatIfFailed(f"{alternative.name}: {child.said() or 'it left no table'}") from error
