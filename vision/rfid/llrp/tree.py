"""Messages and parameters as trees: what the codec reads and writes.

What is not known is kept as bytes, so that a message that was read is written again byte for byte.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import cast

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp.definitions import Bits, Definition, Field, Value, protocol


@dataclass(frozen=True, slots=True)
class Unknown:
    """Parameters that this package does not know, header included. A TV parameter of an unknown
    number has no length; all bytes from it on to the end of its parent are one ``Unknown``."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its fields by name, and the parameters inside it in the order of the bytes.

    Reserved bits are a field ``Reserved`` where they are not zero; vendor content of ``Custom`` is
    its field ``Data``.
    """

    name: str
    fields: Mapping[str, Value] = field(default_factory=dict)
    parameters: tuple["Parameter | Unknown", ...] = ()

    def first(self, *names: str) -> "Parameter | None":
        """The parameter at the end of a path of names, the first of each; ``None`` without one."""
        return first(self.parameters, *names)

    def each(self, name: str) -> Iterator["Parameter"]:
        """All parameters of this name directly inside."""
        return each(self.parameters, name)

    def number(self, field_name: str) -> int:
        """A field that holds a number or a flag."""
        return cast(int, self.fields[field_name])


@dataclass(frozen=True, slots=True)
class Message:
    """A message. ``version`` is 1 for LLRP 1.0.1 and 2 for 1.1; an answer has the ``id`` of what it
    answers."""

    name: str
    id: int
    fields: Mapping[str, Value] = field(default_factory=dict)
    parameters: tuple[Parameter | Unknown, ...] = ()
    version: int = 1

    def first(self, *names: str) -> Parameter | None:
        """As :meth:`Parameter.first`."""
        return first(self.parameters, *names)

    def each(self, name: str) -> Iterator[Parameter]:
        """As :meth:`Parameter.each`."""
        return each(self.parameters, name)

    def number(self, field_name: str) -> int:
        """As :meth:`Parameter.number`."""
        return cast(int, self.fields[field_name])


@dataclass(frozen=True, slots=True)
class UnknownMessage:
    """A message of a number this package does not know; ``data`` is what follows its header."""

    kind: int
    id: int
    data: bytes
    version: int = 1


def first(parameters: tuple[Parameter | Unknown, ...], *names: str) -> Parameter | None:
    """The parameter at the end of a path of names, the first of each; ``None`` without one."""
    found: Parameter | None = None
    for name in names:
        found = next(each(parameters, name), None)
        if found is None:
            return None
        parameters = found.parameters
    return found


def each(parameters: tuple[Parameter | Unknown, ...], name: str) -> Iterator[Parameter]:
    """All parameters of this name."""
    return (inner for inner in parameters if isinstance(inner, Parameter) and inner.name == name)


def parameter(name: str, *parameters: Parameter | Unknown, **fields: Value) -> Parameter:
    """A parameter to be written. Fields left out are zero or empty; those with an enumeration may
    be given by name. Raises ``InvalidFrame`` for a name that LLRP does not have."""
    definition = _known(protocol().parameters, name)
    return Parameter(name, _filled(definition, fields), parameters)


def message(name: str, id: int, *parameters: Parameter | Unknown, **fields: Value) -> Message:
    """A message to be written, in LLRP 1.0.1; as :func:`parameter`."""
    definition = _known(protocol().messages, name)
    return Message(name, id, _filled(definition, fields), parameters)


def _known(definitions: Mapping[str, Definition], name: str) -> Definition:
    if name not in definitions:
        raise InvalidFrame("not a name of LLRP", value=name, remedy="See protocol.json.")
    return definitions[name]


def _filled(definition: Definition, given: Mapping[str, Value]) -> dict[str, Value]:
    wanted = [each for each in definition.fields if each.kind != "reserved"]
    strange = set(given) - {each.name for each in wanted}
    if strange:
        raise InvalidFrame(
            "not a field of it",
            field=definition.name,
            value=min(strange),
            remedy=f"It has {', '.join(each.name for each in wanted) or 'none'}.",
        )
    return {each.name: _value(definition, each, given.get(each.name)) for each in wanted}


_EMPTY: dict[str, Value] = {
    "u1v": Bits(0, b""),
    "u8v": b"",
    "u16v": (),
    "u32v": (),
    "utf8v": "",
    "u96": bytes(12),
    "bytesToEnd": b"",
}


def _value(definition: Definition, wanted: Field, given: Value | None) -> Value:
    if given is None:
        return _EMPTY.get(wanted.kind, 0)
    if wanted.enumeration and isinstance(given, str):
        entries = protocol().enumerations[wanted.enumeration]
        if given not in entries:
            raise InvalidFrame(
                f"not an entry of {wanted.enumeration}",
                field=f"{definition.name}.{wanted.name}",
                value=given,
                remedy=f"One of {', '.join(entries)}.",
            )
        return entries[given]
    return given
