"""Fields as bytes: the plan by which the fields of one definition are read and written.

Fields of fixed size that follow each other are one ``struct``; flags and small numbers that share
bytes are one number in it, taken apart by shifts. All numbers are in network order (LLRP 1.0.1,
clause 16).
"""

import struct
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp.definitions import Bits, Definition, Field, Value

_PLAIN = {"u8": "B", "u16": "H", "u32": "I", "u64": "Q", "s8": "b", "s16": "h", "u96": "12s"}
_GROUP = {8: "B", 16: "H", 32: "I"}
_ITEM = {"u1v": "B", "u8v": "B", "u16v": "H", "u32v": "I", "utf8v": "B"}
_COUNT_BYTES = 2


@dataclass(frozen=True, slots=True)
class Slot:
    """One item of a ``struct``: a field of its own, or bits with their shifts from the right."""

    field: Field | None
    group: tuple[tuple[Field, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Fields of fixed size that follow each other. ``names`` when all are fields of their own."""

    format: struct.Struct
    size: int
    slots: tuple[Slot, ...]
    names: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Layout:
    """Blocks, and between them fields of counted size; and the names of all fields."""

    steps: tuple[Block | Field, ...]
    names: frozenset[str]


@cache
def layout(definition: Definition) -> Layout:
    """The plan for a definition."""
    plan: list[Block | Field] = []
    slots: list[Slot] = []
    bits: list[Field] = []
    for each in definition.fields:
        if each.bits:
            bits.append(each)
            if sum(one.bits for one in bits) % 8 == 0:
                slots.append(Slot(None, _shifts(bits)))
                bits = []
        elif each.kind in _PLAIN:
            slots.append(Slot(each))
        else:
            plan += [_run(slots), each] if slots else [each]
            slots = []
    if slots:
        plan.append(_run(slots))
    return Layout(tuple(plan), frozenset(each.name for each in definition.fields))


def read_fields(plan: Layout, data: bytes, at: int, end: int) -> tuple[dict[str, Value], int]:
    """The fields that begin at a byte, and where they end. Raises ``InvalidFrame`` if they do not
    fit in front of ``end``."""
    fields: dict[str, Value] = {}
    for step in plan.steps:
        if isinstance(step, Field):
            at = _read_vector(step, data, at, end, fields)
            continue
        after = at + step.size
        if after > end:
            raise _short(step.slots[0].field, at, end)
        values = step.format.unpack_from(data, at)
        if step.names is not None:
            fields.update(zip(step.names, values, strict=True))
        else:
            _take_apart(step.slots, values, fields)
        at = after
    return fields, at


def write_fields(plan: Layout, fields: Mapping[str, Value], name: str) -> bytes:
    """The bytes of the fields of the message or parameter ``name``. Raises ``InvalidFrame`` for
    a field that is missing, is none of its fields, or holds what does not fit."""
    if not fields.keys() <= plan.names:
        strange = min(set(fields) - plan.names)
        raise InvalidFrame("not a field of it", field=name, value=strange, remedy="Drop it.")
    written = bytearray()
    for step in plan.steps:
        try:
            written += (
                _vector(step, fields[step.name]) if isinstance(step, Field) else _put(step, fields)
            )
        except KeyError as error:
            raise InvalidFrame(
                "is missing", field=f"{name}.{error.args[0]}", remedy="Give it."
            ) from error
        except (struct.error, TypeError, ValueError, AttributeError, OverflowError) as error:
            raise _misfit(step, fields, name, error) from error
    return bytes(written)


def _misfit(
    step: Block | Field, fields: Mapping[str, Value], name: str, error: Exception
) -> InvalidFrame:
    wanted = [step] if isinstance(step, Field) else _fields_of(step)
    return InvalidFrame(
        f"does not fit ({error})",
        field=f"{name}.{'/'.join(each.name for each in wanted)}",
        value={each.name: fields.get(each.name) for each in wanted},
        remedy=f"Expected {', '.join(each.kind for each in wanted)}.",
    )


def _shifts(bits: list[Field]) -> tuple[tuple[Field, int], ...]:
    shift = sum(each.bits for each in bits)
    placed = []
    for each in bits:
        shift -= each.bits
        placed.append((each, shift))
    return tuple(placed)


def _run(slots: list[Slot]) -> Block:
    letters = [
        _PLAIN[slot.field.kind]
        if slot.field is not None
        else _GROUP[sum(each.bits for each, _ in slot.group)]
        for slot in slots
    ]
    plain = [slot.field.name for slot in slots if slot.field is not None]
    names = tuple(plain) if len(plain) == len(slots) else None
    format = struct.Struct(">" + "".join(letters))
    return Block(format, format.size, tuple(slots), names)


def _fields_of(run: Block) -> list[Field]:
    return [
        each
        for slot in run.slots
        for each in ([slot.field] if slot.field else [one for one, _ in slot.group])
    ]


def _take_apart(slots: tuple[Slot, ...], values: tuple[Any, ...], fields: dict[str, Value]) -> None:
    for slot, value in zip(slots, values, strict=True):
        if slot.field is not None:
            fields[slot.field.name] = value
            continue
        for each, shift in slot.group:
            part = value >> shift & (1 << each.bits) - 1
            if part or each.kind != "reserved":
                fields[each.name] = part


def _read_vector(wanted: Field, data: bytes, at: int, end: int, fields: dict[str, Value]) -> int:
    if wanted.kind == "bytesToEnd":
        fields[wanted.name] = data[at:end]
        return end
    begin = at + _COUNT_BYTES
    if begin > end:
        raise _short(wanted, at, end)
    count = data[at] << 8 | data[at + 1]
    size = (count + 7) // 8 if wanted.kind == "u1v" else count * _size(wanted)
    after = begin + size
    if after > end:
        raise InvalidFrame(
            f"{count} items go beyond the end at byte {end}",
            field=wanted.name,
            offset=at,
            remedy="The count does not fit the length.",
        )
    raw = data[begin:after]
    if wanted.kind in ("u16v", "u32v"):
        fields[wanted.name] = struct.unpack(f">{count}{_ITEM[wanted.kind]}", raw)
    elif wanted.kind == "u1v":
        fields[wanted.name] = Bits(count, raw)
    else:
        text = wanted.kind == "utf8v"
        fields[wanted.name] = raw.decode("utf-8", "surrogateescape") if text else raw
    return after


def _size(wanted: Field) -> int:
    return struct.calcsize(_ITEM[wanted.kind])


def _short(wanted: Field | None, at: int, end: int) -> InvalidFrame:
    return InvalidFrame(
        f"fields go beyond the end at byte {end}",
        field=wanted.name if wanted else "",
        offset=at,
        remedy="The length is too small.",
    )


def _put(block: Block, fields: Mapping[str, Value]) -> bytes:
    values: list[Value] = []
    for slot in block.slots:
        if slot.field is not None:
            value = fields[slot.field.name]
            if slot.field.kind == "u96" and len(cast(bytes, value)) != block.size:
                raise ValueError("12 bytes are needed")
            values.append(value)
        else:
            values.append(sum(_bits(each, fields) << shift for each, shift in slot.group))
    return block.format.pack(*values)


def _bits(wanted: Field, fields: Mapping[str, Value]) -> int:
    value = cast(
        int, fields.get(wanted.name, 0) if wanted.kind == "reserved" else fields[wanted.name]
    )
    if not 0 <= value < 1 << wanted.bits:
        raise ValueError(f"{wanted.bits} bits hold no {value}")
    return value


def _vector(wanted: Field, value: Value) -> bytes:
    if wanted.kind == "bytesToEnd":
        return bytes(memoryview(cast(bytes, value)))
    if wanted.kind == "u1v":
        count, raw = cast(Bits, value)
        if len(raw) != (count + 7) // 8:
            raise ValueError(f"{count} bits are not in {len(raw)} bytes")
    elif wanted.kind == "utf8v":
        raw = cast(str, value).encode("utf-8", "surrogateescape")
        count = len(raw)
    else:
        items = cast(tuple[int, ...], value)
        count = len(items)
        raw = struct.pack(f">{count}{_ITEM[wanted.kind]}", *items)
    return struct.pack(">H", count) + raw
