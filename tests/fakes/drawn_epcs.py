"""EPCs of any scheme, over all that it can hold."""

import calendar

from hypothesis import strategies as st

from vision.rfid.epc.characters import CAGE_CHARACTERS, SET_39, SET_82, check_digit
from vision.rfid.epc.identity import Epc
from vision.rfid.epc.schemes import (
    LEGACY,
    PLUS,
    SCHEMES,
    TABLE_F,
    Component,
    Field,
    LegacyScheme,
    PlusScheme,
)

Texts = st.SearchStrategy[str]
_HOST_ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:"


def epcs(scheme_name: str | None = None) -> st.SearchStrategy[Epc]:
    """EPCs that a tag can hold."""
    if scheme_name is None:
        return st.sampled_from(sorted(SCHEMES)).flatmap(epcs)
    if scheme_name in LEGACY:
        return _legacy(LEGACY[scheme_name])
    return _plus(PLUS[scheme_name])


def _legacy(scheme: LegacyScheme) -> st.SearchStrategy[Epc]:
    filters = st.integers(0, (1 << scheme.filter_bits) - 1) if scheme.filter_bits else st.none()
    layouts = st.sampled_from([scheme.layouts[key] for key in sorted(scheme.layouts)])
    fields = layouts.flatmap(lambda layout: st.tuples(*map(_field, layout.fields)))
    return st.builds(Epc, st.just(scheme.name), filters, fields)


def _field(field: Field) -> Texts:
    size = field.size or 0
    match field.kind:
        case "digits":
            return _digits(size, size)
        case "integer":
            return st.integers(0, field.maximum or 0).map(str)
        case "numeric":
            return _digits(1, size)
        case "seven_bit":
            return _characters(SET_82, 1, size)
        case "six_bit":
            return _characters(SET_39, 1, size)
        case "adi_part":
            return _characters(SET_39 - {"#"}, 0, size)
        case "adi_serial":
            rest = _characters(SET_39 - {"#"}, 1, size - 1)
            return st.builds(str.__add__, st.sampled_from(["", "#"]), rest)
        case "cage" | "eight_bit":
            return _characters(CAGE_CHARACTERS, 5, 6)
    raise AssertionError(field.kind)


def _plus(scheme: PlusScheme) -> st.SearchStrategy[Epc]:
    dates = st.tuples(st.sampled_from(scheme.dates), _dates()) if scheme.dates else st.none()
    return st.builds(
        Epc,
        st.just(scheme.name),
        st.integers(0, 7),
        st.tuples(*map(_value, scheme.identifiers)),
        dates,
        hostnames() if scheme.has_hostname else st.none(),
        st.none() | _aidc(),
    )


def hostnames() -> Texts:
    """Host names, many with parts that have codes of their own."""
    parts = st.sampled_from(["id.", "www.", "qr.", ".com", ".co.uk", ".de", ".org.cn", ".tech"])
    mixed = st.lists(parts | st.text(_HOST_ALPHABET, min_size=1, max_size=5), min_size=1)
    return mixed.map(lambda pieces: "".join(pieces)[:24])


def _value(identifier: str) -> Texts:
    first, *rest = TABLE_F[identifier]
    parts = [_first(identifier, first), *(_component(component, SET_82) for component in rest)]
    return st.tuples(*parts).map("".join)


def _first(identifier: str, component: Component) -> Texts:
    if component.kind == "fixed":
        return _keys(identifier, component.size)
    if component.kind == "delimited":
        characters = SET_39 if identifier == "8010" else SET_82
        alphabets = (characters, frozenset("0123456789"))
        behind = st.sampled_from(alphabets).flatmap(
            lambda alphabet: _characters(alphabet, 1, component.size - 4)
        )
        return st.builds(str.__add__, _digits(4, 4), behind)
    return _component(component, SET_82)


def _keys(identifier: str, size: int) -> Texts:
    if identifier == "8003":
        return _digits(12, 12).map(lambda key: "0" + key + check_digit(key))
    if identifier == "8006":
        return st.tuples(_digits(13, 13), _digits(4, 4)).map(
            lambda both: both[0] + check_digit(both[0]) + both[1]
        )
    return _digits(size - 1, size - 1).map(lambda key: key + check_digit(key))


def _component(component: Component, characters: frozenset[str]) -> Texts:
    if component.kind == "number":
        return _digits(1, component.size)
    narrow = ("0123456789", "0123456789ABCDEF", "0123456789abcdef", "ABZ-.:09", "aZ0-_")
    alphabets = st.sampled_from([characters, *map(frozenset, narrow)])
    return alphabets.flatmap(lambda alphabet: _characters(alphabet, 1, component.size))


def _dates() -> Texts:
    months = st.tuples(st.integers(0, 99), st.integers(1, 12))
    return months.flatmap(
        lambda month: st.integers(0, calendar.monthrange(2000 + month[0], month[1])[1]).map(
            lambda day: f"{month[0]:02d}{month[1]:02d}{day:02d}"
        )
    )


def _aidc() -> Texts:
    return st.text("01", max_size=40).map(lambda bits: bits.rstrip("0"))


def _digits(least: int, most: int) -> Texts:
    return st.text("0123456789", min_size=least, max_size=most)


def _characters(alphabet: frozenset[str], least: int, most: int) -> Texts:
    return st.text(sorted(alphabet), min_size=least, max_size=most)
