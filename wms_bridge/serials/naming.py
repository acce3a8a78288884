"""Names of things as they are scanned and sent: GS1 element strings (with brackets or FNC1), GS1
Digital Link URIs, EPC URIs, the names used here, and serials that are plain text.

Key lengths and check digits after the GS1 General Specifications (section 3); element strings are
read by biip, URIs by :mod:`wms_bridge.epcis.digital_link`.
"""

import re
from urllib.parse import quote, unquote

from biip import ParseError
from biip.gs1_messages import GS1Message

from planner.warehouse.errors import InvalidMessage
from planner.warehouse.ids import Sku
from wms_bridge.epcis.digital_link import ID_GS1, canonical, check_digit, link_of
from wms_bridge.epcis.naming import EpcisSite
from wms_bridge.records.tracing import Name

SSCC = "00"
GTIN = "01"
LOT, SERIAL = "10", "21"
SKU = "sku"
MAX_TEXT = 200
FNC1 = "\x1d"
_CONTAINERS = {SSCC: r"\d{18}", "8003": r"\d{14}[\x21-\x7e]{0,16}", "8004": r"[\x21-\x7e]{4,30}"}
_SET_82 = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}", re.ASCII)
_PLAIN = re.compile(r"[^\x00-\x1f\x7f]{1,60}")


def read_name(text: str, sku: Sku | None = None) -> Name:
    """The name in a text. A text that is no GS1 key is a serial of ``sku``, if that is given.

    :class:`InvalidMessage` on anything else, and on wrong check digits.
    """
    if not 0 < len(text) <= MAX_TEXT or text != text.strip():
        raise _refused(text, "not a name of a thing")
    if text.startswith(("urn:epc:", "http://", "https://")):
        return _of_uri(text)
    if text.startswith(("(", "]")) or FNC1 in text:
        return _of_elements(text)
    if text.startswith((f"{GTIN}/", f"{SKU}/", *(f"{ai}/" for ai in _CONTAINERS))):
        return _of_path(text.split("/"), text)
    if _is_bare_key(text):
        return _of_elements(text)
    if text.isascii() and text.isdigit() and len(text) == 18 and _checks(text):
        return Name(SSCC, text)
    if sku is not None and _PLAIN.fullmatch(text):
        return Name(kind_of_sku(sku), text)
    raise _refused(text, "not a name of a thing")


def kind_of_sku(sku: Sku) -> str:
    """The kind of goods that have no GTIN."""
    return f"{SKU}/{quote(sku, safe='')}"


def sku_in(kind: str) -> Sku | None:
    """The SKU that a kind names by itself."""
    return Sku(unquote(kind.removeprefix(f"{SKU}/"))) if kind.startswith(f"{SKU}/") else None


def uri_of(name: Name, site: EpcisSite) -> str:
    """How EPCIS events name it: a GS1 Digital Link URI, or a URI under that of the site's owner
    (CBV 2.0, section 8) for goods without GTIN."""
    if name.kind.startswith(f"{SKU}/"):
        separator = ":" if site.owner.startswith("urn:") else "/"
        steps = [site.owner, "class" if not name.serial else "obj", name.kind.partition("/")[2]]
        more = [quote(part, safe="") for part in (name.serial or name.lot,) if part]
        return separator.join((*steps, *more))
    ai, _, key = name.kind.partition("/")
    if ai != GTIN:
        return link_of(ai, name.serial)
    if name.serial:
        return link_of(ai, key, SERIAL, name.serial)
    return link_of(ai, key, LOT, name.lot) if name.lot else link_of(ai, key)


def name_of_uri(uri: str, site: EpcisSite) -> Name:
    """The name in a URI of an EPCIS event; the inverse of :func:`uri_of`."""
    separator = ":" if site.owner.startswith("urn:") else "/"
    start = f"{site.owner}{separator}"
    if uri.startswith(start):
        what, *parts = uri.removeprefix(start).split(separator)
        if what in ("class", "obj") and 1 <= len(parts) <= 2 and all(parts):
            last = unquote(parts[1]) if len(parts) == 2 else ""
            return Name(f"{SKU}/{parts[0]}", **{"serial" if what == "obj" else "lot": last})
    return read_name(uri)


def _of_uri(text: str) -> Name:
    found = canonical(text)
    if not found.startswith(f"{ID_GS1}/"):
        raise _refused(text, "no URI of a GS1 key that is known here")
    return _of_path([unquote(step) for step in found.removeprefix(f"{ID_GS1}/").split("/")], text)


def _of_path(steps: list[str], text: str) -> Name:
    ai, key, *rest = steps if len(steps) > 1 else (*steps, "")
    if ai in _CONTAINERS:
        return _container(ai, "/".join((key, *rest)), text)
    qualifier, _, value = "/".join(rest).partition("/")
    if ai == SKU and key:
        kind = kind_of_sku(Sku(unquote(key)))
    elif ai == GTIN and len(key) == 14 and _checks(key):
        kind = f"{GTIN}/{key}"
    else:
        raise _refused(text, "not a GTIN of 14 digits with its check digit")
    return _goods(kind, {qualifier: value} if rest else {}, text)


def _of_elements(text: str) -> Name:
    try:
        bracketed = text.startswith("(")
        message = GS1Message.parse_hri(text) if bracketed else GS1Message.parse(_bare(text))
    except ParseError as error:
        raise _refused(text, f"no GS1 element string: {error}") from error
    found = {element.ai.ai: element.value for element in message.element_strings}
    container = next((ai for ai in _CONTAINERS if ai in found), None)
    if container is not None:
        return _container(container, found[container], text)
    if GTIN not in found:
        raise _refused(text, "no SSCC, GTIN, GRAI or GIAI in it")
    if not _checks(found[GTIN]):
        raise _refused(text, "wrong check digit of the GTIN")
    return _goods(f"{GTIN}/{found[GTIN]}", found, text)


def _goods(kind: str, found: dict[str, str], text: str) -> Name:
    serial, lot = found.get(SERIAL, ""), found.get(LOT, "")
    pattern = _SET_82 if kind.startswith(f"{GTIN}/") else _PLAIN
    known = not found or serial or lot
    if not known or not all(pattern.fullmatch(part) for part in (serial, lot) if part):
        raise _refused(text, "not a serial or lot of GS1 (1 to 20 characters of set 82)")
    return Name(kind, serial) if serial else Name(kind, lot=lot)


def _container(ai: str, value: str, text: str) -> Name:
    fits = re.fullmatch(_CONTAINERS[ai], value, re.ASCII) is not None
    if not fits or (ai == SSCC and not _checks(value)):
        raise _refused(text, "wrong length or check digit")
    return Name(ai, value)


def _bare(text: str) -> str:
    return text[3:] if text.startswith("]") else text


def _is_bare_key(text: str) -> bool:
    if not (text.isascii() and text[:16].isdigit() and len(text) > 16):
        return False
    sscc = text.startswith(SSCC) and len(text) == 20 and text.isdigit() and _checks(text[2:])
    goods = text.startswith(GTIN) and _checks(text[2:16]) and text[16:18] in (SERIAL, LOT)
    return sscc or goods


def _checks(digits: str) -> bool:
    return digits.isascii() and digits.isdigit() and check_digit(digits[:-1]) == digits[-1]


def _refused(text: str, problem: str) -> InvalidMessage:
    return InvalidMessage(
        problem,
        field="name",
        value=text[:MAX_TEXT],
        remedy="Send (00) with 18 digits, (01) with 14 digits and (21) with the serial, the same as"
        " GS1 Digital Link or EPC URI, or a serial together with its SKU.",
    )
