"""An SQLite VFS that writes down what is done to the disk: each write, truncation, flush and
deletion, in order. It is put before the machine's own VFS, which still does the work.

See https://www.sqlite.org/vfs.html; the structures are those of sqlite3.h.
"""

import ctypes
import ctypes.util
from ctypes import POINTER, Structure, c_char_p, c_int, c_int64, c_void_p
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import ClassVar

VFS_NAME = "podherd_recorder"


class Did(Enum):
    """What was done."""

    WRITE = auto()
    TRUNCATE = auto()
    FLUSH = auto()
    DELETE = auto()
    ANSWER = auto()
    """The caller was told that it is kept."""


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that was done to a file, or an answer by the name of what was kept."""

    did: Did
    name: str
    at: int = 0
    """Offset of a write, new size of a truncation."""
    body: bytes = b""


_OPEN = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_void_p, c_int, POINTER(c_int))
_DELETE = ctypes.CFUNCTYPE(c_int, c_void_p, c_char_p, c_int)
_WRITE = ctypes.CFUNCTYPE(c_int, c_void_p, c_void_p, c_int, c_int64)
_TRUNCATE = ctypes.CFUNCTYPE(c_int, c_void_p, c_int64)
_SYNC = ctypes.CFUNCTYPE(c_int, c_void_p, c_int)
_Fields = list[tuple[str, type]]


def _pointers(*names: str) -> _Fields:
    return [(name, c_void_p) for name in names]


class _Vfs(Structure):
    _fields_: ClassVar[_Fields] = [
        ("iVersion", c_int),
        ("szOsFile", c_int),
        ("mxPathname", c_int),
        ("pNext", c_void_p),
        ("zName", c_char_p),
        ("pAppData", c_void_p),
        ("xOpen", _OPEN),
        ("xDelete", _DELETE),
        *_pointers("xAccess", "xFullPathname", "xDlOpen", "xDlError", "xDlSym", "xDlClose"),
        *_pointers("xRandomness", "xSleep", "xCurrentTime", "xGetLastError"),
        *_pointers("xCurrentTimeInt64", "xSetSystemCall", "xGetSystemCall", "xNextSystemCall"),
    ]


class _Methods(Structure):
    _fields_: ClassVar[_Fields] = [
        ("iVersion", c_int),
        *_pointers("xClose", "xRead"),
        ("xWrite", _WRITE),
        ("xTruncate", _TRUNCATE),
        ("xSync", _SYNC),
        *_pointers("xFileSize", "xLock", "xUnlock", "xCheckReservedLock", "xFileControl"),
        *_pointers("xSectorSize", "xDeviceCharacteristics"),
        *_pointers("xShmMap", "xShmLock", "xShmBarrier", "xShmUnmap", "xFetch", "xUnfetch"),
    ]


class _File(Structure):
    _fields_: ClassVar[list[tuple[str, type]]] = [("pMethods", POINTER(_Methods))]


class Recorder:
    """The VFS, registered with the SQLite library of this Python for as long as the process runs.
    ``deeds`` grows while databases are used through :meth:`url`."""

    def __init__(self) -> None:
        self.deeds: list[Deed] = []
        library = ctypes.CDLL(ctypes.util.find_library("sqlite3") or "libsqlite3.so.0")
        library.sqlite3_vfs_find.restype = POINTER(_Vfs)
        self._real: _Vfs = library.sqlite3_vfs_find(None).contents
        self._names: dict[int, str] = {}
        self._methods: dict[int, _Methods] = {}
        self._vfs = _Vfs.from_buffer_copy(self._real)
        self._vfs.pNext = None
        self._vfs.zName = VFS_NAME.encode()
        self._vfs.xOpen = _OPEN(self._open)
        self._vfs.xDelete = _DELETE(self._delete)
        assert library.sqlite3_vfs_register(ctypes.byref(self._vfs), 0) == 0

    @staticmethod
    def url(path: Path) -> str:
        """The URL of a database whose every write is written down."""
        return f"sqlite:///file:{path}?vfs={VFS_NAME}&uri=true"

    def answer(self, name: str) -> None:
        """Write down that a caller was told that ``name`` is kept."""
        self.deeds.append(Deed(Did.ANSWER, name))

    def _open(self, _vfs: int, name: int | None, file: int, flags: int, out: object) -> int:
        code: int = self._real.xOpen(ctypes.addressof(self._real), name, file, flags, out)
        opened = _File.from_address(file)
        if code == 0 and name and opened.pMethods:
            self._names[file] = Path(ctypes.string_at(name).decode()).name
            opened.pMethods = ctypes.pointer(self._recording(opened.pMethods.contents))
        return code

    def _delete(self, _vfs: int, name: bytes, flush: int) -> int:
        self.deeds.append(Deed(Did.DELETE, Path(name.decode()).name))
        code: int = self._real.xDelete(ctypes.addressof(self._real), name, flush)
        return code

    def _recording(self, real: _Methods) -> _Methods:
        key = ctypes.addressof(real)
        if key not in self._methods:
            self._methods[key] = self._wrapped(real)
        return self._methods[key]

    def _wrapped(self, real: _Methods) -> _Methods:
        def write(file: int, body: int, size: int, at: int) -> int:
            written = ctypes.string_at(body, size)
            self.deeds.append(Deed(Did.WRITE, self._names[file], at, written))
            code: int = real.xWrite(file, body, size, at)
            return code

        def truncate(file: int, size: int) -> int:
            self.deeds.append(Deed(Did.TRUNCATE, self._names[file], size))
            code: int = real.xTruncate(file, size)
            return code

        def flush(file: int, flags: int) -> int:
            code: int = real.xSync(file, flags)
            self.deeds.append(Deed(Did.FLUSH, self._names[file]))
            return code

        wrapped = _Methods.from_buffer_copy(real)
        wrapped.xWrite, wrapped.xTruncate = _WRITE(write), _TRUNCATE(truncate)
        wrapped.xSync = _SYNC(flush)
        return wrapped
