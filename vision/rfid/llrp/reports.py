"""Tag reports, fast: RO_ACCESS_REPORT straight to flat records, without a tree in between.

:func:`read_reports` walks the bytes of each TagReportData once. Reports of one build, as readers
send them, are read by a ``struct`` made from one that came before: one unpacking and one comparison
for each tag. :func:`reports_of` takes the same records from a decoded tree; tests hold both against
each other on all frames there are.
"""

from typing import Any, cast

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp import impinj
from vision.rfid.llrp.codec import decode, tlv_at
from vision.rfid.llrp.definitions import Bits
from vision.rfid.llrp.framing import ANY_BYTES, HEADER_BYTES, read_header
from vision.rfid.llrp.report_plans import (
    BLANK,
    CONSTANTS,
    CUSTOM,
    CUSTOM_HEAD,
    EPC,
    EPC_96_HEAD,
    EPC_BITS,
    EPC_DATA,
    INDEX,
    SHORT,
    SLOTS,
    TAG_REPORT_DATA,
    UNUSED,
    VENDOR,
    Run,
    Shape,
    TagReport,
    items_of,
    run_of,
    shape_of,
)
from vision.rfid.llrp.tree import Message, Parameter

RO_ACCESS_REPORT = 61
"""Message number."""


def is_report(frame: bytes) -> bool:
    """Whether a frame is an RO_ACCESS_REPORT."""
    return len(frame) >= HEADER_BYTES and (frame[0] << 8 | frame[1]) & 0x3FF == RO_ACCESS_REPORT


def read_reports(frame: bytes) -> list[TagReport]:
    """The tag reports of an RO_ACCESS_REPORT, in order. Raises ``InvalidFrame`` with the offset of
    a length that cannot be, or of a report without an EPC."""
    if not is_report(frame) or read_header(frame, 0, ANY_BYTES).length != len(frame):
        raise InvalidFrame(
            "not one whole RO_ACCESS_REPORT", offset=0, value=frame[:10], remedy="See FrameBuffer."
        )
    reports: list[TagReport] = []
    runs: dict[int, Run] = {}
    at, end = HEADER_BYTES, len(frame)
    while at < end:
        if frame[at] & 0x80:
            # No reader puts short parameters between tags; what they are takes the whole codec.
            return reports_of(cast(Message, decode(frame)))
        kind, after = tlv_at(frame, at, end)
        if kind != TAG_REPORT_DATA:
            at = after
            continue
        shape = _shapes.get(after - at)
        alike = at if shape is None else _take_alike(frame, at, shape, reports)
        if alike == at:
            reports.append(_walk(frame, at, after, runs))
            _learn(frame, at, after)
            alike = after
        at = alike
    return reports


def reports_of(message: Message) -> list[TagReport]:
    """The same from a decoded RO_ACCESS_REPORT. Raises ``InvalidFrame`` for a report without an
    EPC."""
    return [_report_of(data) for data in message.each("TagReportData")]


def _report_of(data: Parameter) -> TagReport:
    values = BLANK.copy()
    for each in data.parameters:
        if not isinstance(each, Parameter):
            continue
        if each.name == "EPCData":
            bits = cast(Bits, each.fields["EPC"])
            values[EPC], values[EPC_BITS] = bits.data, bits.bits
        elif each.name in SLOTS:
            (value,) = each.fields.values()
            values[INDEX[SLOTS[each.name]]] = value
            if each.name == "EPC_96":
                values[EPC_BITS] = 96
        for subtype, (index, format) in VENDOR.items():
            vendor = cast(bytes, each.fields.get("Data"))
            if impinj.is_impinj(each, subtype) and len(vendor) == format.size:
                (values[index],) = format.unpack(vendor)
    return _made(values, 0)


def _made(values: list[Any], at: int) -> TagReport:
    if values[EPC] is None:
        raise InvalidFrame("TagReportData without an EPC", offset=at, remedy="It needs one.")
    return tuple.__new__(TagReport, values[:UNUSED])


def _take_alike(frame: bytes, at: int, shape: Shape, reports: list[TagReport]) -> int:
    """Reads all TagReportData from a byte on that are of a shape; gives where they end."""
    size, unpack, signature, expected, pick = shape
    last = len(frame) - size
    while at <= last:
        values = unpack(frame, at)
        if signature(values) != expected:
            break
        reports.append(tuple.__new__(TagReport, pick(values + CONSTANTS)))
        at += size
    return at


def _learn(frame: bytes, at: int, after: int) -> None:
    """Remembers the shape of a TagReportData that had to be walked, at the second, fourth, eighth
    ... time that one of its length had to be: learning costs more than walking."""
    length = after - at
    if length > _LONGEST_SHAPE:
        return
    times = _walked[length] = _walked.get(length, 0) + 1
    if times > 1 and times & (times - 1) == 0 and (items := items_of(frame, at, after)):
        _shapes[length] = shape_of(items)


_LONGEST_SHAPE = 512
_shapes: dict[int, Shape] = {}
_walked: dict[int, int] = {}
"""By length of the TagReportData. They make reading faster and change nothing of what is read."""


def _walk(frame: bytes, at: int, end: int, runs: dict[int, Run]) -> TagReport:
    """One TagReportData, parameter by parameter."""
    values, begin = BLANK.copy(), at
    at += 4
    while at < end:
        head = frame[at]
        if head & 0x80:
            after = _take_short(frame, at, end, values, runs)
            if after == at:
                break
            at = after
            continue
        if head > 3 or at + 4 > end:
            tlv_at(frame, at, end)
        length = frame[at + 2] << 8 | frame[at + 3]
        after = at + length
        if length < 4 or after > end:
            tlv_at(frame, at, end)
        kind = head << 8 | frame[at + 1]
        if kind == EPC_DATA:
            _take_epc(frame, at, after, values)
        elif kind == CUSTOM:
            _take_vendor(frame, at, after, values)
        at = after
    return _made(values, begin)


def _take_short(frame: bytes, at: int, end: int, values: list[Any], runs: dict[int, Run]) -> int:
    """The TV parameters from a byte on, by a run as seen before in this frame, or one by one. Gives
    where they end: at an unknown one, behind which nothing can be read, where it began."""
    run = runs.get(frame[at])
    if run is not None and at + run.size <= end:
        found = run.unpack(frame, at)
        if found[::2] == run.heads:
            for slot, value in zip(run.slots, found[1::2], strict=True):
                values[slot] = value
            if EPC in run.slots:
                values[EPC_BITS] = 96
            return at + run.size
    first, heads = at, bytearray()
    while at < end and (plan := SHORT.get(frame[at])) is not None:
        if at + plan.size > end:
            raise _beyond(at, end)
        values[plan.slot] = plan.unpack(frame, at + 1)[0]
        heads.append(frame[at])
        at += plan.size
    if EPC_96_HEAD in heads:
        values[EPC_BITS] = 96
    if run is None and len(heads) > 1 and all(len(SHORT[head].letters) == 1 for head in heads):
        runs[frame[first]] = run_of(bytes(heads))
    return at


def _take_epc(frame: bytes, at: int, after: int, values: list[Any]) -> None:
    bits = frame[at + 4] << 8 | frame[at + 5] if after >= at + 6 else -1
    if at + 6 + (bits + 7) // 8 != after or bits < 0:
        raise _beyond(at, after)
    values[EPC], values[EPC_BITS] = frame[at + 6 : after], bits


def _take_vendor(frame: bytes, at: int, after: int, values: list[Any]) -> None:
    if after - at < CUSTOM_HEAD.size:
        raise _beyond(at, after)
    _, _, vendor, subtype = CUSTOM_HEAD.unpack_from(frame, at)
    if vendor == impinj.VENDOR and subtype in VENDOR:
        index, format = VENDOR[subtype]
        if after - at == CUSTOM_HEAD.size + format.size:
            (values[index],) = format.unpack_from(frame, at + CUSTOM_HEAD.size)


def _beyond(at: int, end: int) -> InvalidFrame:
    return InvalidFrame(
        f"a parameter does not fit in front of byte {end}", offset=at, remedy="A length is wrong."
    )
