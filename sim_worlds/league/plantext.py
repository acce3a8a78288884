"""Paths and schedules of a plan file, from text."""

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from sim_worlds.league.violations import Violation, ViolationKind

Letters = npt.NDArray[np.uint8]
Changes = dict[int, list[tuple[int, int]]]

_PATH = re.compile(r"[FRCWT](,[FRCWT])*", re.ASCII)
_CHANGE = re.compile(r"(\d+):(-?\d+)", re.ASCII)


def read_paths(
    field: str, lines: Sequence[str], agents: int
) -> tuple[Letters | None, list[Violation]]:
    """The letters (steps, agents) of ``F,R,W,...`` texts, one per agent; or None and why not."""
    wrong = _one_each(field, lines, agents)
    if wrong:
        return None, wrong
    lengths = [len(line) for line in lines]
    usual = max(set(lengths), key=lengths.count)
    for agent, (line, length) in enumerate(zip(lines, lengths, strict=True)):
        if length != usual:
            wrong.append(Violation(ViolationKind.WRONG_LENGTH, agents=(agent,), detail=field))
        elif not _PATH.fullmatch(line):
            wrong.append(Violation(ViolationKind.MALFORMED, agents=(agent,), detail=field))
    if wrong:
        return None, wrong
    letters = np.frombuffer("".join(lines).encode("ascii"), dtype=np.uint8)
    return letters.reshape(agents, usual)[:, ::2].T, []


def read_schedules(
    field: str, lines: Sequence[str], agents: int
) -> tuple[Changes | None, list[Violation]]:
    """By time, the (agent, task) that change, of ``time:task,...`` texts, one per agent; or None
    and why not. Times should grow from 1."""
    wrong = _one_each(field, lines, agents)
    if wrong:
        return None, wrong
    found: Changes = {}
    for agent, line in enumerate(lines):
        before = 0
        # The start kit's own reference shows a comma at the end.
        for entry in line.removesuffix(",").split(",") if line else []:
            change = _CHANGE.fullmatch(entry)
            if change is None or int(change[1]) <= before:
                detail = f"{field}: {entry!r} after time {before}"
                wrong.append(Violation(ViolationKind.MALFORMED, agents=(agent,), detail=detail))
                break
            before = int(change[1])
            found.setdefault(before, []).append((agent, int(change[2])))
    return (None, wrong) if wrong else (found, [])


def _one_each(field: str, lines: Sequence[str], agents: int) -> list[Violation]:
    if len(lines) == agents:
        return []
    return [Violation(ViolationKind.WRONG_LENGTH, detail=f"{field} of {len(lines)} agents")]
