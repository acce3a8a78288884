"""The coding schemes of the Tag Data Standard, compiled once from GS1's tables (``tdt.json``).

Legacy schemes (TDS 1.x) split a GS1 key into company prefix and reference, at one of seven places
that a partition value names. The '+' schemes (TDS 2.0) hold whole values of application identifiers
(AI). The '++' schemes (TDS 2.3) are '+' schemes with a host name behind; GS1's tables do not have
them yet, only their headers are new (TDS 2.3, table 14-1).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from planner.warehouse.errors import InvalidTag

_TABLES = Path(__file__).with_name("tdt.json")
_PLUS_PLUS_HEADERS = {
    "CPI++": 0xE6,
    "GSRN++": 0xE7,
    "GSRNP++": 0xE8,
    "SGLN++": 0xE9,
    "GDTI++": 0xEA,
    "GRAI++": 0xEB,
    "SGCN++": 0xEC,
    "ITIP++": 0xED,
    "GIAI++": 0xEE,
    "SSCC++": 0xEF,
    "DSGTIN++": 0xFC,
    "SGTIN++": 0xFD,
}
_PARTITION_BITS = 3


@dataclass(frozen=True, slots=True)
class Field:
    """A field of a legacy scheme.

    ``kind``: how text becomes bits; ``bits`` is None where the length varies. ``size`` is the
    number of digits (``digits``) or the most characters; ``maximum`` the largest number.
    """

    name: str
    kind: str
    bits: int | None
    size: int | None
    maximum: int | None


@dataclass(frozen=True, slots=True)
class Layout:
    """One way to lay out a legacy scheme: its fields after filter and partition, and how many zero
    bits end it."""

    fields: tuple[Field, ...]
    reserved_bits: int


@dataclass(frozen=True, slots=True)
class LegacyScheme:
    """A scheme of TDS 1.x.

    ``layouts`` by company prefix digits, and ``partitions`` from partition value to company prefix
    digits; a scheme without a company prefix has the one layout 1 and no partitions. ``elements``
    says how element strings are put together (see ``import_tdt``). ``bits`` is None where the
    length varies.
    """

    name: str
    header: int
    bits: int | None
    urn: str
    filter_bits: int
    partitions: Mapping[int, int]
    layouts: Mapping[int, Layout]
    elements: tuple[tuple[str, ...], ...]
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlusScheme:
    """A '+' or '++' scheme: the AIs it holds, the AIs of dates by their indicator (or none), and
    whether a host name follows."""

    name: str
    header: int
    identifiers: tuple[str, ...]
    dates: tuple[str, ...]
    has_hostname: bool


@dataclass(frozen=True, slots=True)
class Component:
    """A part of the value of an AI (table F): its kind, its digits or most characters, and the bits
    of its length."""

    kind: str
    size: int
    length_bits: int


Scheme = LegacyScheme | PlusScheme


def _legacy(row: dict[str, Any]) -> LegacyScheme:
    filter_bits, partitions, layouts = 0, {}, {}
    for key, *segments in row["layouts"]:
        fields = [Field(*segment) for segment in segments if isinstance(segment, list)]
        if fields[0].name == "filter":
            filter_bits = fields.pop(0).bits or 0
        literals = [segment for segment in segments if isinstance(segment, str)]
        if literals and len(literals[0]) == _PARTITION_BITS:
            partitions[int(literals.pop(0), 2)] = int(key)
        layouts[int(key)] = Layout(tuple(fields), sum(map(len, literals)))
    return LegacyScheme(
        name=row["name"],
        header=int(row["header"], 2),
        bits=row["bits"],
        urn=row["urn"],
        filter_bits=filter_bits,
        partitions=partitions,
        layouts=layouts,
        elements=tuple(tuple(parts) for parts in row["elements"]),
        names=tuple(field.name for field in next(iter(layouts.values())).fields),
    )


def _plus(row: dict[str, Any]) -> list[PlusScheme]:
    identifiers, dates = tuple(row["identifiers"]), tuple(row["dates"])
    twin = row["name"] + "+"
    return [
        PlusScheme(row["name"], int(row["header"], 2), identifiers, dates, False),
        PlusScheme(twin, _PLUS_PLUS_HEADERS[twin], identifiers, dates, True),
    ]


_ROWS = json.loads(_TABLES.read_text())
LEGACY: Mapping[str, LegacyScheme] = {row["name"]: _legacy(row) for row in _ROWS["legacy"]}
PLUS: Mapping[str, PlusScheme] = {one.name: one for row in _ROWS["plus"] for one in _plus(row)}
SCHEMES: Mapping[str, Scheme] = {**LEGACY, **PLUS}
BY_HEADER: Mapping[int, Scheme] = {scheme.header: scheme for scheme in SCHEMES.values()}
TABLE_F: Mapping[str, tuple[Component, ...]] = {
    identifier: tuple(Component(*parts) for parts in components)
    for identifier, components in _ROWS["table_f"].items()
}


def scheme_named(name: str) -> Scheme:
    """The scheme of this name (``SGTIN-96``, ``SGTIN+``; capitals do not matter)."""
    found = SCHEMES.get(name) or _BY_LOWER_CASE.get(name.lower())
    if found is None:
        raise InvalidTag(
            "no such EPC scheme",
            field="scheme",
            value=name,
            remedy=f"Known are {', '.join(SCHEMES)}.",
        )
    return found


_BY_LOWER_CASE = {name.lower(): scheme for name, scheme in SCHEMES.items()}
