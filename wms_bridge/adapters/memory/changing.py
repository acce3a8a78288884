"""Changes to tables in memory that can be put back."""

from collections.abc import Callable
from typing import TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Changing:
    """Changes tables, and keeps what to put back if the transaction fails."""

    def __init__(self) -> None:
        self._undo: list[Callable[[], object]] = []

    def undo(self) -> None:
        """Put everything back, last change first."""
        for restore in reversed(self._undo):
            restore()

    def _set(self, table: dict[Key, Value], key: Key, value: Value) -> None:
        if key in table:
            old = table[key]
            self._undo.append(lambda: table.__setitem__(key, old))
        else:
            self._undo.append(lambda: table.pop(key))
        table[key] = value

    def _remove(self, table: dict[Key, Value], key: Key) -> None:
        if key in table:
            old = table.pop(key)
            self._undo.append(lambda: table.__setitem__(key, old))

    def _append(self, table: list[Value], value: Value) -> None:
        table.append(value)
        self._undo.append(table.pop)
