"""The codec against what others wrote: bytes come back as they were, and mean what the truth beside
them says."""

import base64
import json
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from scripts.llrp_protocol import protocol as facts_of
from scripts.llrp_protocol import written
from vision.rfid.llrp import definitions
from vision.rfid.llrp.codec import decode, encode
from vision.rfid.llrp.conformance import fault_of
from vision.rfid.llrp.definitions import Bits, Definition, Field, Value, protocol
from vision.rfid.llrp.framing import HEADER_BYTES, Header, write_header
from vision.rfid.llrp.tree import Message, Parameter, Unknown

pytestmark = pytest.mark.shared

STREAM_FRAMES = {"dx101_a": 934, "dx101_b": 24, "dx101_c": 11, "dx101_e": 750}
SINGLE_FRAMES = 13
ADDED_SWITCHES = (
    "XPCBitsEnabled",
    "SupportsBlockPermalock",
    "SupportsTagRecommissioning",
    "SupportsUMIMethod2",
    "SupportsXPC",
)
"""Of LLRP 1.1: reserved bits of 1.0.1, and zero here."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
LTKJAVA_TWO_BITS = {"0": "0", "1": "2", "2": "1", "3": "3"}
"""ADD_ROSPEC2.bin of LTKJava has the two bits of Session the wrong way round: 10 for the 1 of its
XML. The standard, the toolkit's own streams and the captured reader have 01."""
EDGEX_NAMES = {
    "CloseConnectionResponse": "CLOSE_CONNECTION_RESPONSE",
    "GetAccessSpecsResponse": "GET_ACCESSSPECS_RESPONSE",
    "GetROSpecsResponse": "GET_ROSPECS_RESPONSE",
    "GetReaderCapabilitiesResponse": "GET_READER_CAPABILITIES_RESPONSE",
    "GetReaderConfigResponse": "GET_READER_CONFIG_RESPONSE",
    "ReaderEventNotification": "READER_EVENT_NOTIFICATION",
    "ROAccessReport": "RO_ACCESS_REPORT",
}


def test_the_data_file_is_what_the_script_makes_of_the_definition(llrp_data: Path) -> None:
    made = written(facts_of(llrp_data / "llrp-1x0-def.xml"))
    assert made == (Path(definitions.__file__).parent / "protocol.json").read_text()


def test_every_frame_comes_back_byte_for_byte(
    streams: dict[str, list[bytes]], frames: list[bytes]
) -> None:
    assert {name: len(stream) for name, stream in streams.items()} == STREAM_FRAMES
    assert sum(STREAM_FRAMES.values()) == 1719
    assert len(frames) == 1719 + SINGLE_FRAMES
    for number, frame in enumerate(frames):
        assert encode(decode(frame)) == frame, number


def test_every_frame_is_known_to_the_last_parameter_and_conforms(frames: list[bytes]) -> None:
    for frame in frames:
        message = decode(frame)
        assert isinstance(message, Message)
        assert fault_of(message) is None
        assert not any(isinstance(each, Unknown) for each in parts(message))


@pytest.mark.parametrize("name", ["dx101_a", "dx101_b", "dx101_e"])
def test_streams_mean_what_their_xml_says(
    name: str, streams: dict[str, list[bytes]], llrp_data: Path
) -> None:
    truths = list(ET.parse(llrp_data / "dx101" / f"{name}.xml").getroot())
    assert len(truths) == len(streams[name])
    for frame, truth in zip(streams[name], truths, strict=True):
        check_message(frame, truth)


def test_single_messages_mean_what_their_xml_says(llrp_data: Path) -> None:
    files = sorted(llrp_data.glob("ltkjava_resources/*.xml"))
    assert len(files) == SINGLE_FRAMES
    for path in files:
        truth = ET.parse(path).getroot()
        for session in truth.iter(f"{truth.tag.partition('}')[0]}}}Session"):
            session.text = LTKJAVA_TWO_BITS[session.text or ""]
        check_message(path.with_suffix(".bin").read_bytes(), truth)


def test_captured_payloads_mean_what_their_json_says(llrp_data: Path) -> None:
    files = sorted(llrp_data.glob("edgex/**/*.bytes"))
    assert len(files) == 15
    for path in files:
        payload = path.read_bytes()
        number = protocol().messages[EDGEX_NAMES[path.stem.partition("-")[0]]].number
        frame = write_header(Header(1, number, HEADER_BYTES + len(payload), 7)) + payload
        message = decode(frame)
        assert isinstance(message, Message)
        assert encode(message) == frame
        truth = json.loads(path.with_suffix(".json").read_text("utf-8"))
        assert list(leaves_of(message)) == list(leaves_of_json(truth)), path.stem


# --- the toolkit's XML ---------------------------------------------------------------------------


def check_message(frame: bytes, truth: ET.Element) -> None:
    message = decode(frame)
    assert isinstance(message, Message)
    assert message.name == local(truth)
    assert message.id == int(truth.attrib["MessageID"])
    check_content(message, protocol().messages[message.name], truth)


def check_content(found: Message | Parameter, definition: Definition, truth: ET.Element) -> None:
    by_name = {field.name: field for field in definition.fields}
    fields = {local(child): child for child in truth if local(child) in by_name}
    expected = {name: value_of(by_name[name], child) for name, child in fields.items()}
    assert dict(found.fields) == expected, definition.name
    inner = [child for child in truth if local(child) not in by_name]
    assert len(found.parameters) == len(inner), definition.name
    for each, child in zip(found.parameters, inner, strict=True):
        assert isinstance(each, Parameter)
        assert each.name == local(child)
        check_content(each, protocol().parameters[each.name], child)


def value_of(field: Field, element: ET.Element) -> Value:
    text = (element.text or "").strip()
    if field.enumeration:
        entries = protocol().enumerations[field.enumeration]
        numbers = [entries[name] if name in entries else int(name) for name in text.split()]
        return bytes(numbers) if field.kind == "u8v" else numbers[0]
    if field.kind == "utf8v":
        return element.text or ""
    if field.kind in ("u8v", "u96", "bytesToEnd"):
        return bytes.fromhex(text)
    if field.kind == "u1v":
        data = bytes.fromhex(text)
        return Bits(int(element.attrib.get("Count", 8 * len(data))), data)
    if field.kind == "u32v" or field.name == "AntennaIDs":
        return tuple(int(item) for item in text.split())
    if field.kind == "u16v":
        data = bytes.fromhex(text)
        return tuple(data[at] << 8 | data[at + 1] for at in range(0, len(data), 2))
    if "T" in text:
        return microseconds(text)
    return int(text) if text not in ("true", "false") else int(text == "true")


def microseconds(text: str) -> int:
    passed = datetime.fromisoformat(text) - EPOCH
    return (passed.days * 86_400 + passed.seconds) * 1_000_000 + passed.microseconds


def local(element: ET.Element) -> str:
    return element.tag.rpartition("}")[2]


# --- EdgeX's JSON --------------------------------------------------------------------------------


def leaves_of_json(truth: Any, name: str = "") -> Iterator[int | str]:
    """All values in order. It writes out empty structs of what is not there, and switches of
    LLRP 1.1; bytes are base64."""
    if truth is None or name in ADDED_SWITCHES or (name == "Uptime" and truth == 0):
        return
    if name == "EPCData" and truth["EPCNumBits"] == 0:
        return
    if isinstance(truth, dict):
        for key, value in truth.items():
            yield from leaves_of_json(value, key)
    elif isinstance(truth, list):
        for value in truth:
            yield from leaves_of_json(value, name)
    elif name in ("AirProtocolIDs", "ReaderID", "EPC"):
        yield base64.b64decode(truth).hex()
    else:
        yield truth


def leaves_of(found: Message | Parameter) -> Iterator[int | str]:
    for value in found.fields.values():
        if isinstance(value, bytes):
            yield value.hex()
        elif isinstance(value, Bits):
            yield value.bits
            yield value.data.hex()
        elif isinstance(value, tuple):
            yield from cast(tuple[int, ...], value)
        else:
            yield value
    for each in found.parameters:
        assert isinstance(each, Parameter)
        yield from leaves_of(each)


def parts(found: Message | Parameter) -> Iterator[Parameter | Unknown]:
    for each in found.parameters:
        yield each
        if isinstance(each, Parameter):
            yield from parts(each)
