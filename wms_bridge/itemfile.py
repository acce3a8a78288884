"""Item master files: CSV with a row per article, ``.csv`` or ``.csv.gz``, read as a stream.

The header names ``sku``, or ``gtin`` in its place (GS1 General Specifications, 3.3: 8, 12, 13 or 14
digits, the last of which is checked), and any of ``description``, ``size_class``,
``velocity_class``, ``weight_g``, ``case_quantity`` and ``piece_value``; other columns are ignored.
An empty cell is not known. A row is one line of text, so that a stray quote spoils one row and not
the rest of the file.
"""

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from planner.warehouse.errors import InvalidStock
from planner.warehouse.ids import Sku
from wms_bridge.epcis.digital_link import check_digit
from wms_bridge.records.work import SkuRecord
from wms_bridge.stocking import check_sku

KEYS = ("sku", "gtin")
MAX_DESCRIPTION = 500
_GTIN_LENGTHS = (8, 12, 13, 14)
_WHOLE = ("weight_g", "case_quantity")
_TEXTS = ("description", "size_class", "velocity_class")
_NUMBER = "piece_value"
_DECIMAL = re.compile(r"\d{1,15}(\.\d{0,15})?", re.ASCII)
_MAX_DIGITS = 15


@dataclass(frozen=True, slots=True)
class ItemRow:
    """An article and its row; the header is row 1."""

    row: int
    record: SkuRecord


@dataclass(frozen=True, slots=True)
class RejectedItem:
    """A row that cannot be taken, and why."""

    row: int
    sku: str
    column: str
    value: str
    problem: str
    remedy: str


class ItemFile:
    """A file of articles; :class:`InvalidStock` if there is none."""

    def __init__(self, path: Path):
        if not path.is_file():
            raise InvalidStock(
                "no such file", field=str(path), remedy="Name a .csv or .csv.gz file."
            )
        self.path = path
        self.size = path.stat().st_size
        self._raw: io.BufferedReader | None = None

    @property
    def bytes_read(self) -> int:
        """How far the reader has come in the file as it lies on the disk."""
        return self._raw.tell() if self._raw is not None and not self._raw.closed else self.size

    def rows(self, after: int = 1) -> Iterator[ItemRow | RejectedItem]:
        """The rows below row ``after``. :class:`InvalidStock` if there is no usable header or the
        file is damaged."""
        number = 0
        with self.path.open("rb") as self._raw:
            binary = gzip.GzipFile(fileobj=self._raw) if self.path.suffix == ".gz" else self._raw
            text = io.TextIOWrapper(binary, encoding="utf-8-sig", errors="surrogateescape")
            try:
                read = _RowReader(text.readline()).read
                for number, line in enumerate(text, start=2):
                    if number > after and not line.isspace():
                        yield read(number, line)
            except (EOFError, OSError, zlib.error) as error:
                raise InvalidStock(
                    f"the file is damaged after row {max(number, 1)}: {error}", field="file"
                ) from error


class _RowReader:
    def __init__(self, header: str):
        try:
            names = [name.strip().lower() for name in _cells(header)]
        except csv.Error as error:
            raise InvalidStock(f"unreadable header: {error}", field="row 1") from error
        keys = [name for name in KEYS if name in names]
        wanted = (*keys[:1], *_TEXTS, *_WHOLE, _NUMBER)
        twice = [name for name in wanted if names.count(name) > 1]
        if len(keys) != 1 or twice:
            raise InvalidStock(
                f"the header must name {twice[0] if twice else 'one of sku and gtin'} once",
                field="row 1",
                value=printable(header.strip()[:200]),
                remedy="The first row names the columns, with commas: sku,description,weight_g.",
            )
        self._key = keys[0]
        self._at = {name: names.index(name) for name in wanted if name in names}
        self._needed = max(self._at.values()) + 1

    def read(self, number: int, line: str) -> ItemRow | RejectedItem:
        cells: Sequence[str] = ()
        try:
            cells = self._split(line)
            return ItemRow(number, self._record(cells))
        except InvalidStock as error:
            at = self._at[self._key]
            sku = printable(cells[at].strip()[:100]) if at < len(cells) else ""
            value = "" if error.value is None else printable(str(error.value))
            return RejectedItem(number, sku, error.field, value, error.problem, error.remedy)

    def _split(self, line: str) -> Sequence[str]:
        try:
            cells = _cells(line)
        except csv.Error as error:
            raise InvalidStock(
                f"not a CSV row: {error}",
                field="row",
                value=line.strip()[:100],
                remedy='Put values that hold commas or quotes in quotes, and write a quote as "".',
            ) from error
        if len(cells) < self._needed:
            raise InvalidStock(
                f"the row has {len(cells)} values and needs {self._needed}",
                field="row",
                value=line.strip()[:100],
                remedy="Give every row a value for every column.",
            )
        return cells

    def _record(self, cells: Sequence[str]) -> SkuRecord:
        found = {name: text for name, at in self._at.items() if (text := cells[at].strip())}
        sku = found.get(self._key, "")
        if self._key == "gtin":
            _check_gtin(sku)
        description = found.get("description", "")
        _check_text(description)
        record = SkuRecord(
            Sku(sku),
            description,
            found.get("size_class"),
            found.get("velocity_class"),
            _whole(found, "weight_g"),
            _whole(found, "case_quantity"),
            _decimal(found, _NUMBER),
        )
        check_sku(record)
        return record


def printable(text: str) -> str:
    """The text with what is not Unicode written as escapes."""
    return text.encode("utf-8", "backslashreplace").decode()


def _cells(line: str) -> Sequence[str]:
    if '"' not in line:
        return line.rstrip("\r\n").split(",")
    return next(csv.reader([line], strict=True))


def _check_gtin(text: str) -> None:
    digits = text.isascii() and text.isdigit() and len(text) in _GTIN_LENGTHS
    if not digits or check_digit(text[:-1]) != text[-1]:
        raise InvalidStock(
            "not a GTIN",
            field="gtin",
            value=text[:50],
            remedy="Write 8, 12, 13 or 14 digits; spreadsheets drop zeros and digits: keep text.",
        )


def _check_text(text: str) -> None:
    if len(text) > MAX_DESCRIPTION or "\0" in text or not _is_unicode(text):
        raise InvalidStock(
            "not a usable description",
            field="description",
            value=text[:50],
            remedy=f"Write at most {MAX_DESCRIPTION} characters, in UTF-8.",
        )


def _is_unicode(text: str) -> bool:
    return text.isascii() or not any("\ud800" <= letter <= "\udfff" for letter in text)


def _whole(found: dict[str, str], name: str) -> int | None:
    text = found.get(name)
    if text is None:
        return None
    if text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS:
        return int(text)
    raise _no_number(name, text, "Write digits only; leave it empty if it is not known.")


def _decimal(found: dict[str, str], name: str) -> float | None:
    text = found.get(name)
    if text is None:
        return None
    if _DECIMAL.fullmatch(text):
        return float(text)
    remedy = "Write digits, with a point before decimals; leave it empty if it is not known."
    raise _no_number(name, text, remedy)


def _no_number(name: str, text: str, remedy: str) -> InvalidStock:
    return InvalidStock("not a number", field=name, value=text[:50], remedy=remedy)
