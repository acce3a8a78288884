"""Tag reports read fast are those read slowly, whatever follows what; and what a TagRead makes of
them."""

import math
import struct

from hypothesis import given
from hypothesis import strategies as st

from vision.rfid.llrp import impinj
from vision.rfid.llrp.codec import decode, encode
from vision.rfid.llrp.definitions import Bits
from vision.rfid.llrp.reads import read_of
from vision.rfid.llrp.report_plans import TagReport
from vision.rfid.llrp.reports import read_reports, reports_of
from vision.rfid.llrp.tree import Message, Parameter, Unknown, message, parameter

U16, U32, U64 = (st.integers(0, (1 << bits) - 1) for bits in (16, 32, 64))


def epc_data(data: bytes) -> Parameter:
    return parameter("EPCData", EPC=Bits(8 * len(data), data))


EPCS = st.one_of(
    st.binary(min_size=12, max_size=12).map(lambda epc: parameter("EPC_96", EPC=epc)),
    st.binary(max_size=20).map(epc_data),
)
OTHERS: tuple[st.SearchStrategy[Parameter | Unknown], ...] = (
    U32.map(lambda n: parameter("ROSpecID", ROSpecID=n)),
    U16.map(lambda n: parameter("AntennaID", AntennaID=n)),
    st.integers(-128, 127).map(lambda n: parameter("PeakRSSI", PeakRSSI=n)),
    U64.map(lambda n: parameter("LastSeenTimestampUTC", Microseconds=n)),
    U64.map(lambda n: parameter("FirstSeenTimestampUptime", Microseconds=n)),
    U16.map(lambda n: parameter("TagSeenCount", TagCount=n)),
    U16.map(lambda n: parameter("C1G2_PC", PC_Bits=n)),
    U16.map(lambda n: parameter("C1G2_XPC_W1", XPC_W1=n)),
    st.builds(
        lambda a, b: parameter("C1G2SingulationDetails", NumCollisionSlots=a, NumEmptySlots=b),
        U16,
        U16,
    ),
    st.binary(min_size=2, max_size=2).map(lambda data: impinj.custom(impinj.PHASE, data)),
    st.binary(min_size=2, max_size=2).map(lambda data: impinj.custom(impinj.PEAK_RSSI, data)),
    st.binary(max_size=3).map(lambda data: impinj.custom(impinj.PHASE, data)),
    st.binary(max_size=3).map(lambda data: impinj.custom(99, data)),
    U32.map(lambda vendor: parameter("Custom", VendorIdentifier=vendor, ParameterSubtype=56)),
    U16.map(lambda n: parameter("C1G2WriteOpSpecResult", OpSpecID=n)),
    st.just(Unknown(bytes.fromhex("03e70005aa"))),
    EPCS,
)
DATA = st.builds(
    lambda first, others: parameter("TagReportData", first, *others),
    EPCS,
    st.lists(st.one_of(*OTHERS), max_size=6),
)
SURVEY = st.just(parameter("RFSurveyReportData"))


@given(st.lists(st.tuples(st.one_of(DATA, DATA, DATA, SURVEY), st.integers(1, 4)), max_size=6))
def test_both_ways_of_reading_agree(groups: list[tuple[Parameter, int]]) -> None:
    data = [one for one, times in groups for _ in range(times)]
    frame = encode(message("RO_ACCESS_REPORT", 1, *data))
    found = decode(frame)
    assert isinstance(found, Message)
    assert read_reports(frame) == reports_of(found)


@given(st.lists(st.tuples(U16, U64, st.binary(min_size=12, max_size=12)), min_size=2, max_size=9))
def test_reports_of_one_build_keep_their_own_values(
    tags: list[tuple[int, int, bytes]],
) -> None:
    data = [
        parameter(
            "TagReportData",
            parameter("EPC_96", EPC=epc),
            parameter("AntennaID", AntennaID=antenna),
            parameter("LastSeenTimestampUTC", Microseconds=at_us),
            impinj.custom(impinj.PHASE, struct.pack(">H", antenna)),
        )
        for antenna, at_us, epc in tags
    ]
    found = read_reports(encode(message("RO_ACCESS_REPORT", 1, *data)))
    assert [(r.antenna, r.last_seen_utc_us, r.epc) for r in found] == tags
    assert [r.phase_steps for r in found] == [antenna for antenna, _, _ in tags]


def test_everything_a_report_says_is_taken() -> None:
    data = parameter(
        "TagReportData",
        epc_data(b"\x30\x34"),
        parameter("ROSpecID", ROSpecID=1),
        parameter("SpecIndex", SpecIndex=2),
        parameter("InventoryParameterSpecID", InventoryParameterSpecID=3),
        parameter("AntennaID", AntennaID=4),
        parameter("PeakRSSI", PeakRSSI=-61),
        parameter("ChannelIndex", ChannelIndex=6),
        parameter("FirstSeenTimestampUTC", Microseconds=7),
        parameter("FirstSeenTimestampUptime", Microseconds=8),
        parameter("LastSeenTimestampUTC", Microseconds=9),
        parameter("LastSeenTimestampUptime", Microseconds=10),
        parameter("TagSeenCount", TagCount=11),
        parameter("C1G2_PC", PC_Bits=12),
        parameter("C1G2_CRC", CRC=13),
        parameter("AccessSpecID", AccessSpecID=14),
        impinj.custom(impinj.PHASE, b"\x04\x00"),
        impinj.custom(impinj.PEAK_RSSI, struct.pack(">h", -6123)),
    )
    (found,) = read_reports(encode(message("RO_ACCESS_REPORT", 1, data)))
    assert found == TagReport(
        epc=b"\x30\x34",
        epc_bits=16,
        antenna=4,
        rssi_dbm=-61,
        channel=6,
        first_seen_utc_us=7,
        last_seen_utc_us=9,
        first_seen_uptime_us=8,
        last_seen_uptime_us=10,
        seen_count=11,
        rospec=1,
        spec_index=2,
        inventory_spec=3,
        access_spec=14,
        pc_bits=12,
        crc=13,
        phase_steps=1024,
        rssi_cdbm=-6123,
    )
    read = read_of(found._replace(last_seen_utc_us=9_999), received_ms=5)
    assert (read.rssi_dbm, read.phase_rad, read.at_ms, read.utc) == (-61.23, math.pi / 2, 9, True)
    assert (read.received_ms, read.count, read.antenna, read.channel) == (5, 11, 4, 6)


def test_a_read_of_a_reader_without_utc_has_its_uptime() -> None:
    (found,) = read_reports(
        encode(
            message(
                "RO_ACCESS_REPORT",
                1,
                parameter(
                    "TagReportData",
                    parameter("EPC_96", EPC=bytes(12)),
                    parameter("FirstSeenTimestampUptime", Microseconds=5_000),
                ),
            )
        )
    )
    read = read_of(found, received_ms=1)
    assert (read.at_ms, read.utc, read.rssi_dbm, read.phase_rad) == (5, False, None, None)
    assert (read.antenna, read.count) == (None, 1)
