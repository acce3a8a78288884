"""Rows as CSV (RFC 4180) that a spreadsheet opens as they are meant.

A text cell that begins as a formula would is led by an apostrophe, as OWASP advises against CSV
injection: names come from outside. Numbers are left as they are.
"""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

Cell = str | float | None
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTES_AT_ONCE = 16 * 1024


def csv_lines(rows: Iterable[Sequence[Cell]]) -> Iterator[str]:
    """Rows as text, some at a time. What is ``None`` is an empty cell."""
    text = io.StringIO()
    writer = csv.writer(text)
    for row in rows:
        writer.writerow([_cell(cell) for cell in row])
        if text.tell() >= _BYTES_AT_ONCE:
            yield _emptied(text)
    yield _emptied(text)


def _cell(cell: Cell) -> str | int | float:
    if cell is None:
        return ""
    if isinstance(cell, str):
        return f"'{cell}" if cell.startswith(_FORMULA) else cell
    return int(cell) if float(cell).is_integer() else cell


def _emptied(text: io.StringIO) -> str:
    written = text.getvalue()
    text.seek(0)
    text.truncate()
    return written
