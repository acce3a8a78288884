"""Writes vision/rfid/llrp/protocol.json from the LLRP Toolkit's definition of the protocol.

    python scripts/llrp_protocol.py llrp-1x0-def.xml > vision/rfid/llrp/protocol.json

Only facts come over: names, numbers, types, repeats and enumerations; none of the toolkit's code
and none of the standard's text. What LLRP 1.1 added and readers send is in ``ADDED_IN_1_1``.
"""

import json
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

ORIGIN = {
    "origin": "llrp-1x0-def.xml of the LLRP Toolkit (LTK), github.com/opencps/llrp-toolkit, commit "
    "c9f1d7d426fbb90e656c6c48cec7d588ccb41b33; written by scripts/llrp_protocol.py",
    "licence": "Apache-2.0",
    "copyright": "Copyright 2007 Impinj, Inc.; Copyright 2006, 2007 EPCglobal Inc.",
    "changes": "annotations and text left out; additions of LLRP 1.1 marked in scripts/"
    "llrp_protocol.py",
}
NAMESPACE = "{http://www.llrp.org/ltk/schema/core/encoding/binary/1.0}"
DEFINITIONS = {
    "messageDefinition": "messages",
    "parameterDefinition": "parameters",
    "enumerationDefinition": "enumerations",
    "choiceDefinition": "choices",
}
STATUS = ["parameter", "LLRPStatus", "1"]
ADDED_IN_1_1: dict[str, dict[str, Any]] = {
    "messages": {
        "GET_SUPPORTED_VERSION": {"number": 46, "content": []},
        "GET_SUPPORTED_VERSION_RESPONSE": {
            "number": 56,
            "content": [
                ["field", "CurrentVersion", "u8"],
                ["field", "SupportedVersion", "u8"],
                STATUS,
            ],
        },
        "SET_PROTOCOL_VERSION": {"number": 47, "content": [["field", "ProtocolVersion", "u8"]]},
        "SET_PROTOCOL_VERSION_RESPONSE": {"number": 57, "content": [STATUS]},
    },
    "parameters": {
        "ClientRequestOpSpecResult": {"number": 15, "content": [["field", "OpSpecID", "u16"]]},
        "C1G2_XPC_W1": {"number": 19, "content": [["field", "XPC_W1", "u16"]]},
        "C1G2_XPC_W2": {"number": 20, "content": [["field", "XPC_W2", "u16"]]},
    },
}
"""EPCglobal LLRP 1.1 (2010), clauses 17.1 and 17.2: the version messages, and the short parameters
of tag reports, whose lengths a reader of the bytes must know to get past them."""


def protocol(source: Path) -> dict[str, Any]:
    """The facts of a definition file, additions of LLRP 1.1 included."""
    found: dict[str, Any] = {**ORIGIN, **{kind: {} for kind in DEFINITIONS.values()}}
    for element in ET.parse(source).getroot():
        kind = DEFINITIONS.get(element.tag.removeprefix(NAMESPACE))
        if kind is not None:
            found[kind][element.attrib["name"]] = definition(kind, element)
    for kind, added in ADDED_IN_1_1.items():
        found[kind].update(added)
    return found


def definition(kind: str, element: ET.Element) -> Any:
    """One message, parameter, enumeration or choice."""
    parts = [part for part in element if part.tag != f"{NAMESPACE}annotation"]
    if kind == "enumerations":
        return {part.attrib["name"]: int(part.attrib["value"]) for part in parts}
    if kind == "choices":
        return [part.attrib["type"] for part in parts]
    return {
        "number": int(element.attrib["typeNum"]),
        "content": [content(part) for part in parts],
    }


def content(part: ET.Element) -> list[str]:
    """``[field, name, type, enumeration?]``, ``[reserved, bits]``, ``[parameter, type, repeat]`` or
    ``[choice, type, repeat]``."""
    kind, facts = part.tag.removeprefix(NAMESPACE), part.attrib
    if kind == "field":
        enumeration = [facts["enumeration"]] if "enumeration" in facts else []
        return [kind, facts["name"], facts["type"], *enumeration]
    if kind == "reserved":
        return [kind, facts["bitCount"]]
    return [kind, facts["type"], facts["repeat"]]


def written(found: dict[str, Any]) -> str:
    """As JSON with one definition a line."""
    sections = [f'"{key}": {json.dumps(found[key])}' for key in ORIGIN]
    for kind in DEFINITIONS.values():
        lines = [f"{json.dumps(name)}: {json.dumps(what)}" for name, what in found[kind].items()]
        sections.append(f'"{kind}": {{\n' + ",\n".join(lines) + "\n}")
    return "{\n" + ",\n".join(sections) + "\n}\n"


if __name__ == "__main__":
    sys.stdout.write(written(protocol(Path(sys.argv[1]))))
