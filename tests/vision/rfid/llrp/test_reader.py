"""The simulated reader, without sockets: states of ROSpecs, triggers, reports, refusals."""

import binascii
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vision.rfid.llrp import impinj
from vision.rfid.llrp.codec import decode, encode
from vision.rfid.llrp.conformance import fault_of
from vision.rfid.llrp.definitions import Value, protocol
from vision.rfid.llrp.reader import ROUND_US, SimulatedReader
from vision.rfid.llrp.reader_facts import Facts
from vision.rfid.llrp.reports import reports_of
from vision.rfid.llrp.requests import ReaderSettings, add_rospec, set_config
from vision.rfid.llrp.scene import Sighting
from vision.rfid.llrp.tag_buffer import MOST_WAITING, TagBuffer, crc_16, pc_bits
from vision.rfid.llrp.tree import Message, Parameter, Unknown, UnknownMessage, message, parameter

BEGAN_US = 1_000_000_000
MS = 1000
EPC = bytes(range(12))


def one_tag(round_number: int, antenna: int, at_us: int) -> Sequence[Sighting]:
    """A tag that every antenna reads in every round."""
    return [Sighting(EPC, antenna, at_us, -50.4 - antenna, 1.0)]


def a_reader(sightings: object = one_tag) -> SimulatedReader:
    reader = SimulatedReader(sightings, Facts((1, 2)), BEGAN_US)  # type: ignore[arg-type]
    (hello,) = reader.greet(BEGAN_US)
    assert event_of(hello) == "ConnectionAttemptEvent"
    ask(reader, set_config(1, ReaderSettings(keepalive_ms=60_000)))
    return reader


def ask(reader: SimulatedReader, what: Message, at_us: int = 0) -> list[Message]:
    said = reader.received(what, BEGAN_US + at_us)
    for each in said:
        assert fault_of(each) is None
        assert decode(encode(each)) == each
    return said


def status(said: list[Message]) -> str:
    (found,) = [each for each in said if each.first("LLRPStatus") is not None]
    code = found.first("LLRPStatus")
    assert code is not None
    return protocol().entry("StatusCode", code.number("StatusCode"))


def event_of(said: Message) -> str:
    data = said.first("ReaderEventNotificationData")
    assert data is not None
    found = data.parameters[1]
    assert isinstance(found, Parameter)
    kind = found.fields.get("EventType")
    return found.name if kind is None else protocol().entry("ROSpecEventType", int(str(kind)))


def events(said: list[Message]) -> list[str]:
    return [event_of(each) for each in said if each.name == "READER_EVENT_NOTIFICATION"]


def change(name: str, rospec: int = 1) -> Message:
    return message(f"{name}_ROSPEC", 5, ROSpecID=rospec)


def rospec(
    start: Parameter | None = None,
    stop_ms: int | None = None,
    inventories: Sequence[tuple[tuple[int, ...], int | None]] = (((0,), None),),
    number: int = 1,
    report: Parameter | None = None,
) -> Message:
    duration = {} if stop_ms is None else {"DurationTriggerValue": stop_ms}
    kind = "Null" if stop_ms is None else "Duration"
    boundary = parameter(
        "ROBoundarySpec",
        start or parameter("ROSpecStartTrigger"),
        parameter("ROSpecStopTrigger", ROSpecStopTriggerType=kind, **duration),
    )
    specs = [
        parameter(
            "AISpec",
            parameter(
                "AISpecStopTrigger",
                AISpecStopTriggerType="Null" if ms is None else "Duration",
                DurationTrigger=ms or 0,
            ),
            parameter("InventoryParameterSpec", InventoryParameterSpecID=7, ProtocolID=1),
            AntennaIDs=antennas,
        )
        for antennas, ms in inventories
    ]
    reports = [] if report is None else [report]
    return message(
        "ADD_ROSPEC", 4, parameter("ROSpec", boundary, *specs, *reports, ROSpecID=number)
    )


def state(reader: SimulatedReader) -> list[int]:
    said = ask(reader, message("GET_ROSPECS", 6))
    (answer,) = [each for each in said if each.name == "GET_ROSPECS_RESPONSE"]
    return [each.number("CurrentState") for each in answer.each("ROSpec")]


def report_spec(trigger: int, n: int, **selected: Value) -> Parameter:
    return parameter(
        "ROReportSpec",
        parameter("TagReportContentSelector", **selected),
        ROReportTrigger=trigger,
        N=n,
    )


# --- states --------------------------------------------------------------------------------------


def test_a_rospec_goes_through_its_states() -> None:
    reader = a_reader()
    assert status(ask(reader, rospec())) == "M_Success"
    assert state(reader) == [0]
    assert status(ask(reader, change("START"))) == "M_FieldError"  # disabled
    assert status(ask(reader, change("ENABLE"))) == "M_Success"
    assert state(reader) == [1]
    assert status(ask(reader, change("STOP"))) == "M_FieldError"  # does not run
    said = ask(reader, change("START"))
    assert (status(said), events(said), state(reader)) == ("M_Success", ["Start_Of_ROSpec"], [2])
    assert status(ask(reader, change("START"))) == "M_FieldError"  # runs
    said = ask(reader, change("STOP"))
    assert (events(said), state(reader)) == (["End_Of_ROSpec"], [1])
    ask(reader, change("START"))
    assert events(ask(reader, change("DISABLE"))) == ["End_Of_ROSpec"]
    assert state(reader) == [0]
    ask(reader, change("DELETE"))
    assert state(reader) == []


def test_only_one_rospec_runs_at_a_time() -> None:
    reader = a_reader()
    for number in (1, 2):
        ask(reader, rospec(number=number))
    ask(reader, change("ENABLE", 0))
    ask(reader, change("START", 1))
    assert status(ask(reader, change("START", 2))) == "M_FieldError"
    assert state(reader) == [2, 1]
    assert events(ask(reader, change("DELETE", 0))) == ["End_Of_ROSpec"]
    assert state(reader) == []
    assert status(ask(reader, change("DELETE", 0))) == "M_Success"
    assert status(ask(reader, change("DELETE", 3))) == "M_FieldError"


def test_an_immediate_start_happens_when_it_is_enabled_once() -> None:
    reader = a_reader()
    start = parameter("ROSpecStartTrigger", ROSpecStartTriggerType="Immediate")
    ask(reader, rospec(start, stop_ms=100))
    busy = [reader.busy]
    ask(reader, change("ENABLE"))
    busy.append(reader.busy)
    said = reader.advance(BEGAN_US + 1_000 * MS)
    assert events(said) == ["Start_Of_ROSpec", "End_Of_ROSpec"]
    assert [*busy, reader.busy] == [False, True, False]


def test_a_periodic_start_happens_again_and_again() -> None:
    reader = a_reader()
    period = parameter("PeriodicTriggerValue", Offset=50, Period=200)
    start = parameter("ROSpecStartTrigger", period, ROSpecStartTriggerType="Periodic")
    ask(reader, rospec(start, stop_ms=100))
    ask(reader, change("ENABLE"))
    assert events(reader.advance(BEGAN_US + 49 * MS)) == []
    assert events(reader.advance(BEGAN_US + 50 * MS)) == ["Start_Of_ROSpec"]
    said = reader.advance(BEGAN_US + 449 * MS)
    assert events(said) == ["End_Of_ROSpec", "Start_Of_ROSpec", "End_Of_ROSpec"]
    assert events(reader.advance(BEGAN_US + 450 * MS)) == ["Start_Of_ROSpec"]
    ask(reader, change("DISABLE"), 450 * MS)
    assert events(reader.advance(BEGAN_US + 5_000 * MS)) == []


def test_a_periodic_start_is_not_moved_by_one_by_message() -> None:
    reader = a_reader()
    period = parameter("PeriodicTriggerValue", Offset=100, Period=300)
    start = parameter("ROSpecStartTrigger", period, ROSpecStartTriggerType="Periodic")
    ask(reader, rospec(start, stop_ms=20))
    ask(reader, change("ENABLE"))
    ask(reader, change("START"), 50 * MS)
    assert events(reader.advance(BEGAN_US + 99 * MS)) == ["End_Of_ROSpec"]
    assert reader.due_us() == BEGAN_US + 100 * MS
    ask(reader, change("START"), 99 * MS)
    assert events(reader.advance(BEGAN_US + 119 * MS)) == ["End_Of_ROSpec", "Start_Of_ROSpec"]


def test_a_periodic_start_by_utc_keeps_to_its_grid() -> None:
    reader = a_reader()
    at = parameter("UTCTimestamp", Microseconds=BEGAN_US - 1_030 * MS)
    period = parameter("PeriodicTriggerValue", at, Offset=0, Period=100)
    start = parameter("ROSpecStartTrigger", period, ROSpecStartTriggerType="Periodic")
    ask(reader, rospec(start, stop_ms=10))
    ask(reader, change("ENABLE"))
    assert reader.due_us() == BEGAN_US + 70 * MS


def test_aispecs_follow_each_other_and_end_their_rospec() -> None:
    reader = a_reader()
    report = report_spec(1, 0, EnableAntennaID=1, EnableSpecIndex=1)
    ask(reader, rospec(inventories=[((2,), 100), ((1,), 50)], report=report))
    ask(reader, change("ENABLE"))
    ask(reader, change("START"))
    said = reader.advance(BEGAN_US + 1_000 * MS)
    found = [reports_of(each) for each in said if each.name == "RO_ACCESS_REPORT"]
    assert [[(r.antenna, r.spec_index) for r in one] for one in found] == [[(2, 1)], [(1, 2)]]
    assert events(said) == ["End_Of_ROSpec"]


# --- reports -------------------------------------------------------------------------------------


def run(reader: SimulatedReader, report: Parameter, ms: int = 200) -> list[Message]:
    ask(reader, rospec(stop_ms=ms, report=report))
    ask(reader, change("ENABLE"))
    ask(reader, change("START"))
    return reader.advance(BEGAN_US + 2 * ms * MS)


def test_each_read_is_reported_at_once_if_wanted() -> None:
    said = run(a_reader(), report_spec(2, 1, EnableAntennaID=1, EnableFirstSeenTimestamp=1))
    found = [r for each in said if each.name == "RO_ACCESS_REPORT" for r in reports_of(each)]
    assert [r.antenna for r in found] == [1, 2] * 4
    times = [BEGAN_US + number * ROUND_US for number in range(8)]
    assert [r.first_seen_utc_us for r in found] == times
    assert {r.epc for r in found} == {EPC}


def test_reads_of_a_tag_add_up_until_they_are_reported() -> None:
    said = run(
        a_reader(),
        report_spec(
            2,
            0,
            EnableAntennaID=1,
            EnableTagSeenCount=1,
            EnablePeakRSSI=1,
            EnableFirstSeenTimestamp=1,
            EnableLastSeenTimestamp=1,
        ),
    )
    (report,) = [each for each in said if each.name == "RO_ACCESS_REPORT"]
    first, second = reports_of(report)
    assert (first.antenna, first.seen_count, first.rssi_dbm) == (1, 4, -51)
    assert (second.antenna, second.seen_count, second.rssi_dbm) == (2, 4, -52)
    assert second.first_seen_utc_us == BEGAN_US + ROUND_US
    assert second.last_seen_utc_us == BEGAN_US + 7 * ROUND_US
    assert (first.rospec, first.channel, first.pc_bits, first.phase_steps) == (None,) * 4


def test_reports_come_when_asked_if_there_is_no_trigger() -> None:
    reader = a_reader()
    said = run(reader, report_spec(0, 0, EnableAntennaID=1))
    assert [each.name for each in said if each.name == "RO_ACCESS_REPORT"] == []
    (report,) = ask(reader, message("GET_REPORT", 8), 900 * MS)
    assert len(reports_of(report)) == 2
    (report,) = ask(reader, message("GET_REPORT", 9), 900 * MS)
    assert reports_of(report) == []


def test_phase_comes_when_the_extension_is_asked_for() -> None:
    reader = a_reader()
    (answer,) = ask(reader, impinj.enable_extensions(3))
    assert (answer.name, answer.fields["MessageSubtype"]) == ("CUSTOM_MESSAGE", 22)
    ask(reader, add_rospec(4, ReaderSettings(phase=True, duration_ms=100)))
    ask(reader, change("ENABLE"))
    ask(reader, change("START"))
    said = reader.advance(BEGAN_US + 500 * MS)
    found = [r for each in said if each.name == "RO_ACCESS_REPORT" for r in reports_of(each)]
    assert {r.phase_steps for r in found} == {652}  # one radian
    assert {r.rssi_cdbm for r in found} == {-5140, -5240}
    assert {(r.pc_bits, r.crc) for r in found} == {(0x3000, crc_16(EPC))}


def test_checksums_are_those_of_gen2() -> None:
    assert pc_bits(bytes(12)) == 0x3000
    assert pc_bits(bytes(16)) == 0x4000
    whole = pc_bits(EPC).to_bytes(2, "big") + EPC + crc_16(EPC).to_bytes(2, "big")
    assert binascii.crc_hqx(whole, 0xFFFF) == 0x1D0F  # the residue that the standard names


def test_large_reports_are_cut_and_full_buffers_told() -> None:
    many = [Sighting(n.to_bytes(12, "big"), 1, 0, -50.0, 0.0) for n in range(MOST_WAITING + 5)]
    reader = a_reader(lambda number, antenna, at_us: many)
    said = run(reader, report_spec(2, 0, EnableAntennaID=1), ms=20)
    sizes = [len(each.parameters) for each in said if each.name == "RO_ACCESS_REPORT"]
    assert sum(sizes) == MOST_WAITING
    assert max(sizes) == 256
    assert events(said) == ["ReportBufferOverflowErrorEvent", "End_Of_ROSpec"]


def test_a_run_goes_on_without_its_client() -> None:
    reader = a_reader()
    ask(reader, rospec(stop_ms=500, report=report_spec(2, 1, EnableTagSeenCount=1)))
    ask(reader, change("ENABLE"))
    ask(reader, change("START"))
    reader.lost(BEGAN_US)
    assert reader.advance(BEGAN_US + 200 * MS) == []
    hello, report = reader.greet(BEGAN_US + 200 * MS)
    assert event_of(hello) == "ConnectionAttemptEvent"
    assert sum(r.seen_count or 0 for r in reports_of(report)) == 9


def test_what_waits_is_held_back_if_wanted() -> None:
    reader = a_reader()
    hold = parameter("EventsAndReports", HoldEventsAndReportsUponReconnect=1)
    ask(reader, message("SET_READER_CONFIG", 2, hold))
    ask(reader, rospec(report=report_spec(2, 1)))
    ask(reader, change("ENABLE"))
    ask(reader, change("START"))
    reader.lost(BEGAN_US)
    assert len(reader.greet(BEGAN_US + 100 * MS)) == 1
    (report,) = ask(reader, message("ENABLE_EVENTS_AND_REPORTS", 3), 100 * MS)
    assert report.name == "RO_ACCESS_REPORT"


def test_no_run_of_the_same_scene_depends_on_how_time_is_cut() -> None:
    def names(steps: Sequence[int]) -> list[Message]:
        reader = a_reader()
        ask(reader, rospec(stop_ms=900, report=report_spec(2, 3, EnableTagSeenCount=1)))
        ask(reader, change("ENABLE"))
        ask(reader, change("START"))
        return [each for ms in steps for each in reader.advance(BEGAN_US + ms * MS)]

    assert names([2_000]) == names(range(7, 2_001, 7)) == names([1, 333, 2_000])


# --- answers -------------------------------------------------------------------------------------


@pytest.mark.parametrize("requested", range(5))
def test_capabilities_are_given_as_asked(requested: int) -> None:
    (answer,) = ask(a_reader(), message("GET_READER_CAPABILITIES", 9, RequestedData=requested))
    names = [each.name for each in answer.parameters[1:] if isinstance(each, Parameter)]
    known = [
        "GeneralDeviceCapabilities",
        "LLRPCapabilities",
        "RegulatoryCapabilities",
        "C1G2LLRPCapabilities",
    ]
    assert names == (known if requested == 0 else [known[requested - 1]])


def test_configuration_is_what_was_set() -> None:
    (answer,) = ask(a_reader(), message("GET_READER_CONFIG", 9))
    keepalive = answer.first("KeepaliveSpec")
    assert keepalive is not None
    assert keepalive.number("PeriodicTriggerValue") == 60_000
    assert len(list(answer.each("AntennaProperties"))) == 2
    (some,) = ask(a_reader(), message("GET_READER_CONFIG", 9, RequestedData="Identification"))
    assert [each.name for each in some.parameters if isinstance(each, Parameter)] == [
        "LLRPStatus",
        "Identification",
    ]


def test_keepalives_come_in_their_period() -> None:
    reader = a_reader()
    said = reader.advance(BEGAN_US + 180_000 * MS)
    assert [each.name for each in said] == ["KEEPALIVE"] * 3
    assert ask(reader, message("KEEPALIVE_ACK", 1), 180_000 * MS) == []
    ask(reader, message("SET_READER_CONFIG", 2, ResetToFactoryDefault=1), 180_000 * MS)
    assert reader.advance(BEGAN_US + 900_000 * MS) == []


GPI = parameter("GPITriggerValue")
UNSUPPORTED = {
    "start by GPI": rospec(parameter("ROSpecStartTrigger", GPI, ROSpecStartTriggerType="GPI")),
    "period missing": rospec(parameter("ROSpecStartTrigger", ROSpecStartTriggerType="Periodic")),
    "no antenna": rospec(inventories=[((), None)]),
    "number zero": rospec(number=0),
    "too many specs": rospec(inventories=[((1,), 5)] * 17),
}


@pytest.mark.parametrize("case", UNSUPPORTED)
def test_what_it_cannot_do_is_refused(case: str) -> None:
    reader = a_reader()
    assert status(ask(reader, UNSUPPORTED[case])) == "M_ParameterError"
    assert state(reader) == []


def test_messages_that_do_not_conform_are_refused() -> None:
    reader = a_reader()
    said = ask(reader, message("ADD_ROSPEC", 4))
    blamed = said[0].first("LLRPStatus", "ParameterError")
    assert blamed is not None
    assert blamed.number("ParameterType") == 177
    strange = message("START_ROSPEC", 4, ROSpecID=1)
    odd = Message(strange.name, 4, strange.fields, (Unknown(bytes.fromhex("03e70004")),))
    assert status(ask(reader, odd)) == "M_ParameterError"
    assert status(ask(reader, message("GET_READER_CONFIG", 1, RequestedData=12))) == "M_FieldError"
    capabilities = message("GET_READER_CAPABILITIES", 1, RequestedData=5)
    assert status(ask(reader, capabilities)) == "M_FieldError"


def test_messages_it_does_not_know_are_answered_with_an_error() -> None:
    reader = a_reader()
    (said,) = reader.received(UnknownMessage(900, 3, b""), BEGAN_US)
    assert (said.name, said.id) == ("ERROR_MESSAGE", 3)
    assert status([said]) == "M_UnsupportedMessage"
    newer = Message("GET_ROSPECS", 4, {}, (), version=2)
    assert status(reader.received(newer, BEGAN_US)) == "M_UnsupportedVersion"
    access = message("DELETE_ACCESSSPEC", 5, AccessSpecID=1)
    assert status(ask(reader, access)) == "M_UnsupportedMessage"
    other = message("CUSTOM_MESSAGE", 6, VendorIdentifier=1)
    assert status(ask(reader, other)) == "M_UnsupportedMessage"


def test_rospecs_are_limited_and_unique() -> None:
    reader = a_reader()
    assert [status(ask(reader, rospec(number=n))) for n in range(1, 18)] == [
        *["M_Success"] * 16,
        "M_OverflowParameter",
    ]
    assert status(ask(reader, rospec(number=3))) == "M_FieldError"


def test_a_second_client_is_told_why_it_is_refused() -> None:
    (event,) = [a_reader().refuse(BEGAN_US)]
    attempt = event.first("ReaderEventNotificationData", "ConnectionAttemptEvent")
    assert attempt is not None
    assert attempt.number("Status") == 2


@given(
    st.lists(
        st.tuples(
            st.sampled_from(
                [
                    *(change(do, n) for do in ("ENABLE", "DISABLE", "START") for n in (0, 1, 2)),
                    *(change(do, n) for do in ("STOP", "DELETE") for n in (0, 1, 2)),
                    rospec(stop_ms=30),
                    rospec(number=2, inventories=[((1,), 10), ((2,), 20)]),
                    rospec(
                        parameter(
                            "ROSpecStartTrigger",
                            parameter("PeriodicTriggerValue", Offset=5, Period=7),
                            ROSpecStartTriggerType="Periodic",
                        ),
                        stop_ms=0,
                    ),
                    message("GET_REPORT", 1),
                    message("SET_READER_CONFIG", 1, ResetToFactoryDefault=1),
                ]
            ),
            st.integers(0, 200),
        ),
        max_size=20,
    )
)
def test_whatever_is_asked_is_answered_and_time_goes_on(
    questions: list[tuple[Message, int]],
) -> None:
    reader, now_us = a_reader(), 0
    for asked, later_ms in questions:
        now_us += later_ms * MS
        ids = [each.id for each in ask(reader, asked, now_us) if each.id == asked.id]
        assert ids or asked.name == "GET_REPORT"
        assert sum(number == 2 for number in state(reader)) <= 1
        due_us = reader.due_us()
        assert due_us is None or due_us >= BEGAN_US + now_us


@given(st.data())
def test_whatever_conforms_is_answered(
    any_message: st.SearchStrategy[Message], data: st.DataObject
) -> None:
    reader = a_reader()
    for at_ms in range(0, 100, 20):
        asked = data.draw(any_message)
        for each in reader.received(asked, BEGAN_US + at_ms * MS):
            assert fault_of(each) is None
            assert decode(encode(each)) == each


def test_a_buffer_keeps_tags_of_antennas_apart() -> None:
    buffer = TagBuffer()
    for antenna, at_us in ((1, 0), (2, 5), (1, 9)):
        assert buffer.add(Sighting(EPC, antenna, at_us, -60.0, 0.0), 1, 1, 1)
    assert len(buffer) == 2
    (data,) = buffer.take(None, 0)
    assert len(data) == 2
    assert len(buffer) == 0
