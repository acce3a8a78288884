"""Names of places, goods and counts in events: GS1's where there are such, else the site's own.

A GTIN or GLN of which the company prefix is known is written as EPC URI, which readers of EPCIS 1
understand; others as GS1 Digital Link URI, which needs no prefix. The event hash is the same. What
has no GS1 key gets a URI after the templates of CBV 2.0, section 8, for private identifiers:
``<base>/loc/<slot>``, ``<owner>/class/<sku>``, ``<base>/bt/<count>``, with colons in place of
slashes behind a base that is a URN.
"""

import re
from dataclasses import dataclass
from urllib.parse import quote

from planner.warehouse.errors import InvalidCode, InvalidMessage
from planner.warehouse.ids import Sku, SlotId
from wms_bridge.epcis import values
from wms_bridge.epcis.digital_link import check_digit, link_of

_BASE = re.compile(
    r"(urn:[a-z0-9][a-z0-9\-]{1,31}:|https?://)[^\s\"<>\\^`{|}#?]*[^\s\"<>\\^`{|}#?:/]"
)
_PREFIX = re.compile(r"\d{6,12}", re.ASCII)
_EXTENSION = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", re.ASCII)
_URN_PLAIN = "!'()*+,-.:;=_"
_GTIN_LENGTHS = (8, 12, 13, 14)


@dataclass(frozen=True, slots=True)
class EpcisSite:
    """How a site is named in events.

    ``base`` is a URI of the site (``https://wms.example.com/hall-2`` or ``urn:example:hall-2``)
    under which it may name things, ``owner`` one of whoever numbers the SKUs. ``gln`` is its
    Global Location Number, ``company_prefixes`` are GS1 company prefixes known to it.
    ``time_zone_offset`` is that of its clocks (``+01:00``).

    Raises :class:`InvalidMessage`, or :class:`InvalidCode` for a GLN that is none.
    """

    base: str
    owner: str
    gln: str | None = None
    company_prefixes: tuple[str, ...] = ()
    time_zone_offset: str = "+00:00"

    def __post_init__(self) -> None:
        for name in ("base", "owner"):
            if not _BASE.fullmatch(value := getattr(self, name)):
                remedy = "Name an http(s) address or a URN of one's own, without query or fragment."
                raise values.refused(name, "no URI to put names under", value, remedy)
        for at, prefix in enumerate(self.company_prefixes):
            if not _PREFIX.fullmatch(prefix):
                remedy = "Send the 6 to 12 digits that GS1 gave."
                raise values.refused(f"company_prefixes[{at}]", "no prefix", prefix, remedy)
        values.offset(self.time_zone_offset, "time_zone_offset")
        if self.gln is not None:
            _check_key(self.gln, (13,), "gln")

    def class_of(self, sku: Sku, gtin: str | None) -> str:
        """The class of goods, as ``epcClass``."""
        if gtin is None:
            return _under(self.owner, "class", sku)
        _check_key(gtin, _GTIN_LENGTHS, f"{sku}.gtin")
        full = gtin.zfill(14)
        prefix = self._prefix_of(full[1:13])
        if prefix is None:
            return link_of("01", full)
        return f"urn:epc:idpat:sgtin:{prefix}.{full[0]}{full[1 + len(prefix) : 13]}.*"

    def place_of(self, slot: SlotId) -> str:
        """A slot: the site's GLN with the slot as extension, if it has a GLN and the name of the
        slot fits (20 characters of GS1's set 82)."""
        if self.gln is None or not _EXTENSION.fullmatch(slot) or slot == "0":
            return _under(self.base, "loc", slot)
        prefix = self._prefix_of(self.gln[:12])
        if prefix is None:
            return link_of("414", self.gln, "254", slot)
        reference = self.gln[len(prefix) : 12]
        return f"urn:epc:id:sgln:{prefix}.{reference}.{quote(slot, safe=_URN_PLAIN)}"

    def count_of(self, count_id: str) -> str:
        """A count, as business transaction."""
        if self.gln is None:
            return _under(self.base, "bt", count_id)
        return f"urn:epcglobal:cbv:bt:{self.gln}:{quote(count_id, safe=_URN_PLAIN)}"

    def time_of(self, at_ms: int) -> str:
        """A moment in the site's time; :class:`InvalidMessage` beyond what ISO 8601 can say."""
        if not 0 <= at_ms <= values.LATEST_MS:
            remedy = f"Send milliseconds since 1970 UTC, at most {values.LATEST_MS}."
            raise InvalidMessage("time out of range", field="at_ms", value=at_ms, remedy=remedy)
        return values.time_of(at_ms, self.time_zone_offset)

    def _prefix_of(self, digits: str) -> str | None:
        found = [prefix for prefix in self.company_prefixes if digits.startswith(prefix)]
        return max(found, key=len, default=None)


def _under(base: str, kind: str, name: str) -> str:
    separator = ":" if base.startswith("urn:") else "/"
    return separator.join((base, kind, quote(name, safe="")))


def _check_key(key: str, lengths: tuple[int, ...], field: str) -> None:
    if key.isascii() and key.isdigit() and len(key) in lengths and check_digit(key[:-1]) == key[-1]:
        return
    digits = " or ".join(map(str, lengths))
    raise InvalidCode(
        "not a GS1 key, or a wrong check digit",
        field=field,
        value=key,
        remedy=f"Send {digits} digits, the last of them the check digit.",
    )
