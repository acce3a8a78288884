"""Order files: CSV with a row per order line.

The header names at least the columns ``order_id``, ``ts``, ``sku`` and ``qty``; others are
ignored. ``ts`` is ISO 8601, in UTC if it names no zone. A row is one line of text (no line breaks
inside quotes), so that a stray quote spoils one row and not the rest of the file. Rows of one
order need not stand together; a row that cannot be read rejects its whole order and nothing else.
"""

import csv
import gzip
import io
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from planner.warehouse.errors import InvalidOrder
from planner.warehouse.ids import OrderId, Sku
from planner.warehouse.orders import OrderLine, PickOrder, line_id
from wms_bridge.names import MAX_QUANTITY, check_name

COLUMNS = ("order_id", "ts", "sku", "qty")
TextSource = Callable[[], TextIO]
"""Opens the text from its start; called twice."""


@dataclass(frozen=True, slots=True)
class FileOrder:
    """An order of the file, the time of its first row (ms since 1970 UTC) and for every line the
    row it came from. Rows are line numbers of the file; the header is row 1."""

    at_ms: int
    order: PickOrder
    rows: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that cannot be read; ``order`` is the order it rejects, empty if that cannot be
    told."""

    row: int
    order: str
    column: str
    value: str
    problem: str
    remedy: str


@dataclass(frozen=True, slots=True)
class _Row:
    number: int
    order: OrderId
    at_ms: int
    sku: Sku
    quantity: int


def text_of_file(path: Path) -> TextSource:
    """A ``.csv`` or ``.csv.gz`` file."""
    if not path.is_file():
        raise InvalidOrder("no such file", field=str(path), remedy="Name a .csv or .csv.gz file.")

    def open_text() -> TextIO:
        binary = gzip.GzipFile(path) if path.suffix == ".gz" else path.open("rb")
        return _text(binary)

    return open_text


def text_of_bytes(raw: bytes) -> TextSource:
    """A file already read."""
    return lambda: _text(io.BytesIO(raw))


def read_orders(source: TextSource) -> Iterator[FileOrder | RejectedRow]:
    """First the rows that cannot be read, then the orders, each when its last row is reached.

    :class:`InvalidOrder` if there is no usable header or the file is damaged.
    """
    last_rows: dict[OrderId, int] = {}
    rejected: set[str] = set()
    for row in _rows(source):
        if isinstance(row, RejectedRow):
            rejected.add(row.order)
            yield row
        else:
            last_rows[row.order] = row.number
    unfinished: dict[OrderId, _Rows] = {}
    for row in _rows(source):
        if isinstance(row, RejectedRow) or row.order in rejected:
            continue
        rows = unfinished.setdefault(row.order, _Rows())
        rows.found.append(row)
        if row.number == last_rows[row.order]:
            yield unfinished.pop(row.order).order()


@dataclass(slots=True)
class _Rows:
    found: list[_Row] = field(default_factory=list)

    def order(self) -> FileOrder:
        first = self.found[0]
        lines = (
            OrderLine(line_id(first.order, number), row.sku, row.quantity)
            for number, row in enumerate(self.found, start=1)
        )
        rows = tuple(row.number for row in self.found)
        return FileOrder(first.at_ms, PickOrder(first.order, tuple(lines)), rows)


def _text(binary: gzip.GzipFile | io.BufferedReader | io.BytesIO) -> TextIO:
    return io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape")


def _rows(source: TextSource) -> Iterator[_Row | RejectedRow]:
    number = 0
    with source() as text:
        try:
            header = text.readline()
            reader = _RowReader(header)
            for number, line in enumerate(text, start=2):
                if not line.isspace():
                    yield reader.read(number, line)
        except (EOFError, OSError, zlib.error) as error:
            raise InvalidOrder(
                f"the file is damaged after row {max(number, 1)}: {error}", field="file"
            ) from error


class _RowReader:
    def __init__(self, header: str):
        try:
            names = [name.strip().lower() for name in _cells(header)]
        except csv.Error as error:
            raise InvalidOrder(f"unreadable header: {error}", field="row 1") from error
        missing = [name for name in COLUMNS if names.count(name) != 1]
        if missing:
            raise InvalidOrder(
                f"the header must name the column {missing[0]} once",
                field="row 1",
                value=printable(header.strip()[:200]),
                remedy=f"The first row needs the columns {', '.join(COLUMNS)}, with commas.",
            )
        self._at = {name: names.index(name) for name in COLUMNS}
        self._needed = max(self._at.values()) + 1
        self._times: dict[str, int] = {}

    def read(self, number: int, line: str) -> _Row | RejectedRow:
        order = ""
        try:
            cells = self._split(line)
            order = cells[self._at["order_id"]].strip()
            check_name(order, "order_id", InvalidOrder)
            sku = cells[self._at["sku"]].strip()
            check_name(sku, "sku", InvalidOrder)
            quantity = _quantity(cells[self._at["qty"]])
            at_ms = self._time(cells[self._at["ts"]])
        except InvalidOrder as error:
            order = printable(order or self._guess_order(line))
            value = "" if error.value is None else printable(str(error.value))
            return RejectedRow(number, order, error.field, value, error.problem, error.remedy)
        return _Row(number, OrderId(order), at_ms, Sku(sku), quantity)

    def _split(self, line: str) -> Sequence[str]:
        try:
            cells = _cells(line)
        except csv.Error as error:
            raise InvalidOrder(
                f"not a CSV row: {error}",
                field="row",
                value=line.strip()[:100],
                remedy='Put values that hold commas or quotes in quotes, and write a quote as "".',
            ) from error
        if len(cells) < self._needed:
            raise InvalidOrder(
                f"the row has {len(cells)} values and needs {self._needed}",
                field="row",
                value=line.strip()[:100],
                remedy="Give every row a value for every column.",
            )
        return cells

    def _guess_order(self, line: str) -> str:
        cells = line.split(",")
        at = self._at["order_id"]
        return cells[at].strip().strip('"') if at < len(cells) else ""

    def _time(self, text: str) -> int:
        known = self._times.get(text)
        if known is not None:
            return known
        try:
            moment = datetime.fromisoformat(text.strip())
        except ValueError as error:
            raise InvalidOrder(
                "not a time", field="ts", value=text, remedy="Write 2011-12-08 09:30:00."
            ) from error
        zoned = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        self._times = {text: round(zoned.timestamp() * 1000)}
        return self._times[text]


def printable(text: str) -> str:
    """The text with what is not Unicode written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _cells(line: str) -> Sequence[str]:
    if '"' not in line:
        return line.rstrip("\r\n").split(",")
    return next(csv.reader([line], strict=True))


def _quantity(text: str) -> int:
    digits = text.strip()
    if digits.isascii() and digits.isdigit() and len(digits) <= 9:
        quantity = int(digits)
        if 1 <= quantity <= MAX_QUANTITY:
            return quantity
    raise InvalidOrder(
        "not a quantity",
        field="qty",
        value=text.strip()[:50],
        remedy=f"Write a whole number from 1 to {MAX_QUANTITY}, digits only.",
    )
