"""The client's conversation, without sockets: what is asked after what, and what ends it."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidFrame, PodherdError, Unavailable
from vision.rfid.llrp import impinj
from vision.rfid.llrp.answers import answered, custom_answer, error, event, refused
from vision.rfid.llrp.codec import decode, encode
from vision.rfid.llrp.requests import ReaderSettings, Transmitter, add_rospec
from vision.rfid.llrp.session import (
    Ended,
    Outcome,
    Phase,
    Reads,
    RefusedByReader,
    Send,
    Session,
    Warned,
)
from vision.rfid.llrp.tree import Message, UnknownMessage, message, parameter

SETTINGS = ReaderSettings(antennas=(1, 2), keepalive_ms=1_000, timeout_ms=500)
SET_UP = [
    "GET_READER_CAPABILITIES",
    "SET_READER_CONFIG",
    "DELETE_ROSPEC",
    "ADD_ROSPEC",
    "ENABLE_ROSPEC",
    "START_ROSPEC",
]


def greeting(status: str = "Success") -> Message:
    return event(0, 70_000_000, parameter("ConnectionAttemptEvent", Status=status))


def rospec_event(kind: str, rospec: int = 1) -> Message:
    return event(5, 1, parameter("ROSpecEvent", EventType=kind, ROSpecID=rospec))


def sent(outcomes: list[Outcome]) -> Message:
    (outcome,) = outcomes
    assert isinstance(outcome, Send)
    found = decode(outcome.frame)
    assert isinstance(found, Message)
    return found


def told(session: Session, what: Message | UnknownMessage, now_ms: int = 0) -> list[Outcome]:
    return session.received(encode(what), now_ms)


def answer_to(asked: Message) -> Message:
    if asked.name == "CUSTOM_MESSAGE":
        return custom_answer(asked, impinj.ENABLE_EXTENSIONS_RESPONSE)
    return answered(asked)[0]


def running(settings: ReaderSettings = SETTINGS) -> tuple[Session, list[Message]]:
    """A session whose reader said yes to everything, and what it was asked."""
    session = Session(settings, 0)
    asked = [sent(told(session, greeting()))]
    while outcomes := told(session, answer_to(asked[-1])):
        asked.append(sent(outcomes))
    return session, asked


def test_a_reader_is_set_up_step_by_step() -> None:
    session, asked = running()
    assert [each.name for each in asked] == SET_UP
    assert [each.id for each in asked] == list(range(1, 7))
    assert session.phase is Phase.RUNNING
    assert session.capabilities is not None
    assert asked[2].fields == {"ROSpecID": 0}
    assert asked[5].fields == {"ROSpecID": SETTINGS.rospec}


def test_nothing_is_asked_before_the_greeting() -> None:
    session = Session(SETTINGS, 0)
    assert sent(told(session, message("KEEPALIVE", 3))) == message("KEEPALIVE_ACK", 3)
    assert session.phase is Phase.GREETING


def test_phase_is_asked_for_only_when_wanted() -> None:
    _, plain = running()
    _, wanted = running(ReaderSettings(phase=True))
    assert wanted[1] == impinj.enable_extensions(2)
    add, without = (
        next(each for each in asked if each.name == "ADD_ROSPEC") for asked in (wanted, plain)
    )
    assert impinj.asks_for_phase(add.first("ROSpec", "ROReportSpec"))
    assert not impinj.asks_for_phase(without.first("ROSpec", "ROReportSpec"))


def test_settings_stand_in_the_rospec() -> None:
    settings = ReaderSettings((1, 2), 7, 3000, mode=5, transmitter=Transmitter(61, 1, 0))
    rospec = add_rospec(1, settings).first("ROSpec")
    assert rospec is not None
    stop = rospec.first("ROBoundarySpec", "ROSpecStopTrigger")
    assert stop == parameter(
        "ROSpecStopTrigger", ROSpecStopTriggerType="Duration", DurationTriggerValue=3000
    )
    aispec = rospec.first("AISpec")
    assert aispec is not None
    assert aispec.fields["AntennaIDs"] == (1, 2)
    antenna = aispec.first("InventoryParameterSpec", "AntennaConfiguration")
    assert antenna is not None
    power = antenna.first("RFTransmitter")
    assert power == parameter("RFTransmitter", HopTableID=1, ChannelIndex=0, TransmitPower=61)
    assert antenna.first("C1G2InventoryCommand", "C1G2RFControl") is not None


@pytest.mark.parametrize(
    "wrong",
    [
        {"antennas": ()},
        {"antennas": (70_000,)},
        {"rospec": 0},
        {"session": 4},
        {"report_every": 0},
        {"duration_ms": -5},
        {"keepalive_ms": 0},
        {"timeout_ms": 0},
    ],
)
def test_settings_that_llrp_cannot_say_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidFrame, match=next(iter(wrong))):
        ReaderSettings(**wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("step", range(len(SET_UP)))
def test_a_refusal_at_any_step_is_raised_with_its_status(step: int) -> None:
    session = Session(SETTINGS, 0)
    asked = sent(told(session, greeting()))
    for _ in range(step):
        asked = sent(told(session, answer_to(asked)))
    (no,) = refused(asked, "not today", "P_UnsupportedParameter", 183)
    with pytest.raises(RefusedByReader, match="at parameter 183: not today") as caught:
        told(session, no)
    assert caught.value.field == SET_UP[step]
    assert caught.value.value == "M_ParameterError"


def test_an_error_message_is_a_refusal() -> None:
    session = Session(SETTINGS, 0)
    asked = sent(told(session, greeting()))
    with pytest.raises(RefusedByReader, match="M_UnsupportedVersion"):
        told(session, error(asked.id, "M_UnsupportedVersion", "older"))


def test_an_extension_that_is_refused_is_raised() -> None:
    session = Session(ReaderSettings(phase=True), 0)
    asked = sent(told(session, answer_to(sent(told(session, greeting())))))
    assert asked.name == "CUSTOM_MESSAGE"
    with pytest.raises(RefusedByReader, match="CUSTOM_MESSAGE"):
        told(session, error(asked.id, "M_UnsupportedMessage", "what?"))


@pytest.mark.parametrize(
    "status",
    [
        "Failed_A_Client_Initiated_Connection_Already_Exists",
        "Failed_A_Reader_Initiated_Connection_Already_Exists",
        "Failed_Reason_Other_Than_A_Connection_Already_Exists",
    ],
)
def test_a_reader_that_is_taken_is_unavailable(status: str) -> None:
    with pytest.raises(Unavailable, match=status):
        told(Session(SETTINGS, 0), greeting(status))


def test_reads_are_handed_on_with_both_times() -> None:
    session, _ = running()
    data = parameter(
        "TagReportData",
        parameter("EPC_96", EPC=bytes(range(12))),
        parameter("AntennaID", AntennaID=2),
        parameter("PeakRSSI", PeakRSSI=-48),
        parameter("LastSeenTimestampUTC", Microseconds=70_000_500),
    )
    (outcome,) = told(session, message("RO_ACCESS_REPORT", 9, data, data), now_ms=42)
    assert isinstance(outcome, Reads)
    first, second = outcome.reads
    assert first == second
    assert (first.epc, first.antenna, first.rssi_dbm) == (bytes(range(12)), 2, -48)
    assert (first.at_ms, first.received_ms, first.phase_rad) == (70_000, 42, None)
    assert told(session, message("RO_ACCESS_REPORT", 9)) == []


def test_the_readers_clock_is_compared_at_the_greeting() -> None:
    session = Session(SETTINGS, 0)
    told(session, greeting(), now_ms=69_000)
    assert session.reader_ahead_ms == 1_000


def test_a_run_that_ends_is_told_once_and_only_its_own() -> None:
    session, _ = running()
    assert told(session, rospec_event("Start_Of_ROSpec")) == [Warned("Start_Of_ROSpec")]
    (other,) = told(session, rospec_event("End_Of_ROSpec", rospec=9))
    assert isinstance(other, Warned)
    assert told(session, rospec_event("End_Of_ROSpec")) == [Ended()]
    assert session.phase is Phase.ENDED


def test_a_run_that_ends_before_its_start_is_answered_stays_ended() -> None:
    session = Session(SETTINGS, 0)
    asked = sent(told(session, greeting()))
    while asked.name != "START_ROSPEC":
        asked = sent(told(session, answer_to(asked)))
    assert told(session, rospec_event("End_Of_ROSpec")) == [Ended()]
    assert told(session, answer_to(asked)) == []
    assert session.phase is Phase.ENDED


def test_what_a_reader_says_of_itself_is_a_warning() -> None:
    session, _ = running()
    for what in (
        event(1, 1, parameter("ReaderExceptionEvent", Message="hot")),
        event(1, 1, parameter("ReportBufferOverflowErrorEvent")),
        event(1, 1, parameter("AntennaEvent", EventType="Antenna_Disconnected", AntennaID=2)),
        event(1, 1, parameter("ConnectionAttemptEvent", Status="Another_Connection_Attempted")),
        message("START_ROSPEC_RESPONSE", 99, parameter("LLRPStatus")),
        message("READER_EVENT_NOTIFICATION", 1),
        UnknownMessage(999, 1, b""),
    ):
        (outcome,) = told(session, what)
        assert isinstance(outcome, Warned), what


def test_a_run_is_stopped_in_order() -> None:
    session, _ = running()
    asked = sent(session.stop(10))
    assert (asked.name, asked.fields) == ("DELETE_ROSPEC", {"ROSpecID": 0})
    assert told(session, rospec_event("End_Of_ROSpec")) == [Warned("End_Of_ROSpec")]
    asked = sent(told(session, answer_to(asked)))
    assert asked.name == "CLOSE_CONNECTION"
    assert told(session, answer_to(asked)) == []
    assert session.phase is Phase.CLOSED
    assert session.stop(20) == []
    session.tick(1_000_000)


def test_a_session_that_was_not_greeted_only_closes() -> None:
    assert sent(Session(SETTINGS, 0).stop(0)).name == "CLOSE_CONNECTION"


def test_stopping_does_not_wait_for_what_is_asked() -> None:
    session = Session(SETTINGS, 0)
    asked = sent(told(session, greeting()))
    ending = sent(session.stop(0))
    assert ending.id != asked.id
    (late,) = told(session, answer_to(asked))
    assert isinstance(late, Warned)


def test_a_connection_closed_by_the_reader_is_unavailable() -> None:
    close = event(1, 1, parameter("ConnectionCloseEvent"))
    session, _ = running()
    with pytest.raises(Unavailable, match="closed"):
        told(session, close)
    session, _ = running()
    session.stop(0)
    assert told(session, close) == []
    assert session.phase is Phase.CLOSED


def test_an_answer_that_does_not_come_is_unavailable() -> None:
    session = Session(SETTINGS, 100)
    assert session.due_ms() == 600
    session.tick(599)
    with pytest.raises(Unavailable, match="greeting"):
        session.tick(600)
    told(session, greeting(), now_ms=550)
    assert session.due_ms() == 1050
    with pytest.raises(Unavailable, match="GET_READER_CAPABILITIES"):
        session.tick(1050)


def test_a_reader_that_falls_silent_is_unavailable() -> None:
    session, _ = running()
    told(session, message("KEEPALIVE", 1), now_ms=10_000)
    session.tick(12_999)
    with pytest.raises(Unavailable, match="silent"):
        session.tick(13_000)


def test_bytes_that_are_no_message_are_refused() -> None:
    session, _ = running()
    with pytest.raises(InvalidFrame):
        session.received(b"\x04\x0d\x00\x00\x00\x0b\x00\x00\x00\x01\x00", 0)


@given(st.data())
def test_whatever_a_reader_says_is_taken_or_an_error_of_ours(
    any_message: st.SearchStrategy[Message], data: st.DataObject
) -> None:
    session = Session(ReaderSettings(phase=True), 0)
    for _ in range(6):
        what = data.draw(st.one_of(any_message, st.just(greeting())))
        frame = encode(replace(what, id=data.draw(st.integers(0, 3))))
        try:
            outcomes = session.received(frame, 0)
        except PodherdError:
            break
        assert all(isinstance(each, Send | Reads | Warned | Ended) for each in outcomes)
