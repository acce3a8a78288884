"""An EPC and its text forms: EPC URIs, GS1 element strings, GS1 Digital Link URIs.

EPC Tag Data Standard 2.3, sections 6 and 7 (URIs and element strings), 12 (tag URIs); GS1 Digital
Link URI syntax 1.4.
"""

from dataclasses import dataclass

from vision.rfid.epc.characters import check_digit, is_digits, link_escaped, urn_escaped
from vision.rfid.epc.schemes import TABLE_F, LegacyScheme, scheme_named

CANONICAL_HOST = "id.gs1.org"
NO_EXTENSION = "0"
"""The extension of an SGLN that is a plain GLN (TDS 2.3, 14.6.3)."""
_KEY_SERIALS = ("21", "254", "8011")


@dataclass(frozen=True, slots=True)
class Epc:
    """What a tag's EPC says. Made by ``decode`` and by the functions of ``texts``, which check it.

    ``scheme`` is the name of the coding scheme (``SGTIN-96``). ``filter`` is None where the scheme
    has none (GID-96). ``fields`` are the parts of the EPC URI for legacy schemes (company prefix,
    reference, serial ...), the values of the application identifiers (AI) for '+' and '++' schemes.

    ``date``: AI and YYMMDD of a dated scheme. ``hostname``: of a '++' scheme, as it is written.
    ``aidc_bits``: what follows the EPC where its data toggle is set, as a text of 0 and 1 without
    the zeros at its end; None where the toggle is not set.
    """

    scheme: str
    filter: int | None
    fields: tuple[str, ...]
    date: tuple[str, str] | None = None
    hostname: str | None = None
    aidc_bits: str | None = None

    @property
    def company_prefix(self) -> str | None:
        """GS1 company prefix, where the scheme says which digits it is."""
        scheme = scheme_named(self.scheme)
        split = isinstance(scheme, LegacyScheme) and scheme.partitions
        return self.fields[0] if split else None

    @property
    def company_prefix_digits(self) -> int | None:
        """How many digits the company prefix has, where the scheme says so."""
        prefix = self.company_prefix
        return None if prefix is None else len(prefix)

    @property
    def elements(self) -> tuple[tuple[str, str], ...]:
        """AIs and their values, the key first; empty for schemes that are not GS1's (GID, ...)."""
        scheme = scheme_named(self.scheme)
        if isinstance(scheme, LegacyScheme):
            named = dict(zip(scheme.names, self.fields, strict=True))
            pairs = [(ai, _value(parts, named)) for ai, *parts in scheme.elements]
        else:
            pairs = list(zip(scheme.identifiers, self.fields, strict=True))
        if pairs and pairs[-1] == ("254", NO_EXTENSION):
            pairs.pop()
        if self.date is not None:
            pairs.append(self.date)
        return tuple(pairs)

    @property
    def key(self) -> str | None:
        """The GS1 key alone, check digit included: GTIN-14, SSCC, GLN, GRAI without serial ..."""
        elements = self.elements
        return split_value(*elements[0])[0] if elements else None

    @property
    def serial(self) -> str | None:
        """The serial number beside or behind the key; None where the key itself is serialised."""
        scheme = scheme_named(self.scheme)
        if isinstance(scheme, LegacyScheme):
            return self.fields[-1] if scheme.names[-1] == "serial" else None
        if scheme.identifiers[-1] in _KEY_SERIALS:
            return self.fields[-1]
        return split_value(scheme.identifiers[0], self.fields[0])[1] or None

    @property
    def pure_identity_uri(self) -> str | None:
        """``urn:epc:id:...``; None for '+' and '++' schemes, which have none (TDS 2.3, 14.4)."""
        scheme = scheme_named(self.scheme)
        if not isinstance(scheme, LegacyScheme):
            return None
        return f"urn:epc:id:{scheme.urn}:{self._dotted}"

    @property
    def tag_uri(self) -> str | None:
        """``urn:epc:tag:...``, with scheme and filter; None for '+' and '++' schemes."""
        if not isinstance(scheme_named(self.scheme), LegacyScheme):
            return None
        filter_part = "" if self.filter is None else f"{self.filter}."
        return f"urn:epc:tag:{self.scheme.lower()}:{filter_part}{self._dotted}"

    @property
    def _dotted(self) -> str:
        return ".".join(urn_escaped(field) for field in self.fields)

    @property
    def element_string(self) -> str | None:
        """``(01)09506000134352(21)6789``; None for schemes that are not GS1's."""
        return "".join(f"({ai}){value}" for ai, value in self.elements) or None

    @property
    def digital_link(self) -> str | None:
        """GS1 Digital Link URI, at the tag's host name or at id.gs1.org; None as above."""
        path = self.digital_link_path
        return None if path is None else f"https://{self.hostname or CANONICAL_HOST}{path}"

    @property
    def digital_link_path(self) -> str | None:
        """The link behind its host: ``/01/09506000134352/21/6789``, ``?17=220630`` if dated."""
        elements = self.elements
        if not elements:
            return None
        inside = elements if self.date is None else elements[:-1]
        path = "".join(f"/{ai}/{link_escaped(value)}" for ai, value in inside)
        return path if self.date is None else f"{path}?{self.date[0]}={self.date[1]}"


def split_value(identifier: str, value: str) -> tuple[str, str]:
    """The value of an AI as its key and the serial component behind it (253, 255, 8003), if any."""
    components = TABLE_F[identifier]
    if len(components) == 1:
        return value, ""
    return value[: components[0].size], value[components[0].size :]


def _value(parts: list[str], fields: dict[str, str]) -> str:
    """The value of an AI put together from parts (see ``import_tdt``)."""
    value = ""
    for part in parts:
        if part == "check":
            value += check_digit(value)
        elif part.endswith("[0]"):
            value += fields[part[:-3]][:1]
        elif part.endswith("[1:]"):
            value += fields[part[:-4]][1:]
        else:
            value += part if is_digits(part) else fields[part]
    return value
