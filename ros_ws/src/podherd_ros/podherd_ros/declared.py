"""What a node can be told: one table of parameters per node. No ROS needed to read it.

Nodes declare and read their parameters by these tables (:func:`podherd_ros.parameters.read`), and
``docs/reference/parameters.md`` is written from them.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import inf


class ValueKind(StrEnum):
    """Types of parameters, in the words of ``ros2 param``."""

    TEXT = "string"
    TEXTS = "string_array"
    NUMBER = "double"
    WHOLE = "integer"
    SWITCH = "bool"


Value = str | float | int | bool | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Declared:
    """One parameter. ``default`` None: it must be given. ``least`` and ``most`` bound numbers and
    ``choices`` texts (empty: any)."""

    name: str
    kind: ValueKind
    meaning: str
    default: Value | None = None
    unit: str = ""
    least: float = -inf
    most: float = inf
    choices: tuple[str, ...] = ()

    def problem(self, value: object) -> str:
        """Why this cannot be its value; empty if it can."""
        match self.kind:
            case ValueKind.TEXT:
                return self._problem_of_text(value)
            case ValueKind.TEXTS:
                return "" if _is_texts(value) else "give a list of texts, at least one"
            case ValueKind.SWITCH:
                return "" if isinstance(value, bool) else "write true or false"
            case ValueKind.NUMBER | ValueKind.WHOLE:
                return self._problem_of_number(value)

    def _problem_of_text(self, value: object) -> str:
        if not isinstance(value, str) or (not value and self.default is None):
            return "write a text"
        if self.choices and value not in self.choices:
            return f"there is {', '.join(self.choices)}"
        return ""

    def _problem_of_number(self, value: object) -> str:
        kinds = (int,) if self.kind is ValueKind.WHOLE else (int, float)
        if isinstance(value, bool) or not isinstance(value, kinds):
            return "write a whole number" if self.kind is ValueKind.WHOLE else "write a number"
        return "" if self.least <= value <= self.most else f"from {self.least:g} to {self.most:g}"


def _is_texts(value: object) -> bool:
    return (
        isinstance(value, list | tuple)
        and bool(value)
        and all(isinstance(item, str) and item for item in value)
    )
