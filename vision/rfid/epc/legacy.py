"""Legacy schemes (TDS 1.x) between bits and fields, table by table.

EPC Tag Data Standard 2.3, 14.3 (encoding), 14.4 (decoding), 14.6 (coding tables). The rules for the
text of a field are in ``fields``.
"""

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.bits import BitReader, BitWriter
from vision.rfid.epc.fields import put_field, taken_field
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.schemes import Layout, LegacyScheme


def take_legacy(scheme: LegacyScheme, bits: BitReader) -> Epc:
    """The EPC of a legacy scheme, its header already read. ``InvalidTag`` for what is none."""
    filter_value = bits.take(scheme.filter_bits, "filter") if scheme.filter_bits else None
    layout = scheme.layouts[1] if not scheme.partitions else _partitioned(scheme, bits)
    fields = tuple(taken_field(field, bits) for field in layout.fields)
    if layout.reserved_bits:
        reserved = bits.take(layout.reserved_bits, "reserved")
        if reserved:
            raise InvalidTag(
                f"the last {layout.reserved_bits} bits of {scheme.name} must be zero",
                field="reserved",
                value=f"{reserved:X}",
                remedy="Take the tag as none of GS1's, or write it anew.",
            )
    return Epc(scheme.name, filter_value, fields)


def put_legacy(scheme: LegacyScheme, epc: Epc, bits: BitWriter) -> None:
    """Append the EPC, header included. ``InvalidTag`` for fields that cannot be written."""
    bits.put(scheme.header, 8)
    _refuse_extras(epc)
    if scheme.filter_bits:
        bits.put(checked_filter(epc.filter, (1 << scheme.filter_bits) - 1), scheme.filter_bits)
    elif epc.filter is not None:
        raise InvalidTag(
            f"{scheme.name} has no filter", field="filter", value=epc.filter, remedy="Leave it out."
        )
    if len(epc.fields) != len(scheme.names):
        raise InvalidTag(
            f"{scheme.name} has the fields {', '.join(scheme.names)}",
            field="fields",
            value=epc.fields,
            remedy=f"Give {len(scheme.names)}.",
        )
    layout = layout_for(scheme, epc.fields[0])
    if scheme.partitions:
        bits.put(_partition(scheme, len(epc.fields[0])), 3)
    for field, text in zip(layout.fields, epc.fields, strict=True):
        put_field(field, text, bits)
    bits.put(0, layout.reserved_bits)


def layout_for(scheme: LegacyScheme, first_field: str) -> Layout:
    """The layout for a company prefix (of 6 to 12 digits), or the only one."""
    if not scheme.partitions:
        return scheme.layouts[1]
    layout = scheme.layouts.get(len(first_field))
    if layout is None:
        raise InvalidTag(
            "a GS1 company prefix has 6 to 12 digits",
            field=scheme.names[0],
            value=first_field,
            remedy="Give the company prefix as GS1 issued it, with leading zeros.",
        )
    return layout


def checked_filter(value: int | None, largest: int) -> int:
    """The filter value; ``InvalidTag`` if it is none."""
    if not isinstance(value, int) or not 0 <= value <= largest:
        raise InvalidTag(
            f"a filter is a number from 0 to {largest}",
            field="filter",
            value=value,
            remedy="Use 0 for all others.",
        )
    return value


def _partitioned(scheme: LegacyScheme, bits: BitReader) -> Layout:
    partition = bits.take(3, "partition")
    digits = scheme.partitions.get(partition)
    if digits is None:
        raise InvalidTag(
            "this partition value is reserved",
            field="partition",
            value=partition,
            remedy="Take the tag as none of GS1's, or write it anew.",
        )
    return scheme.layouts[digits]


def _partition(scheme: LegacyScheme, digits: int) -> int:
    return next(value for value, length in scheme.partitions.items() if length == digits)


def _refuse_extras(epc: Epc) -> None:
    extras = {"date": epc.date, "hostname": epc.hostname, "aidc_bits": epc.aidc_bits}
    for name, value in extras.items():
        if value is not None:
            raise InvalidTag(
                f"{epc.scheme} cannot hold it",
                field=name,
                value=value,
                remedy="Use a '+' or '++' scheme.",
            )
