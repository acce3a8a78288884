"""What LLRP is made of: messages, parameters, fields and enumerations, from protocol.json.

The file holds the facts of EPCglobal LLRP 1.0.1 and what 1.1 added to tag reports and versions; its
origin and licence stand at its head. ``scripts/llrp_protocol.py`` writes it.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any, NamedTuple

FIRST_TLV = 128
"""Parameters with lower numbers are TV-encoded: one byte of header and no length (clause 16.2)."""


class Bits(NamedTuple):
    """A vector of bits (``u1v``): how many, and the bytes that hold them, the first bit highest."""

    bits: int
    data: bytes


Value = int | str | bytes | Bits | tuple[int, ...]
"""What a field holds: numbers and flags are ``int``; ``utf8v`` is ``str`` (bytes that are no UTF-8
as lone surrogates, PEP 383); ``u8v``, ``u96`` and ``bytesToEnd`` are ``bytes``."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field of fixed or counted size. Reserved bits are a field of kind ``reserved``."""

    name: str
    kind: str
    enumeration: str = ""
    bits: int = 0
    """Width of a flag, a small number or reserved bits inside a group; 0 for all else."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which parameters may stand at a place of a message or parameter, and how often."""

    names: frozenset[str]
    at_least: int
    at_most: int | None


@dataclass(frozen=True, slots=True, eq=False)
class Definition:
    """A message or a parameter. Each there is once, and equal to itself only."""

    name: str
    number: int
    fields: tuple[Field, ...]
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Protocol:
    """All definitions, by name and by number; an enumeration gives the numbers of its names."""

    messages: Mapping[str, Definition]
    parameters: Mapping[str, Definition]
    message_numbers: Mapping[int, Definition]
    parameter_numbers: Mapping[int, Definition]
    enumerations: Mapping[str, Mapping[str, int]]

    def entry(self, enumeration: str, number: int) -> str:
        """The name of a number of an enumeration; the number itself where it has none."""
        names = (name for name, value in self.enumerations[enumeration].items() if value == number)
        return next(names, str(number))


@cache
def protocol() -> Protocol:
    """LLRP as this package knows it."""
    text = resources.files("vision.rfid.llrp").joinpath("protocol.json").read_text("utf-8")
    facts = json.loads(text)
    messages = _definitions(facts["messages"], facts["choices"])
    parameters = _definitions(facts["parameters"], facts["choices"])
    return Protocol(
        messages,
        parameters,
        {definition.number: definition for definition in messages.values()},
        {definition.number: definition for definition in parameters.values()},
        facts["enumerations"],
    )


def _definitions(
    facts: Mapping[str, Any], choices: Mapping[str, list[str]]
) -> dict[str, Definition]:
    return {
        name: Definition(
            name,
            what["number"],
            tuple(_field(*row) for row in what["content"] if row[0] in ("field", "reserved")),
            tuple(
                _part(row[1:2] if row[0] == "parameter" else choices[row[1]], row[2])
                for row in what["content"]
                if row[0] in ("parameter", "choice")
            ),
        )
        for name, what in facts.items()
    }


def _field(role: str, name: str, kind: str = "", enumeration: str = "") -> Field:
    if role == "reserved":
        return Field("Reserved", role, bits=int(name))
    return Field(name, kind, enumeration, {"u1": 1, "u2": 2}.get(kind, 0))


def _part(names: list[str], repeat: str) -> Part:
    lowest, _, highest = repeat.partition("-")
    return Part(frozenset(names), int(lowest), None if highest == "N" else int(highest or lowest))
