"""How deep JSON is nested, told while it comes in."""

import re

MAX_DEPTH = 64
_TOKENS = re.compile(rb'"|\\.|[\[{]|[\]}]', re.DOTALL)
_OPENING = frozenset(b"[{")
_CLOSING = frozenset(b"]}")
_QUOTE = ord('"')


class Depth:
    """Follows the brackets of a JSON text outside of its strings. What is not JSON has some depth,
    too, and is refused by others."""

    def __init__(self) -> None:
        self._depth = 0
        self._deepest = 0
        self._in_string = False
        self._escaped = False

    def after(self, chunk: bytes) -> int:
        """The greatest depth up to the end of this chunk."""
        start = 1 if self._escaped and chunk else 0
        for token in _TOKENS.finditer(chunk, start):
            self._take(token.group()[0])
            if self._deepest > MAX_DEPTH:
                break
        if chunk:
            tail = chunk[start:]
            slashes = len(tail) - len(tail.rstrip(b"\\"))
            self._escaped = self._in_string and slashes % 2 == 1
        return self._deepest

    def _take(self, token: int) -> None:
        if token == _QUOTE:
            self._in_string = not self._in_string
        elif self._in_string:
            return
        elif token in _OPENING:
            self._depth += 1
            self._deepest = max(self._deepest, self._depth)
        elif token in _CLOSING:
            self._depth -= 1
