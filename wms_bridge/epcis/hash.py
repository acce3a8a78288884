"""The event hash of CBV 2.0, section 8.9: a name for an event that follows from what it says.

Two systems that write the same event, in another order, in other forms of the same identifiers and
times or with other prefixes, get the same hash. ``eventID``, ``recordTime``, ``errorDeclaration``
and ``certificationInfo`` are no part of it, so that an event that is declared wrong keeps its name.

Where the standard is silent this follows its reference implementation
(RalphTro/epcis-event-hash-generator): extensions inside standard fields stand at the end behind the
name of the field, no ``sensorElementList`` before sensor elements, no ``rdfs:comment``, texts that
are decimal numbers as numbers.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from hashlib import sha256
from typing import Any

from wms_bridge.epcis.digital_link import canonical
from wms_bridge.epcis.event import EpcisEvent
from wms_bridge.epcis.values import utc_of
from wms_bridge.epcis.vocabulary import CBV_WEB, GS1_WEB, STANDARD_PREFIXES, prefixes_of
from wms_bridge.epcis.write import write_event

_NUMBER = re.compile(r"[+-]?\d+(\.\d+)?", re.ASCII)
_URN_WORD = re.compile(r"urn:epcglobal:cbv:(bizstep|disp|btt|sdt|er):(.+)")
_WEB_NAMES = {"bizstep": "BizStep-", "disp": "Disp-", "btt": "BTT-", "sdt": "SDT-", "er": "ER-"}
_COMMENTS = frozenset(("rdfs:comment",))
_METADATA = (
    *("time", "startTime", "endTime", "deviceID", "deviceMetadata", "rawData"),
    *("dataProcessingMethod", "bizRules"),
)
_REPORT: tuple[str, ...] = (
    *("type", "exception", "deviceID", "deviceMetadata", "rawData", "dataProcessingMethod"),
    *("time", "microorganism", "chemicalSubstance", "value", "component", "stringValue"),
    *("booleanValue", "hexBinaryValue", "uriValue", "minValue", "maxValue", "meanValue"),
    *("sDev", "percRank", "percValue", "uom", "coordinateReferenceSystem"),
)
_TIMES = frozenset(("time", "startTime", "endTime", "eventTime"))
_WORDS = {
    "bizStep": f"{CBV_WEB}BizStep-",
    "disposition": f"{CBV_WEB}Disp-",
    "set": f"{CBV_WEB}Disp-",
    "unset": f"{CBV_WEB}Disp-",
    "component": f"{CBV_WEB}Comp-",
    "exception": GS1_WEB,
}


def event_hash(event: EpcisEvent, prefixes: Mapping[str, str] = STANDARD_PREFIXES) -> str:
    """``ni:///sha-256;...?ver=CBV2.0``. ``prefixes`` are those of the document that the event
    stands in (:func:`wms_bridge.epcis.vocabulary.prefixes_of`)."""
    digest = sha256(pre_hash(event, prefixes).encode()).hexdigest()
    return f"ni:///sha-256;{digest}?ver=CBV2.0"


def pre_hash(event: EpcisEvent, prefixes: Mapping[str, str] = STANDARD_PREFIXES) -> str:
    """The text that the hash is taken of."""
    own = dict(prefixes) if event.context is None else {**prefixes, **prefixes_of(event.context)}
    data = write_event(event)
    canon = _Canon(own)
    parts = [f"eventType={data['type']}"]
    parts += [tell(canon, key, data[key]) for key, tell in _ORDER.items() if key in data]
    places = ("readPoint", "bizLocation")
    ends = [canon.behind(key, data[key]) for key in places if key in data]
    ends += [_sensor_extensions(canon, each) for each in data.get("sensorElementList", ())]
    ends += canon.extensions(event.extensions)
    return "".join(parts) + "".join(sorted(ends))


class _Canon:
    """Values and extensions in their one form."""

    def __init__(self, prefixes: Mapping[str, str]):
        self._prefixes = prefixes

    def value(self, value: Any) -> str:
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, int | float):
            return _decimal(format(Decimal(repr(value)), "f"))
        if not isinstance(value, str):
            return ""
        stripped = value.strip()
        if _NUMBER.fullmatch(stripped):
            return _decimal(stripped)
        if urn := _URN_WORD.fullmatch(stripped):
            return f"{CBV_WEB}{_WEB_NAMES[urn[1]]}{urn[2]}"
        prefix, colon, local = stripped.partition(":")
        if colon and prefix in self._prefixes:
            return canonical(self._prefixes[prefix] + local)
        return canonical(stripped)

    def field(self, key: str, value: Any, words: str = "") -> str:
        """``key=value``; nothing for an empty value. Words that stand alone begin with
        ``words`` in full."""
        if key in _TIMES:
            return f"{key}={utc_of(value)}"
        words = words or _WORDS.get(key, "")
        if words and isinstance(value, str) and ":" not in value:
            return f"{key}={words}{value}"
        told = self.value(value)
        return f"{key}={told}" if told else ""

    def fields(self, data: Mapping[str, Any], keys: Iterable[str], words: str = "") -> str:
        """Those of ``keys`` that are there, in this order; ``words`` is of ``type``."""
        return "".join(
            self.field(key, data[key], words if key == "type" else "")
            for key in keys
            if key in data
        )

    def extensions(self, data: Mapping[str, Any]) -> list[str]:
        """One text for each value under a name of somebody's own."""
        found: list[str] = []
        for key, value in data.items():
            if ":" in key and key not in _COMMENTS:
                every = value if isinstance(value, list) else [value]
                found += [self._name(key) + self._content(each) for each in every]
        return found

    def behind(self, key: str, data: Mapping[str, Any]) -> str:
        """Extensions of a standard field, behind its name; nothing if it has none."""
        found = self.extensions(data)
        return key + "".join(sorted(found)) if found else ""

    def block(self, data: Mapping[str, Any]) -> str:
        """All members of an object of somebody's own."""
        return "".join(sorted(self._name(key) + self._content(each) for key, each in _pairs(data)))

    def _content(self, value: Any) -> str:
        if isinstance(value, dict):
            return self.block(value)
        if isinstance(value, list):
            return "".join(sorted(self._content(each) for each in value))
        told = self.value(value)
        return f"={told}" if told else ""

    def _name(self, key: str) -> str:
        prefix, colon, local = key.partition(":")
        known = colon and prefix in self._prefixes
        return f"{{{self._prefixes[prefix]}}}{local}" if known else key


def _pairs(data: Mapping[str, Any]) -> Iterable[tuple[str, Any]]:
    for key, value in data.items():
        if key not in _COMMENTS:
            yield from ((key, each) for each in (value if isinstance(value, list) else [value]))


def _decimal(text: str) -> str:
    """A plain decimal number without sign of plus and without zeros that say nothing."""
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").partition(".")
    number = (whole.lstrip("0") or "0") + (f".{fraction}".rstrip("0").rstrip("."))
    return number if number == "0" else sign + number


def _single(canon: _Canon, key: str, value: Any) -> str:
    return canon.field(key, value)


def _as_is(canon: _Canon, key: str, value: Any) -> str:
    return f"{key}={value}"


def _list_of(child: str) -> Callable[[_Canon, str, Any], str]:
    def tell(canon: _Canon, key: str, value: Any) -> str:
        found = sorted(canon.field(child, each) for each in value)
        return key + "".join(found) if found else ""

    return tell


def _quantities(canon: _Canon, key: str, value: Any) -> str:
    names = ("epcClass", "quantity", "uom")
    found = sorted("quantityElement" + canon.fields(each, names) for each in value)
    return key + "".join(found) if found else ""


def _persistent(canon: _Canon, key: str, value: Any) -> str:
    told = [
        canon.field(name, each) for name in ("set", "unset") for each in sorted(value.get(name, ()))
    ]
    return key + "".join(told)


def _place(canon: _Canon, key: str, value: Any) -> str:
    return key + canon.field("id", value["id"])


def _typed(child: str, words: str) -> Callable[[_Canon, str, Any], str]:
    def tell(canon: _Canon, key: str, value: Any) -> str:
        found = sorted(canon.fields(each, ("type", child), words) for each in value)
        return key + "".join(found) if found else ""

    return tell


def _sensors(canon: _Canon, key: str, value: Any) -> str:
    return "".join(sorted("sensorElement" + _sensor_fields(canon, each) for each in value))


def _sensor_fields(canon: _Canon, element: Mapping[str, Any]) -> str:
    metadata = canon.fields(element.get("sensorMetadata", {}), _METADATA)
    reports = sorted(
        "sensorReport" + canon.fields(each, _REPORT, GS1_WEB) for each in element["sensorReport"]
    )
    return (f"sensorMetadata{metadata}" if metadata else "") + "".join(reports)


def _sensor_extensions(canon: _Canon, element: Mapping[str, Any]) -> str:
    found = [canon.behind("sensorMetadata", element.get("sensorMetadata", {}))]
    found += [canon.behind("sensorReport", each) for each in element["sensorReport"]]
    found += canon.extensions(element)
    told = "".join(sorted(found))
    return f"sensorElement{told}" if told else ""


def _ilmd(canon: _Canon, key: str, value: Any) -> str:
    return key + canon.block(value) if value else ""


_ORDER: Mapping[str, Callable[[_Canon, str, Any], str]] = {
    "eventTime": _single,
    "eventTimeZoneOffset": _as_is,
    "epcList": _list_of("epc"),
    "parentID": _single,
    "inputEPCList": _list_of("epc"),
    "childEPCs": _list_of("epc"),
    "quantityList": _quantities,
    "childQuantityList": _quantities,
    "inputQuantityList": _quantities,
    "outputEPCList": _list_of("epc"),
    "outputQuantityList": _quantities,
    "action": _single,
    "transformationID": _single,
    "bizStep": _single,
    "disposition": _single,
    "persistentDisposition": _persistent,
    "readPoint": _place,
    "bizLocation": _place,
    "bizTransactionList": _typed("bizTransaction", f"{CBV_WEB}BTT-"),
    "sourceList": _typed("source", f"{CBV_WEB}SDT-"),
    "destinationList": _typed("destination", f"{CBV_WEB}SDT-"),
    "sensorElementList": _sensors,
    "ilmd": _ilmd,
}
"""The canonical property order (CBV 2.0, 8.9, table), and how each is told."""
