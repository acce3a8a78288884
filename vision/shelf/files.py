"""Racks and cameras as files: JSON of the records themselves (docs/guides/shelf.md)."""

from pathlib import Path
from typing import TypeVar

from planner.codec.messages import decode, encode, from_json, to_json
from planner.warehouse.errors import InvalidMessage
from vision.codes.camera import Camera
from vision.shelf.rack import Rack

Record = TypeVar("Record")


def load_rack(path: Path) -> Rack:
    """A face and what its slots are for. Raises ``InvalidMessage`` for a file that is none, and as
    the records in it do for figures that cannot be."""
    return _loaded(path, Rack)


def load_camera(path: Path) -> Camera:
    """A camera. Raises ``InvalidMessage`` for a file that is none, ``InvalidImage`` for figures no
    camera has."""
    return _loaded(path, Camera)


def save_record(record: object, path: Path) -> None:
    """Any of these records, or plain data. Raises ``InvalidMessage`` where nothing can be
    written."""
    try:
        path.write_bytes(encode(to_json(record)) + b"\n")
    except OSError as error:
        raise _refused(path, error, "Name a folder that is there.") from error


def _loaded(path: Path, kind: type[Record]) -> Record:
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise _refused(path, error, "Give a JSON file; see docs/guides/shelf.md.") from error
    return from_json(decode(raw), kind)


def _refused(path: Path, error: OSError, remedy: str) -> InvalidMessage:
    problem = (error.strerror or "cannot be used").lower()
    return InvalidMessage(problem, field="file", value=str(path), remedy=remedy)
