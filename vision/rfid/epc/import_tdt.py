"""Makes ``tdt.json`` from GS1's own Tag Data Translation definitions.

::

    python -m vision.rfid.epc.import_tdt DIRECTORY_OF_THE_DEFINITIONS

GS1 publishes one file per scheme in which every partition and every text form is written out. What
a codec needs of it is the layout of the bits, the order of the identifiers, and the rows of table F
for the identifiers in use: a fiftieth of the size. The result ships; the source does not.
"""

import json
import re
import sys
from pathlib import Path
from typing import Any

TARGET = Path(__file__).with_name("tdt.json")
ORIGIN = {
    "origin": "GS1 Tag Data Translation 2.2 (2024-11-18), github.com/gs1/TDT, artefacts/JSON, "
    "commit cc9f1a8c0046cf50bc47fc98fce725fe9ae4c556",
    "licence": "Apache-2.0, copyright GS1 AISBL; no trademark licence",
    "changes": "extracted and compacted by vision/rfid/epc/import_tdt.py; GDTI-113 serials are "
    "numeric strings as in TDS 2.3, 14.3.6",
}
_KINDS = {"6-bit": "six_bit", "7-bit": "seven_bit", "8-bit": "eight_bit"}
_TABLE_F_KINDS = {
    "14.5.4": "fixed",
    "14.5.5": "delimited",
    "14.5.6": "text",
    "14.5.13": "number",
}
_DIGITS = {
    "indicatordigit": "itemref[0]",
    "extensiondigit": "serialref[0]",
    "checkdigit": "check",
}
_NUMERIC_STRINGS = {("SGCN-96", "prependedserial"), ("GDTI-113", "serial")}
Json = dict[str, Any]


def compact(source: Path) -> Json:
    """The tables of a directory of GS1 definitions, as ``tdt.json`` holds them."""
    manifest = json.loads((source / "manifest.json").read_text())
    files = {row["scheme"]: source / row["file"] for row in manifest["definitionFiles"]}
    schemes = [_scheme(path) for path in files.values()]
    plus = [_plus(scheme) for scheme in schemes if scheme["name"].endswith("+")]
    used = {ai for scheme in plus for ai in scheme["identifiers"]}
    rows = json.loads((source / "TDT_TableF.json").read_text())["rows"]
    return {
        **ORIGIN,
        "legacy": [_legacy(scheme) for scheme in schemes if not scheme["name"].endswith("+")],
        "plus": plus,
        "table_f": {row["a"]: _components(row) for row in rows if row["a"] in used},
    }


def written(tables: Json) -> str:
    """The tables as text, one scheme a line."""
    heads = [f'"{key}": {json.dumps(tables[key])}' for key in (*ORIGIN, "table_f")]
    lists = [
        f'"{key}": [\n' + ",\n".join(json.dumps(scheme) for scheme in tables[key]) + "\n]"
        for key in ("legacy", "plus")
    ]
    return "{\n" + ",\n".join(heads + lists) + "\n}\n"


def _scheme(path: Path) -> Json:
    scheme: Json = json.loads(path.read_text())["tdt:epcTagDataTranslation"]["scheme"]
    scheme["levels"] = {level["type"]: level for level in scheme["level"]}
    return scheme


def _plus(scheme: Json) -> Json:
    options = scheme["levels"]["BINARY"]["option"]
    links = scheme["levels"]["GS1_DIGITAL_LINK"]["option"]
    dates = [re.findall(r"\?(\d+)=", option["grammar"]) for option in links]
    return {
        "name": scheme["name"],
        "header": scheme["levels"]["BINARY"]["prefixMatch"],
        "identifiers": [part["ai"] for part in options[0]["encodedAI"]],
        "dates": [found[0] for found in dates if found],
    }


def _legacy(scheme: Json) -> Json:
    levels = scheme["levels"]
    link = levels.get("GS1_DIGITAL_LINK")
    options = levels["BINARY"]["option"]
    variable = scheme["name"] == "ADI-var"
    lengths = [option["pattern"] for option in levels["TAG_ENCODING"]["option"]]
    return {
        "name": scheme["name"],
        "header": levels["BINARY"]["prefixMatch"],
        "bits": scheme.get("tagLength"),
        "urn": levels["PURE_IDENTITY"]["prefixMatch"].removeprefix("urn:epc:id:"),
        "elements": _elements(link["option"][0]["grammar"]) if link else [],
        "layouts": [_adi(lengths[1])]
        if variable
        else [
            _layout(scheme["name"], option, pattern)
            for option, pattern in zip(options, lengths, strict=True)
        ],
    }


def _elements(grammar: str) -> list[list[str]]:
    """``[AI, part, part ...]`` of each element: names of fields, ``name[0]`` and ``name[1:]`` for
    the first digit and the others, ``check`` for the check digit, digits for themselves."""
    elements: list[list[str]] = []
    for token in grammar.removeprefix("uriStem ").split():
        if token.startswith("'/"):
            elements.append([token.strip("'/")])
        else:
            elements[-1].append(_part(token))
    return elements


def _part(token: str) -> str:
    if token in _DIGITS:
        return _DIGITS[token]
    if token.endswith("remainder"):
        return token.removesuffix("remainder") + "[1:]"
    return re.sub(r"^url(Escaped|Encoded)", "", token).lower().removeprefix("cpi").strip("'")


def _layout(name: str, option: Json, pattern: str) -> list[Any]:
    """Segments of one option in the order of their bits: literal bits, or a field."""
    fields = {field["name"]: field for field in option["field"]}
    longest = _longest(pattern)
    order = [field["name"] for field in option["field"]]
    segments: list[Any] = [option["optionKey"]]
    for token in option["grammar"].split()[1:]:
        if token.startswith("'"):
            if segments[-1][1] != "six_bit":  # such a string brings its terminator itself
                segments.append(token.strip("'"))
        else:
            segments.append(_field(name, fields[token], longest[order.index(token)]))
    return segments


def _field(scheme: str, field: Json, longest: int) -> list[Any]:
    """``[name, kind, bits, digits or longest, maximum]``."""
    name, bits = field["name"].removeprefix("cpi"), field.get("bitLength")
    if (scheme, name) in _NUMERIC_STRINGS:
        return ["serial", "numeric", bits, longest, None]
    if "compaction" in field:
        return [name, _KINDS[field["compaction"]], bits, longest, None]
    digits = field.get("length")
    kind = "integer" if digits is None or name == "filter" else "digits"
    return [name, kind, bits, digits if kind == "digits" else None, int(field["decimalMaximum"])]


def _adi(pattern: str) -> list[Any]:
    """ADI-var has one layout; GS1 writes out which of its parts are there in eight options."""
    _, _, part, serial = _longest(pattern)
    return [
        "1",
        ["filter", "integer", 6, None, 63],
        ["cage", "cage", 36, 6, None],
        ["originalPartNumber", "adi_part", None, part, None],
        ["serial", "adi_serial", None, serial, None],
    ]


def _longest(pattern: str) -> list[int]:
    """The most characters of each part of a tag URI, from its regular expression."""
    parts = pattern.partition("urn:epc:tag:")[2].split(":", 1)[1].split(r"\.")
    return [int((re.findall(r"\{(?:\d+,)?(\d+)\}", part) or ["0"])[-1]) for part in parts]


def _components(row: Json) -> list[list[Any]]:
    """``[kind, characters, bits of the length]`` of the one or two components of an identifier."""
    first = [_TABLE_F_KINDS[row["c"]], int(row.get("d") or row["h"]), int(row.get("g", 0))]
    if "j" not in row:
        return [first]
    return [first, [_TABLE_F_KINDS[row["j"]], int(row["o"]), int(row["n"])]]


if __name__ == "__main__":
    TARGET.write_text(written(compact(Path(sys.argv[1]))))
