"""What Impinj's readers add to LLRP, as far as tag reports need it.

Facts: vendor and message numbers stand in captures of the LLRP Toolkit's test files. Numbers and
scales of the parameters are as they are widely used with Impinj's Octane LLRP extension (phase in
1/4096 of a turn, peak RSSI in 1/100 dBm); they have not been tried on a reader. A reader sends them
only after ``ENABLE_EXTENSIONS`` and when the ROReportSpec asks for them.
"""

import math
import struct

from vision.rfid.llrp.tree import Message, Parameter, Unknown, message, parameter

VENDOR = 25882
"""IANA private enterprise number of Impinj."""
ENABLE_EXTENSIONS = 21
"""``MessageSubtype`` of the request; its ``Data`` are four reserved bytes."""
ENABLE_EXTENSIONS_RESPONSE = 22
"""``MessageSubtype`` of the answer; its ``Data`` is an LLRPStatus."""
CONTENT_SELECTOR = 50
ENABLE_PHASE = 52
ENABLE_PEAK_RSSI = 53
PHASE = 56
PEAK_RSSI = 57

PHASE_STEPS = 4096
RSSI_STEPS_PER_DB = 100.0

_HEAD = struct.Struct(">II")
_SWITCH = struct.Struct(">HHIIH")
_CUSTOM = 1023


def phase_rad(steps: int) -> float:
    """Phase in radians, from 0 to one turn."""
    return (steps % PHASE_STEPS) * (math.tau / PHASE_STEPS)


def enable_extensions(message_id: int) -> Message:
    """The message in front of all other extensions."""
    return message(
        "CUSTOM_MESSAGE",
        message_id,
        VendorIdentifier=VENDOR,
        MessageSubtype=ENABLE_EXTENSIONS,
        Data=bytes(4),
    )


def phase_selector() -> Parameter:
    """For an ROReportSpec: phase and fine RSSI into every TagReportData."""
    inner = b"".join(
        _SWITCH.pack(_CUSTOM, _SWITCH.size, VENDOR, subtype, 1)
        for subtype in (ENABLE_PHASE, ENABLE_PEAK_RSSI)
    )
    return custom(CONTENT_SELECTOR, inner)


def custom(subtype: int, data: bytes) -> Parameter:
    """A parameter of Impinj's."""
    return parameter("Custom", VendorIdentifier=VENDOR, ParameterSubtype=subtype, Data=data)


def asks_for_phase(report_spec: Parameter | None) -> bool:
    """Whether an ROReportSpec switches phase on."""
    wanted = _HEAD.pack(VENDOR, ENABLE_PHASE) + b"\x00\x01"
    return report_spec is not None and any(
        is_impinj(each, CONTENT_SELECTOR) and wanted in _data(each)
        for each in report_spec.parameters
    )


def is_impinj(found: Parameter | Unknown, subtype: int) -> bool:
    """Whether a parameter is this one of Impinj's."""
    return (
        isinstance(found, Parameter)
        and found.name == "Custom"
        and found.fields["VendorIdentifier"] == VENDOR
        and found.fields["ParameterSubtype"] == subtype
    )


def _data(found: Parameter | Unknown) -> bytes:
    data = found.fields["Data"] if isinstance(found, Parameter) else b""
    return data if isinstance(data, bytes) else b""
