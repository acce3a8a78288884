"""What a WMS has under a code of ours (the numbers of its records, say), kept once looked up."""

from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Generic, TypeVar

from wms_bridge.ports.store import DeliveryFailed

AT_ONCE = 500
"""Codes that are asked for in one call."""
Code = TypeVar("Code", bound=str)
Value = TypeVar("Value")


class Lookup(Generic[Code, Value]):
    """Records of one ``kind`` of the WMS called ``system``. ``read`` asks for some codes and tells
    those that are there; of two with one code the first counts."""

    def __init__(
        self,
        system: str,
        kind: str,
        read: Callable[[list[Code]], Awaitable[Iterable[tuple[Code, Value]]]],
    ):
        self._system, self._kind, self._read = system, kind, read
        self._known: dict[Code, Value] = {}

    async def find(self, codes: Collection[Code]) -> dict[Code, Value]:
        """All of them; :class:`DeliveryFailed` (refused) on one that the WMS does not have."""
        missing = [code for code in codes if code not in self._known]
        for start in range(0, len(missing), AT_ONCE):
            for code, value in await self._read(missing[start : start + AT_ONCE]):
                self._known.setdefault(code, value)
        return {code: self._value(code) for code in codes}

    def forget(self, codes: Iterable[Code]) -> None:
        """They have changed."""
        for code in codes:
            self._known.pop(code, None)

    def _value(self, code: Code) -> Value:
        if code not in self._known:
            raise no_such(self._system, self._kind, code)
        return self._known[code]


def no_such(system: str, kind: str, code: str) -> DeliveryFailed:
    """The WMS does not have it: refused."""
    return DeliveryFailed(f"{system} has no {kind} {code}", refused=True)
