"""Bits of a tag, from the first (most significant) to the last."""

from planner.warehouse.errors import InvalidTag


class BitReader:
    """Reads a number of ``length`` bits from its most significant end."""

    __slots__ = ("_left", "_value")

    def __init__(self, value: int, length: int):
        self._value = value
        self._left = length

    @property
    def left(self) -> int:
        """How many bits are unread."""
        return self._left

    def take(self, count: int, field: str) -> int:
        """The next bits as an unsigned integer. ``InvalidTag`` names the field that is cut off."""
        if count > self._left:
            raise InvalidTag(
                f"the tag ends within this field, {count} bits are needed and {self._left} left",
                field=field,
                remedy="Read the whole EPC memory bank.",
            )
        self._left -= count
        return self._value >> self._left & (1 << count) - 1

    def rest(self) -> int:
        """All unread bits as an unsigned integer; they stay unread."""
        return self._value & (1 << self._left) - 1


class BitWriter:
    """Appends numbers to a string of bits."""

    __slots__ = ("length", "value")

    def __init__(self) -> None:
        self.value = 0
        self.length = 0

    def put(self, value: int, count: int) -> None:
        """Append ``value`` as ``count`` bits."""
        self.value = self.value << count | value
        self.length += count
