"""A question as command lines of ``podherd whatif``, one for each alternative."""

import re
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path

from planner.warehouse.errors import InvalidStudy
from wms_bridge.records.whatif import Alternative, WhatIfKind, WhatIfQuestion

_PROGRAM = "import typer; from sim_worlds.whatif.cli import whatif; typer.run(whatif)"
_WORD = re.compile(r"[\w+-][\w.+ -]{0,199}")
"""Values without what ``--vary`` reads as a list or a range."""


def command_of(
    question: WhatIfQuestion, alternative: Alternative, site: Path, log: Path | None, out: Path
) -> tuple[str, ...]:
    """The command line that runs one alternative, with less priority than the bridge where the
    machine has ``nice``. The answer stands in the folder ``out``."""
    nice = shutil.which("nice")
    words = [*([nice, "-n", "10"] if nice else []), sys.executable, "-c", _PROGRAM]
    words += [f"--out={out}", f"--hours={question.hours:g}", f"--promise={question.promise_h:g}"]
    words += ["--workers=1", f"--vary=seed={_seeds(question.seeds)}"]
    words += [f"--vary={change.key}={_word(change.value)}" for change in alternative.changes]
    if question.kind is WhatIfKind.LIVE:
        words.append(f"--from-log={log}")
    else:
        words += [f"--site={site}", f"--orders={question.orders}"]
    return tuple(words)


def check_words(question: WhatIfQuestion) -> None:
    """:class:`InvalidStudy` on a value that a command line cannot carry as one."""
    for place, alternative in enumerate(question.alternatives):
        for number, change in enumerate(alternative.changes):
            word = _word(change.value)
            if not _WORD.fullmatch(word) or ".." in word:
                raise InvalidStudy(
                    "not one value",
                    field=f"alternatives[{place}].changes[{number}].value",
                    value=change.value,
                    remedy="Send one number or one name without commas.",
                )


def _word(value: int | float | str) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _seeds(count: int) -> str:
    return ",".join(str(seed) for seed in range(1, count + 1))


def line_count(path: Path) -> int:
    """Lines of a file; 0 if it is not there (yet)."""
    try:
        return path.read_bytes().count(b"\n")
    except OSError:
        return 0


def told(lines: Sequence[str]) -> str:
    """The last thing a process said, for people."""
    return next((line.strip() for line in reversed(lines) if line.strip()), "")[:500]
