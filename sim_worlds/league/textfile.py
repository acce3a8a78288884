"""Text of an instance: whole files, and lists of numbers with a count on top."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from planner.warehouse.errors import InvalidInstance

Int32Array = npt.NDArray[np.int32]


def read_text(path: Path, field: str) -> str:
    """A file as text. Raises :class:`InvalidInstance` that names ``field`` and the path."""
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise InvalidInstance(
            f"cannot be read: {error.strerror}",
            field=field,
            value=str(path),
            remedy="Paths count from the folder of the file that names them.",
        ) from error
    except UnicodeDecodeError as error:
        raise InvalidInstance("not a text file", field=field, value=str(path)) from error


@dataclass(frozen=True, slots=True)
class NumberList:
    """Rows of whole numbers: row ``i`` is ``values[offsets[i]:offsets[i + 1]]`` and stood in line
    ``lines[i]`` (from 1) of ``source``."""

    source: str
    values: Int32Array
    offsets: Int32Array
    lines: Int32Array

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def place(self, row: int) -> str:
        """Where a row stood, for errors."""
        return f"{self.source}:{self.lines[row]}"


def parse_numbers(text: str, source: str, what: str) -> NumberList:
    """The League's lists: ``#`` starts a comment line, the first number says how many rows follow,
    rows hold whole numbers >= 0 with commas between. Lines beyond the count are not read.

    Raises :class:`InvalidInstance` with file and line; ``what`` is what the rows are (tasks).
    """
    numbered = [
        (number, line.strip())
        for number, line in enumerate(text.splitlines(), start=1)
        if line.strip() and not line.startswith("#")
    ]
    if not numbered:
        raise InvalidInstance(f"no {what} in the file", field=source, remedy="It is empty.")
    count = _count(numbered[0], source, what)
    rows = numbered[1 : count + 1]
    if len(rows) < count:
        raise InvalidInstance(
            f"{count} {what} announced, {len(rows)} found",
            field=f"{source}:{numbered[0][0]}",
            remedy="Correct the count or add the rest.",
        )
    sizes = np.array([line.count(",") + 1 for _, line in rows], dtype=np.int32)
    return NumberList(
        source,
        _values(rows, source),
        np.concatenate(([0], np.cumsum(sizes))).astype(np.int32),
        np.array([number for number, _ in rows], dtype=np.int32),
    )


def _count(first: tuple[int, str], source: str, what: str) -> int:
    line, text = first
    count = int(text) if text.isdecimal() else 0
    if count < 1:
        raise InvalidInstance(
            f"should say how many {what} follow, one or more",
            field=f"{source}:{line}",
            value=text[:40],
        )
    return count


def _values(rows: Sequence[tuple[int, str]], source: str) -> Int32Array:
    try:
        values = np.array([int(part) for _, line in rows for part in line.split(",")])
    except ValueError:
        values = np.array([-1])
    if values.min() < 0 or values.max() > np.iinfo(np.int32).max:
        raise _bad_row(rows, source)
    return values.astype(np.int32)


def _bad_row(rows: Sequence[tuple[int, str]], source: str) -> InvalidInstance:
    """Which row it was: looked for only when there is one."""
    most = len(str(np.iinfo(np.int32).max)) - 1
    number, text = next(
        (number, line)
        for number, line in rows
        if not all(
            part.strip().isdecimal() and len(part.strip()) <= most for part in line.split(",")
        )
    )
    return InvalidInstance(
        "should hold cells: whole numbers from 0 with commas between",
        field=f"{source}:{number}",
        value=text[:40],
    )
