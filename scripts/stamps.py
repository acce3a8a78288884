"""Remembers which steps of the set-up are done, and from what."""

import hashlib
from collections.abc import Iterable
from pathlib import Path


class Stamps:
    """One small file per step in ``folder``; it holds the hash of the step's inputs."""

    def __init__(self, folder: Path):
        self._folder = folder

    def has(self, step: str, wanted: str) -> bool:
        """True if the step was done from exactly these inputs."""
        stamp = self._folder / step
        return stamp.exists() and stamp.read_text() == wanted

    def put(self, step: str, made_from: str) -> None:
        """Writes down that the step is done."""
        self._folder.mkdir(parents=True, exist_ok=True)
        (self._folder / step).write_text(made_from)


def digest(files: Iterable[Path], *more: str) -> str:
    """Hash of the contents of some files (in the order given) and of some strings."""
    total = hashlib.sha256()
    for file in files:
        content = file.read_bytes()
        total.update(f"{file.name}:{len(content)}:".encode())
        total.update(content)
    for text in more:
        total.update(f"{len(text)}:{text}".encode())
    return total.hexdigest()
