"""Rows of CSV, JSON and JSON Lines files as bytes, read one after another.

A CSV row is one line of text (no line breaks inside quotes), so that a stray quote spoils one row
and not the rest of the file. Delimiters (comma, semicolon, tab, bar) are told from the header, line
ends may be of any kind, a byte order mark goes before the given encoding.
"""

import codecs
import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

from planner.codec.messages import decode
from planner.warehouse.errors import InvalidMessage

MAX_ROW = 65_536
"""Characters in a row."""
MAX_JSON_BYTES = 64 * 1024 * 1024
"""A ``.json`` file is read at once; ``.jsonl`` has no limit."""
SHOWN = 100
_DELIMITERS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_ALIASES = {
    "order_id": "order",
    "receipt_id": "receipt",
    "qty": "quantity",
    "due_ms": "due",
    "expires_ms": "expires",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row by column; values of CSV files are texts. ``number`` is the line of the file (the
    header is 1), or the number of the element in a JSON array."""

    number: int
    fields: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be used. ``key`` is the order or the like that it spoils, empty if that
    cannot be told."""

    row: int
    key: str
    field: str
    value: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Layout:
    """Columns a file must have, the first of them names what a row is about; and those it may
    have. Others are ignored."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()
    listed: str = field(default="")
    """Name of the array in a JSON object."""


def rows_of(binary: BinaryIO, suffix: str, encoding: str, layout: Layout) -> Iterator[Row | BadRow]:
    """The rows; :class:`InvalidMessage` if the file as a whole cannot be read."""
    text = _text(binary, encoding)
    try:
        if suffix == ".csv":
            yield from _csv_rows(text, layout)
        elif suffix == ".jsonl":
            yield from _json_lines(text)
        else:
            yield from _json_rows(text, layout)
    except UnicodeError as error:
        raise InvalidMessage(
            f"not text in {text.encoding}",
            field="file",
            value=str(error)[:SHOWN],
            remedy="Write UTF-8, or tell the encoding in the address of the folder.",
        ) from error


def _text(binary: BinaryIO, encoding: str) -> io.TextIOWrapper:
    start = binary.read(4)
    binary.seek(0)
    marked = (name for mark, name in _MARKS if start.startswith(mark))
    return io.TextIOWrapper(binary, encoding=next(marked, encoding), errors="strict")


def _lines(text: io.TextIOWrapper) -> Iterator[tuple[int, str | None]]:
    """Lines with their numbers; ``None`` for one that is too long."""
    number = 0
    while line := text.readline(MAX_ROW):
        number += 1
        if line.endswith("\n") or len(line) < MAX_ROW:
            yield number, line
            continue
        while (more := text.readline(MAX_ROW)) and not more.endswith("\n"):
            pass
        yield number, None


def _csv_rows(text: io.TextIOWrapper, layout: Layout) -> Iterator[Row | BadRow]:
    lines = _lines(text)
    _, header = next(lines, (1, ""))
    delimiter, names = _header(header or "", layout)
    wanted = [name if name in (*layout.needed, *layout.optional) else "" for name in names]
    for number, line in lines:
        if line is None:
            yield _bad(number, "", "", "the row is too long")
            continue
        if line.isspace():
            continue
        try:
            cells = next(csv.reader([line], strict=True, delimiter=delimiter))
        except (csv.Error, StopIteration) as error:
            yield _bad(number, _guess(line, names, delimiter, layout), line, f"no CSV row: {error}")
            continue
        if len(cells) < len(names):
            known = dict(zip(names, cells, strict=False))
            problem = f"the row has {len(cells)} values and needs {len(names)}"
            yield _bad(number, known.get(layout.needed[0], "").strip(), line, problem)
            continue
        found = zip(wanted, cells, strict=False)
        yield Row(number, {name: told for name, cell in found if name and (told := cell.strip())})


def _header(line: str, layout: Layout) -> tuple[str, Sequence[str]]:
    delimiter = max(_DELIMITERS, key=line.count)
    try:
        cells = next(csv.reader([line], strict=True, delimiter=delimiter), [])
    except csv.Error as error:
        raise InvalidMessage(f"unreadable header: {error}", field="row 1") from error
    names = [name.strip().lower() for name in cells]
    names = [_ALIASES.get(name, name) for name in names]
    known = (*layout.needed, *layout.optional)
    wrong = [n for n in layout.needed if n not in names] + [n for n in known if names.count(n) > 1]
    if wrong:
        raise InvalidMessage(
            f"the header must name the column {wrong[0]} once",
            field="row 1",
            value=line.strip()[:SHOWN],
            remedy=f"The first row needs the columns {', '.join(layout.needed)}.",
        )
    return delimiter, names


def _guess(line: str, names: Sequence[str], delimiter: str, layout: Layout) -> str:
    cells, at = line.split(delimiter), names.index(layout.needed[0])
    return cells[at].strip().strip('"') if at < len(cells) else ""


def _json_lines(text: io.TextIOWrapper) -> Iterator[Row | BadRow]:
    for number, line in _lines(text):
        if line is None:
            yield _bad(number, "", "", "the row is too long")
        elif not line.isspace():
            yield _element(number, line)


def _json_rows(text: io.TextIOWrapper, layout: Layout) -> Iterator[Row | BadRow]:
    whole = text.read(MAX_JSON_BYTES + 1)
    if len(whole) > MAX_JSON_BYTES:
        raise InvalidMessage(
            "the file is too large", field="file", remedy="Write JSON Lines (.jsonl) instead."
        )
    data = _decoded(whole)
    if isinstance(data, dict):
        data = data.get(layout.listed, [data])
    if not isinstance(data, list):
        raise InvalidMessage("not a JSON array", field=layout.listed, remedy="Write a list.")
    for number, element in enumerate(data, start=1):
        yield _row(number, element)


def _element(number: int, line: str) -> Row | BadRow:
    try:
        return _row(number, _decoded(line))
    except InvalidMessage as error:
        return _bad(number, "", line, error.problem)


def _decoded(text: str) -> Any:
    try:
        return decode(text)
    except (RecursionError, UnicodeError) as error:
        raise InvalidMessage(f"not JSON: {type(error).__name__}") from error


def _row(number: int, element: Any) -> Row | BadRow:
    if not isinstance(element, dict):
        return _bad(number, "", str(element), "not a JSON object")
    return Row(
        number, {_ALIASES.get(str(name), str(name)): value for name, value in element.items()}
    )


def _bad(number: int, key: str, line: str, problem: str) -> BadRow:
    remedy = 'Put values that hold delimiters or quotes in quotes, and write a quote as "".'
    return BadRow(number, key[:SHOWN], "row", line.strip()[:SHOWN], problem, remedy)
