"""Files of one kind of news, read one after another in the order of their names.

A file is taken over by a rename into ``work/`` and read page by page; the cursor names the file,
its checksum and the row, and is kept in the transaction of what was read. Only once a cursor at the
end of the file comes back, so that nothing of it can be lost, is the file answered and moved to
``done/``.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from planner.codec.messages import decode, encode, from_json
from planner.warehouse.errors import InvalidMessage
from wms_bridge.connectors.folder.address import FolderAddress, Marker
from wms_bridge.connectors.folder.answering import (
    finish,
    finish_repeated,
    finish_unusable,
    refuse,
    why_unusable,
)
from wms_bridge.connectors.folder.mapping import Found, InKind, Told
from wms_bridge.connectors.folder.survey import Survey, documents_after, survey
from wms_bridge.connectors.folder.wire import Folder, Incoming, kept_name
from wms_bridge.connectors.port import Page
from wms_bridge.ports.store import DeliveryFailed

PAGE = 200
"""Documents at once."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """Rows of a file up to ``row`` are taken, all of them if ``end``."""

    file: str = ""
    digest: str = ""
    row: int = 0
    end: bool = False

    @property
    def text(self) -> str:
        """As it is kept."""
        return encode(self).decode()


@dataclass(slots=True)
class _Open:
    """A file being read; all up to ``row`` was handed out."""

    file: Survey
    row: int = 0
    rest: Iterator[Found] | None = None


class FileFeed:
    """Files of ``kinds``. ``now_s`` is a clock that nobody sets."""

    def __init__(
        self,
        folder: Folder,
        address: FolderAddress,
        kinds: tuple[InKind, ...],
        now_s: Callable[[], float],
    ):
        self._folder = folder
        self._address = address
        self._kinds = kinds
        self._now_s = now_s
        self._opened: _Open | None = None
        self._lock = threading.Lock()

    def read(self, cursor: str) -> Page[Told]:
        """The next page. Raises :class:`OSError`, and :class:`DeliveryFailed` on a cursor that is
        none."""
        with self._lock:
            self._folder.set_up()
            at = _read_cursor(cursor)
            while (opened := self._current()) is not None:
                page = self._work_on(opened, at)
                if page is not None:
                    return page
            return Page((), cursor)

    def close(self) -> None:
        """Let go of the file."""
        with self._lock:
            self._opened = None

    def _work_on(self, opened: _Open, at: Cursor) -> Page[Told] | None:
        file, layout = opened.file, self._address.format
        if self._folder.has("done", kept_name(file.name, file.digest)):
            finish_repeated(self._folder, file, layout)
        elif file.unusable is not None:
            finish_unusable(self._folder, file, layout)
        elif at == Cursor(file.name, file.digest, at.row, end=True):
            finish(self._folder, file, layout)
        else:
            same = (at.file, at.digest) == (file.name, file.digest)
            return self._page(opened, at.row if same else 0)
        self._opened = None
        return None

    def _page(self, opened: _Open, row: int) -> Page[Told]:
        file = opened.file
        if opened.rest is None or opened.row != row:
            opened.row, opened.rest = row, documents_after(self._folder, file, row)
        found = list(islice(opened.rest, PAGE))
        if found:
            opened.row = found[-1].row
        end = len(found) < PAGE
        cursor = Cursor(file.name, file.digest, opened.row, end)
        return Page(tuple(one.told for one in found), cursor.text, more=True)

    def _current(self) -> _Open | None:
        """What is being read, or else the next file that is complete."""
        names = [n for n in self._folder.names("work") if Incoming(n, 0).kind in self._kinds]
        name = names[0] if names else self._claim()
        if name is None:
            self._opened = None
        elif self._opened is None or self._opened.file.name != name:
            self._opened = _Open(survey(self._folder, "work", name, self._address.encoding))
        return self._opened

    def _claim(self) -> str | None:
        """Take over the next file that is complete. One that is not holds up those behind it: they
        may rest on it."""
        for file in complete_files(self._folder, self._address, self._kinds, self._now_s()):
            self._folder.move("in", file.name, "work", file.name)
            self._folder.drop_markers(file.name)
            return file.name
        return None


def complete_files(
    folder: Folder, address: FolderAddress, kinds: tuple[InKind, ...], now_s: float
) -> Iterator[Incoming]:
    """Files in ``in/`` that nobody writes to any more, in their order, up to the first that is not
    complete. What cannot be a file is refused on the way."""
    for file in folder.incoming(now_s):
        if file.kind not in kinds:
            continue
        if not file.usable:
            refuse(folder, file, why_unusable(file), address.format)
            continue
        if not file.complete(address.marker, address.settle_s):
            if address.marker is Marker.ANY:
                return
            continue  # without its marker it may never be meant for us
        if file.checksum and not _fits(folder, file):
            if file.age_s < max(address.settle_s, 1.0):
                return
            refuse(folder, file, "its checksum does not fit", address.format)
            continue
        yield file


def _fits(folder: Folder, file: Incoming) -> bool:
    return folder.checksum_told(file.name) == folder.digest("in", file.name)


def _read_cursor(text: str) -> Cursor:
    try:
        return from_json(decode(text), Cursor) if text else Cursor()
    except InvalidMessage as error:
        raise DeliveryFailed(f"not a cursor of this folder: {text[:100]}", refused=False) from error
