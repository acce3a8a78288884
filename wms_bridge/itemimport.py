"""Taking an item master into a bridge: in batches, each kept whole, to be resumed where it
stopped."""

import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import PodherdError
from wms_bridge.itemfile import ItemRow, RejectedItem
from wms_bridge.records.work import SkuRecord

_HEAD = 1 << 20
Keep = Callable[[Sequence[SkuRecord]], object]


@dataclass(slots=True)
class Imported:
    """What became of the rows up to ``row``."""

    row: int = 1
    kept: int = 0
    rejected: int = 0


@dataclass(frozen=True, slots=True)
class _Mark:
    """How far an import of a file into a place has come."""

    file: str
    place: str
    row: int


def import_items(
    rows: Iterable[ItemRow | RejectedItem],
    keep: Keep,
    reject: Callable[[RejectedItem], object],
    *,
    batch: int,
) -> Iterator[Imported]:
    """Hand the articles to ``keep``, ``batch`` at a time, and the others to ``reject``; yields how
    far it has come after each batch that is kept, the last time at the end."""
    done = Imported()
    waiting: list[SkuRecord] = []
    for found in rows:
        if isinstance(found, RejectedItem):
            reject(found)
            done.rejected += 1
        else:
            waiting.append(found.record)
        done.row = found.row
        if len(waiting) >= batch:
            keep(waiting)
            done.kept += len(waiting)
            waiting = []
            yield done
    if waiting:
        keep(waiting)
        done.kept += len(waiting)
    yield done


@dataclass(frozen=True, slots=True)
class Bookmark:
    """A file beside the item master that says where to go on with it into the same place; a file
    that was changed is begun again."""

    items: Path
    place: str
    path: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "path", self.items.with_name(f"{self.items.name}.progress.json"))

    def row(self) -> int:
        """The last row that is kept; 1 if there is none."""
        try:
            mark = from_json(decode(self.path.read_bytes()), _Mark)
        except (OSError, PodherdError):
            return 1
        return mark.row if mark == self._mark(mark.row) else 1

    def put(self, row: int) -> None:
        """Rows up to this one are kept."""
        new = self.path.with_suffix(".new")
        new.write_bytes(encode(self._mark(row)))
        new.replace(self.path)

    def remove(self) -> None:
        """The whole file is kept."""
        self.path.unlink(missing_ok=True)

    def _mark(self, row: int) -> _Mark:
        told = self.items.stat()
        with self.items.open("rb") as file:
            head = hashlib.sha256(file.read(_HEAD)).hexdigest()
        # The place may hold a password.
        place = hashlib.sha256(self.place.encode()).hexdigest()
        return _Mark(f"{head}/{told.st_size}/{told.st_mtime_ns}", place, row)
