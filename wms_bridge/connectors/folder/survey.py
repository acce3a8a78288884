"""A file looked through once before anything of it is taken: what it has and what is wrong."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass, replace
from itertools import dropwhile
from pathlib import PurePath

from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.folder.mapping import (
    LAYOUTS,
    Found,
    InKind,
    read_rows,
    split_orders,
)
from wms_bridge.connectors.folder.rows import SHOWN, BadRow, rows_of
from wms_bridge.connectors.folder.wire import Folder, Incoming

MAX_BAD = 10_000
"""So many bad rows of a file are told one by one; the others are counted."""


@dataclass(frozen=True, slots=True)
class Survey:
    """A file and what is in it. ``unusable`` is why it cannot be read at all; ``spoiled`` are
    orders that are left out because their rows stand apart."""

    name: str
    place: str
    kind: InKind
    digest: str
    encoding: str
    documents: int = 0
    rejected: int = 0
    bad: tuple[BadRow, ...] = ()
    unusable: InvalidMessage | None = None
    spoiled: frozenset[str] = frozenset()

    @property
    def version(self) -> str:
        """Of what it tells: the same order in another file may be told anew."""
        return f"{self.name[:80]}~{self.digest[:16]}"


def survey(folder: Folder, place: str, name: str, encoding: str) -> Survey:
    """Read a file to its end. Its size does not matter, the number of its orders does a little:
    their names are kept meanwhile."""
    kind = Incoming(name, 0).kind
    assert kind is not None, name
    digest = folder.digest(place, name)
    found = Survey(name, place, kind, digest, encoding)
    try:
        with folder.reading(place, name) as file:
            rows = rows_of(file, PurePath(name).suffix.lower(), encoding, LAYOUTS[kind])
            found = replace(found, spoiled=split_orders(kind, rows))
        return _counted(found, folder)
    except InvalidMessage as error:
        return replace(found, unusable=error)


def _counted(file: Survey, folder: Folder) -> Survey:
    documents = rejected = 0
    bad: list[BadRow] = []
    with closing(everything(folder, file)) as found:
        for one in found:
            if isinstance(one, Found):
                documents += 1
                continue
            rejected += 1
            if len(bad) < MAX_BAD:
                bad.append(one)
    return replace(file, documents=documents, rejected=rejected, bad=tuple(bad))


def everything(folder: Folder, file: Survey) -> Generator[Found | BadRow, None, None]:
    """What a file tells and what is wrong in it. Close it to close the file."""
    with folder.reading(file.place, file.name) as binary:
        suffix = PurePath(file.name).suffix.lower()
        rows = rows_of(binary, suffix, file.encoding, LAYOUTS[file.kind])
        yield from read_rows(file.kind, rows, file.version, file.spoiled)


def documents_after(folder: Folder, file: Survey, row: int) -> Iterator[Found]:
    """What a file tells in its rows after ``row``."""
    good = (one for one in everything(folder, file) if isinstance(one, Found))
    return dropwhile(lambda one: one.row <= row, good)


def whole_file(problem: InvalidMessage) -> BadRow:
    """A file that cannot be read, as one bad row."""
    value = "" if problem.value is None else str(problem.value)[:SHOWN]
    return BadRow(1, "", problem.field, value, problem.problem, problem.remedy)
