"""The three schemes that most tags in a warehouse have, by shifts and masks alone.

The shifts come from the same tables as the generic path, compiled once. What is not in order gives
None: the generic path then says what is wrong.
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from vision.rfid.epc.identity import Epc
from vision.rfid.epc.schemes import LEGACY

_BITS = 96
_SERIAL_BITS = 38
_SERIAL_MASK = (1 << _SERIAL_BITS) - 1
_RESERVED_MASK = (1 << 24) - 1


class _Row(NamedTuple):
    """Where prefix and reference are for one partition value, what they may be, how they print."""

    prefix_shift: int
    prefix_mask: int
    prefix_limit: int
    prefix_format: str
    reference_shift: int
    reference_mask: int
    reference_limit: int
    reference_format: str


def _rows(scheme: str) -> tuple[_Row | None, ...]:
    """One row for each of the eight partition values; the last is reserved."""
    rows: list[_Row | None] = [None] * 8
    table = LEGACY[scheme]
    for partition, digits in table.partitions.items():
        prefix, reference = table.layouts[digits].fields[:2]
        prefix_shift = _BITS - 8 - 3 - 3 - (prefix.bits or 0)
        reference_shift = prefix_shift - (reference.bits or 0)
        rows[partition] = _Row(
            prefix_shift,
            (1 << (prefix.bits or 0)) - 1,
            10 ** (prefix.size or 0),
            f"%0{prefix.size}d",
            reference_shift,
            (1 << (reference.bits or 0)) - 1,
            10 ** (reference.size or 0),
            f"%0{reference.size}d" if reference.size else "%.0s",
        )
    return tuple(rows)


def _with_serial(scheme: str) -> Callable[[int], Epc | None]:
    rows = _rows(scheme)

    def decode(value: int) -> Epc | None:
        row = rows[value >> 82 & 7]
        if row is None:
            return None
        shift, mask, limit, form, at, width, most, written = row
        prefix = value >> shift & mask
        reference = value >> at & width
        if prefix >= limit or reference >= most:
            return None
        fields = (form % prefix, written % reference, str(value & _SERIAL_MASK))
        return Epc(scheme, value >> 85 & 7, fields)

    return decode


def _without_serial(scheme: str) -> Callable[[int], Epc | None]:
    rows = _rows(scheme)

    def decode(value: int) -> Epc | None:
        row = rows[value >> 82 & 7]
        if row is None or value & _RESERVED_MASK:
            return None
        shift, mask, limit, form, at, width, most, written = row
        prefix = value >> shift & mask
        reference = value >> at & width
        if prefix >= limit or reference >= most:
            return None
        return Epc(scheme, value >> 85 & 7, (form % prefix, written % reference))

    return decode


FAST: Mapping[int, Callable[[int], Epc | None]] = {
    LEGACY["SGTIN-96"].header: _with_serial("SGTIN-96"),
    LEGACY["GRAI-96"].header: _with_serial("GRAI-96"),
    LEGACY["SSCC-96"].header: _without_serial("SSCC-96"),
}
"""By header: from the 96 bits of a tag to its EPC, or None."""
