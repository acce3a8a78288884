"""From text forms to EPCs: tag URIs, pure identity URIs, element strings, GS1 Digital Link URIs.

A tag URI says all. The other forms name no coding scheme and no filter: give them, or take what
comes of itself: the shortest scheme that holds the identity. Element strings and links do not say
how long the company prefix is; without ``company_prefix_digits`` a '+' scheme is used, and a '++'
scheme where the link has a host name other than id.gs1.org.
"""

import re
from collections.abc import Callable, Iterable, Iterator

from planner.warehouse.errors import InvalidTag
from vision.rfid.epc.characters import check_digit, is_digits, link_unescaped, urn_unescaped
from vision.rfid.epc.codec import encode_bits
from vision.rfid.epc.identity import CANONICAL_HOST, NO_EXTENSION, Epc
from vision.rfid.epc.schemes import LEGACY, PLUS, LegacyScheme, PlusScheme, scheme_named

LONGEST = 512
"""Characters of a text form at most."""
_TAG, _IDENTITY = "urn:epc:tag:", "urn:epc:id:"
_QUALIFIERS = {scheme.identifiers[0]: scheme.identifiers[1:] for scheme in PLUS.values()}
"""AIs that may follow the key in an element string or link."""
_DATES = next(scheme.dates for scheme in PLUS.values() if scheme.dates)
_DATED_KEY = "01"
_DATE = re.compile(r"(.+)\((" + "|".join(_DATES) + r")\)([0-9]{6})", re.ASCII)
_ELEMENT = re.compile(r"\(([0-9]{2,4})\)(.+)", re.ASCII)
_LINK = re.compile(r"https?://([^/?#]+)/([^?#]*)(?:\?([^#]*))?", re.ASCII)
Elements = tuple[tuple[str, str], ...]


def epc_from_text(
    text: str,
    scheme: str | None = None,
    filter_value: int = 0,
    company_prefix_digits: int | None = None,
) -> Epc:
    """The EPC of any text form. ``InvalidTag`` names what is wrong with it.

    ``scheme``, ``filter_value`` and ``company_prefix_digits`` are for forms that do not say them.
    """
    if not isinstance(text, str) or len(text) > LONGEST:
        raise _unreadable(f"a text of at most {LONGEST} characters is needed", text)
    if text.startswith(_TAG):
        return _from_tag_uri(text)
    if text.startswith(_IDENTITY):
        return _from_pure_identity(text, scheme, filter_value)
    hostname: str | None = None
    if text.startswith("("):
        elements = _from_element_string(text)
    elif text.startswith(("https://", "http://")):
        hostname, elements = _from_digital_link(text)
    else:
        raise _unreadable("this is no EPC URI, element string or GS1 Digital Link URI", text)
    return epc_from_elements(elements, scheme, filter_value, company_prefix_digits, hostname)


def epc_from_elements(
    elements: Iterable[tuple[str, str]],
    scheme: str | None = None,
    filter_value: int = 0,
    company_prefix_digits: int | None = None,
    hostname: str | None = None,
) -> Epc:
    """The EPC of AIs and their values, the key first. ``InvalidTag`` if they make none."""
    given = tuple(elements)
    if not given or not all(isinstance(text, str) for pair in given for text in pair):
        raise _unreadable("at least the AI of a key and its value are needed, as texts", given)
    names = [scheme_named(scheme).name] if scheme else None
    if names is None and company_prefix_digits is not None:
        names = [one.name for one in _shortest_first() if _keys(one) == given[0][:1]]
    if names is None:
        ending = "+" if hostname is None or hostname == CANONICAL_HOST else "++"
        names = [
            one.name
            for one in PLUS.values()
            if one.identifiers[0] == given[0][0]
            and bool(one.dates) == (given[-1][0] in _DATES)
            and one.name.endswith("++") == (ending == "++")
        ]
    return _first_that_fits(
        names, lambda name: _built(name, given, filter_value, company_prefix_digits, hostname)
    )


def _built(
    name: str,
    elements: Elements,
    filter_value: int,
    prefix_digits: int | None,
    hostname: str | None,
) -> Epc:
    scheme = scheme_named(name)
    if isinstance(scheme, LegacyScheme):
        return Epc(name, filter_value, _split_fields(scheme, elements, prefix_digits))
    date = elements[-1] if scheme.dates and elements[-1][0] in _DATES else None
    values = dict(elements[:-1] if date else elements)
    if "254" in scheme.identifiers:
        values.setdefault("254", NO_EXTENSION)
    fields = tuple(values.pop(ai, "") for ai in scheme.identifiers)
    if values:
        raise _unreadable(f"{name} does not hold the AI {next(iter(values))}", elements)
    host = (hostname or CANONICAL_HOST) if scheme.has_hostname else None
    return Epc(name, filter_value, fields, date, host)


def _split_fields(
    scheme: LegacyScheme, elements: Elements, prefix_digits: int | None
) -> tuple[str, ...]:
    """Company prefix, reference and serial out of the values of AIs."""
    layout = scheme.layouts.get(prefix_digits or 0)
    if layout is None or not scheme.elements:
        raise InvalidTag(
            f"{scheme.name} needs to know the length of the company prefix",
            field="company_prefix_digits",
            value=prefix_digits,
            remedy="Give 6 to 12, or use a '+' scheme.",
        )
    sizes = {field.name: field.size for field in layout.fields if field.kind == "digits"}
    values = dict(elements)
    if "254" in (ai for ai, *_ in scheme.elements):
        values.setdefault("254", NO_EXTENSION)
    found: dict[str, str] = {}
    for ai, *parts in scheme.elements:
        _split_value(ai, values.pop(ai, ""), parts, sizes, found)
    if values:
        raise _unreadable(f"{scheme.name} does not hold the AI {next(iter(values))}", elements)
    return tuple(found[name] for name in scheme.names)


def _split_value(
    ai: str, value: str, parts: list[str], sizes: dict[str, int | None], found: dict[str, str]
) -> None:
    """Cut the value of an AI into fields, as ``identity`` puts them together."""
    at = 0
    for part in parts:
        name = part.partition("[")[0]
        size = sizes.get(name)
        if part == "check":
            _compare(ai, value, at, check_digit(value[:at]) if is_digits(value[:at]) else "")
            size = 1
        elif is_digits(part):
            _compare(ai, value, at, part)
            size = len(part)
        else:
            if part.endswith("[0]"):
                size = 1
            elif part.endswith("[1:]"):
                size = (size or 1) - 1
            piece = value[at:] if size is None else value[at : at + size]
            found[name] = found.get(name, "") + piece
            size = len(piece)
        at += size
    if at < len(value):
        raise _unreadable(f"the value of ({ai}) is too long", value)


def _compare(ai: str, value: str, at: int, expected: str) -> None:
    if value[at : at + 1] != expected:
        raise InvalidTag(
            f"digit {at + 1} must be {expected or 'preceded by digits'}",
            field=f"({ai})",
            value=value,
            remedy="Read the key again.",
        )


def _from_tag_uri(text: str) -> Epc:
    name, _, rest = text.removeprefix(_TAG).partition(":")
    scheme = LEGACY.get(scheme_named(name).name)
    if scheme is None:
        raise _unreadable("'+' and '++' schemes have no tag URI", text)
    filter_value = None
    if scheme.filter_bits:
        before, _, rest = rest.partition(".")
        if not is_digits(before) or len(before) > 2:
            raise InvalidTag(
                "a tag URI has a filter before its fields",
                field="filter",
                value=before,
                remedy="Write urn:epc:tag:scheme:filter.fields.",
            )
        filter_value = int(before)
    epc = Epc(scheme.name, filter_value, _dotted(scheme, rest))
    encode_bits(epc)
    return epc


def _from_pure_identity(text: str, scheme: str | None, filter_value: int) -> Epc:
    urn, _, rest = text.removeprefix(_IDENTITY).partition(":")
    fitting = [one for one in _shortest_first() if one.urn == urn]
    if not fitting:
        raise _unreadable("no EPC scheme has such URIs", text)
    names = [one.name for one in fitting]
    if scheme is not None:
        names = [name for name in names if name == scheme_named(scheme).name]
        if not names:
            raise _unreadable(f"{scheme} cannot hold such an identity", text)
    fields = _dotted(fitting[0], rest)

    def built(name: str) -> Epc:
        return Epc(name, filter_value if LEGACY[name].filter_bits else None, fields)

    return _first_that_fits(names, built)


def _dotted(scheme: LegacyScheme, text: str) -> tuple[str, ...]:
    """Fields of an EPC URI; the last may have dots itself."""
    parts = text.split(".", len(scheme.names) - 1)
    if len(parts) != len(scheme.names):
        raise InvalidTag(
            f"an EPC URI of {scheme.urn} has {len(scheme.names)} fields with dots between them",
            field="uri",
            value=text,
            remedy=f"Give {'.'.join(scheme.names)}.",
        )
    return tuple(urn_unescaped(part, name) for name, part in zip(scheme.names, parts, strict=True))


def _from_element_string(text: str) -> Elements:
    date: Elements = ()
    found = _ELEMENT.fullmatch(text)
    if found is None or found[1] not in _QUALIFIERS:
        raise _unreadable("an element string of an EPC begins with the AI of a key", text)
    ai, rest = found[1], found[2]
    dated = _DATE.fullmatch(rest) if ai == _DATED_KEY else None
    if dated is not None:
        rest, date = dated[1], ((dated[2], dated[3]),)
    qualifier = next(iter(_QUALIFIERS[ai]), None)
    if qualifier is None:
        return ((ai, rest), *date)
    value, mark, behind = rest.partition(f"({qualifier})")
    return ((ai, value), *(((qualifier, behind),) if mark else ()), *date)


def _from_digital_link(text: str) -> tuple[str, Elements]:
    found = _LINK.fullmatch(text)
    if found is None:
        raise _unreadable("this is no GS1 Digital Link URI", text)
    parts = found[2].split("/")
    start = next((at for at, part in enumerate(parts[:-1]) if part in _QUALIFIERS), None)
    if start is None or (len(parts) - start) % 2:
        raise _unreadable("a link has pairs of AI and value, the key first", text)
    if start:
        raise _unreadable("a tag cannot hold a path before the key", "/".join(parts[:start]))
    pairs = [
        (ai, link_unescaped(value, f"({ai})"))
        for ai, value in zip(parts[::2], parts[1::2], strict=True)
    ]
    dates = [
        (name, value)
        for name, _, value in (part.partition("=") for part in (found[3] or "").split("&"))
        if name in _DATES
    ]
    if len(dates) > 1 or len(dict(pairs)) != len(pairs):
        raise _unreadable("an AI or date stands there twice", text)
    host = CANONICAL_HOST if found[1].lower() == CANONICAL_HOST else found[1]
    if host != CANONICAL_HOST and text.startswith("http:"):
        raise _unreadable("a tag stands for https:// links only", text)
    return host, (*pairs, *dates)


def _shortest_first() -> Iterator[LegacyScheme]:
    """Deprecated GDTI-113 last."""
    return iter(sorted(LEGACY.values(), key=lambda one: (one.name == "GDTI-113", one.bits or 999)))


def _keys(scheme: LegacyScheme | PlusScheme) -> tuple[str, ...]:
    if isinstance(scheme, LegacyScheme):
        return tuple(ai for ai, *_ in scheme.elements)[:1]
    return scheme.identifiers[:1]


def _first_that_fits(names: list[str], built: Callable[[str], Epc]) -> Epc:
    """The EPC in the first scheme that can hold it; the last scheme says what is wrong."""
    error = _unreadable("no EPC scheme holds this", names)
    for name in names:
        try:
            epc = built(name)
            encode_bits(epc)
        except InvalidTag as refused:
            error = refused
        else:
            return epc
    raise error


def _unreadable(problem: str, value: object) -> InvalidTag:
    return InvalidTag(
        problem,
        field="text",
        value=value,
        remedy="Give urn:epc:tag:..., urn:epc:id:..., (01)...(21)... or https://.../01/.../21/...",
    )
