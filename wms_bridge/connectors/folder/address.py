"""``folder:///path[?format=csv|json][&marker=any|ready|sha256][&settle_s=2][&encoding=utf-8]``."""

import codecs
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from planner.warehouse.errors import InvalidMessage

_KNOWN = ("format", "marker", "settle_s", "encoding")
MAX_SETTLE_S = 3_600.0


class Format(StrEnum):
    """How files to the WMS are written; files from it are read by the ends of their names."""

    CSV = "csv"
    JSON = "json"


class Marker(StrEnum):
    """By what a file in ``in/`` is known to be complete."""

    ANY = "any"
    """A ``.ready`` or ``.sha256`` file beside it, or no change for a while."""
    READY = "ready"
    """Only a ``.ready`` or ``.sha256`` file."""
    SHA256 = "sha256"
    """Only a ``.sha256`` file, and it fits."""


@dataclass(frozen=True, slots=True)
class FolderAddress:
    """Where the folder is. A file without a marker is complete once it has not changed for
    ``settle_s`` seconds; files without a byte order mark are in ``encoding``."""

    root: Path
    format: Format = Format.JSON
    marker: Marker = Marker.ANY
    settle_s: float = 2.0
    encoding: str = "utf-8"

    @property
    def shown(self) -> str:
        """The name of the folder: ``folder:///srv/exchange``."""
        return f"folder://{quote(str(self.root))}"


def read_address(url: str) -> FolderAddress:
    """:class:`InvalidMessage` on an address that cannot be used."""
    parts = urlsplit(url)
    path = unquote(parts.path)
    if parts.scheme != "folder" or parts.netloc or not path.startswith("/") or "\0" in path:
        raise _wrong("not the address of a folder", url)
    told = dict(parse_qsl(parts.query, keep_blank_values=True))
    unknown = [name for name in told if name not in _KNOWN]
    if unknown:
        raise _wrong(f"what it can say is {', '.join(_KNOWN)}", unknown[0])
    try:
        layout, marker = Format(told.get("format", "json")), Marker(told.get("marker", "any"))
        settle_s = float(told.get("settle_s", "2"))
        encoding = codecs.lookup(told.get("encoding", "utf-8")).name
    except (ValueError, LookupError) as error:
        raise _wrong(str(error), parts.query) from error
    if not 0 <= settle_s <= MAX_SETTLE_S:
        raise _wrong(f"settle_s is 0 to {MAX_SETTLE_S:.0f} seconds", told["settle_s"])
    # The links inside the folder are refused; how it is reached is the administrator's matter.
    return FolderAddress(Path(path).resolve(), layout, marker, settle_s, encoding)


def _wrong(problem: str, value: str) -> InvalidMessage:
    return InvalidMessage(
        problem,
        field="wms",
        value=value,
        remedy="Write folder:///path?format=csv; see docs/guides/wms-folder.md.",
    )
