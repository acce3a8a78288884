"""Files of the folder: what is complete, taken over by a rename, written whole or not at all.

``in/`` is theirs, ``work/`` is what is being read, ``done/`` what was read, ``rejects/`` what
cannot be and why, ``out/`` what we tell. Everything moves by renames within one file system, which
are seen whole or not at all, also after a crash (POSIX ``rename``; ``fsync`` of file and folder).
"""

import contextlib
import errno
import hashlib
import os
import re
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, ParamSpec, TypeVar

from wms_bridge.connectors.folder.address import Marker
from wms_bridge.connectors.folder.mapping import InKind
from wms_bridge.ports.store import DeliveryFailed

FOLDERS = ("in", "work", "done", "rejects", "out", "out/taken")
SUFFIXES = (".csv", ".json", ".jsonl")
READY, CHECKSUM = ".ready", ".sha256"
MAX_NAME = 150
"""Bytes of a file name from outside: ours are longer by a digest, and have to fit, too."""
CHUNK = 1 << 20
_HEX = re.compile(r"[0-9a-fA-F]{64}")
P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file in ``in/``: ``age_s`` is for how long it has been seen unchanged, ``ready`` and
    ``checksum`` whether such a file is beside it."""

    name: str
    age_s: float
    ready: bool = False
    checksum: bool = False
    regular: bool = True

    @property
    def kind(self) -> InKind | None:
        """What it tells: ``orders-0001.csv``, ``orders.csv``."""
        stem, dot, _ = self.name.rpartition(".")
        head = re.split(r"[-_. ]", stem, maxsplit=1)[0].lower()
        known = dot and self.name.lower().endswith(SUFFIXES) and head in list(InKind)
        return InKind(head) if known else None

    @property
    def order(self) -> tuple[str, str]:
        """Files are taken in this order: by what follows the kind in the name."""
        return self.name[len(self.kind or "") :], self.name

    def complete(self, marker: Marker, settle_s: float) -> bool:
        """Whether nobody writes to it any more."""
        match marker:
            case Marker.SHA256:
                return self.checksum
            case Marker.READY:
                return self.ready or self.checksum
            case Marker.ANY:
                return self.ready or self.checksum or self.age_s >= settle_s

    @property
    def usable(self) -> bool:
        """No link or device, and a name that can be shown."""
        return self.regular and self.name.isprintable() and len(self.name.encode()) <= MAX_NAME


def failing_clearly(do: Callable[P, T]) -> Callable[P, T]:
    """What the operating system says becomes a failure of delivery: full, read-only, gone."""

    def done(*args: P.args, **more: P.kwargs) -> T:
        try:
            return do(*args, **more)
        except OSError as error:
            name = Path(str(error.filename)).name if error.filename else "the folder"
            said = f"{name}: {error.strerror or error}"
            raise DeliveryFailed(said, refused=False) from error

    return done


class Folder:
    """The folder at ``root``. Methods raise :class:`OSError`."""

    def __init__(self, root: Path):
        self._root = root
        self._seen: dict[str, tuple[tuple[int, ...], float]] = {}

    def set_up(self) -> None:
        """Have the folders below the root, which has to be there: a share that is not mounted is
        not made. A link in the place of a folder is refused."""
        if not self._root.is_dir():
            raise FileNotFoundError(errno.ENOENT, "no such folder", str(self._root))
        for name in FOLDERS:
            path = self._root / name
            path.mkdir(exist_ok=True)
            if path.is_symlink():
                raise NotADirectoryError(
                    errno.ENOTDIR, "a link in the place of a folder", str(path)
                )

    def incoming(self, now_s: float) -> list[Incoming]:
        """What is in ``in/``, in the order to be taken; unfinished and hidden files left out.
        ``now_s`` is of a clock that nobody sets: times of files are those of another machine."""
        with os.scandir(self._root / "in") as entries:
            stats = {entry.name: entry.stat(follow_symlinks=False) for entry in entries}
        files = {
            name: info
            for name, info in stats.items()
            if not name.startswith(".")
            and name.lower().endswith(SUFFIXES)
            and not stat.S_ISDIR(info.st_mode)
        }
        seen = {name: self._look(name, info, now_s) for name, info in files.items()}
        self._seen = seen
        found = [
            Incoming(
                name,
                now_s - seen[name][1],
                name + READY in stats,
                name + CHECKSUM in stats,
                stat.S_ISREG(info.st_mode),
            )
            for name, info in files.items()
        ]
        return sorted(found, key=lambda file: file.order)

    def _look(self, name: str, info: os.stat_result, now_s: float) -> tuple[tuple[int, ...], float]:
        state = (info.st_ino, info.st_size, info.st_mtime_ns)
        before = self._seen.get(name)
        return before if before is not None and before[0] == state else (state, now_s)

    def checksum_told(self, name: str) -> str | None:
        """What the ``.sha256`` file says; ``None`` if it says nothing usable."""
        try:
            with self._open(self._root / "in" / (name + CHECKSUM)) as file:
                told = _HEX.search(file.read(4096).decode(errors="replace"))
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.EINVAL):
                return None  # a link, or no file
            raise
        return told[0].lower() if told else None

    def digest(self, place: str, name: str) -> str:
        """SHA-256 of a file."""
        digest = hashlib.sha256()
        with self.reading(place, name) as file:
            while chunk := file.read(CHUNK):
                digest.update(chunk)
        return digest.hexdigest()

    def reading(self, place: str, name: str) -> BinaryIO:
        """A file, opened; never through a link."""
        return self._open(self._root / place / name)

    def names(self, place: str) -> list[str]:
        """Files of a folder, by name; hidden ones left out."""
        with os.scandir(self._root / place) as entries:
            found = [entry.name for entry in entries if entry.is_file(follow_symlinks=False)]
        return sorted(name for name in found if not name.startswith("."))

    def has(self, place: str, name: str) -> bool:
        """Whether a file is there."""
        return os.path.lexists(self._root / place / name)

    def move(self, place: str, name: str, to_place: str, to_name: str) -> None:
        """Rename; what is there under the new name is replaced."""
        source, target = self._root / place / name, self._root / to_place / to_name
        source.replace(target)
        _sync(target.parent)
        _sync(source.parent)

    def drop_markers(self, name: str) -> None:
        """Take ``.ready`` and ``.sha256`` away once their file is: another may have come since."""
        if self.has("in", name):
            return
        for suffix in (READY, CHECKSUM):
            (self._root / "in" / (name + suffix)).unlink(missing_ok=True)

    def write(self, place: str, name: str, content: bytes) -> None:
        """Write a file: it is there whole, or not at all."""
        target = self._root / place / name
        temporary = target.with_name(f".{hashlib.sha256(name.encode()).hexdigest()[:16]}.tmp")
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW
        try:
            with os.fdopen(os.open(temporary, flags, 0o666), "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
        _sync(target.parent)

    @staticmethod
    def _open(path: Path) -> BinaryIO:
        # Not blocking: a pipe put in a file's place would hold us up for ever.
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        if not stat.S_ISREG(os.fstat(number).st_mode):
            os.close(number)
            raise OSError(errno.EINVAL, "not a regular file", str(path))
        return os.fdopen(number, "rb")


def _sync(folder: Path) -> None:
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some network file systems have nothing to do there
            raise
    finally:
        os.close(number)


def kept_name(name: str, digest: str) -> str:
    """The name of a file in ``done/``: two contents of one name do not meet there."""
    stem, _, suffix = name.rpartition(".")
    return f"{stem}~{digest[:16]}.{suffix}"
