"""Every message that the definitions allow is written and read again; what cannot be written is
refused with the name of its field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planner.warehouse.errors import InvalidFrame
from vision.rfid.llrp.codec import decode, decode_parameters, encode, encode_parameter
from vision.rfid.llrp.conformance import Fault, fault_of
from vision.rfid.llrp.definitions import Bits, protocol
from vision.rfid.llrp.tree import Message, Parameter, Unknown, UnknownMessage, message, parameter


@given(st.data())
def test_what_is_written_is_read_again(
    any_message: st.SearchStrategy[Message], data: st.DataObject
) -> None:
    sent = data.draw(any_message)
    frame = encode(sent)
    assert int.from_bytes(frame[2:6], "big") == len(frame)
    assert decode(frame) == sent
    assert fault_of(sent) is None


@pytest.mark.parametrize("name", sorted(protocol().parameters))
def test_every_parameter_is_written_as_its_number_says(name: str) -> None:
    made = parameter(name)
    data = encode_parameter(made)
    number = protocol().parameters[name].number
    if number < 128:
        assert data[0] == 0x80 | number
    else:
        assert int.from_bytes(data[:2], "big") == number
        assert int.from_bytes(data[2:4], "big") == len(data)
    assert decode_parameters(data) == (made,)


def test_bits_share_bytes_from_the_highest_on() -> None:
    spec = parameter("TagReportContentSelector", EnableROSpecID=1, EnableAccessSpecID=1)
    assert encode_parameter(spec).hex() == "00ee00068040"
    singulation = parameter("C1G2SingulationControl", Session=1, TagPopulation=32)
    assert encode_parameter(singulation).hex() == "0150000b40002000000000"


def test_reserved_bits_survive() -> None:
    data = bytes.fromhex("015c0005e0")  # C1G2EPCMemorySelector with a switch of LLRP 1.1
    (found,) = decode_parameters(data)
    assert isinstance(found, Parameter)
    assert found.fields == {"EnableCRC": 1, "EnablePCBits": 1, "Reserved": 0x20}
    assert encode_parameter(found) == data


def test_text_that_is_no_utf_8_survives() -> None:
    data = bytes.fromhex("011f000b00000003c328ff")
    (found,) = decode_parameters(data)
    assert encode_parameter(found) == data


def test_unknown_parameters_are_kept_as_they_are() -> None:
    data = bytes.fromhex("03e70006abcd" + "870001" + "93000195" + "ff0102")
    known, short, xpc, rest = decode_parameters(data)
    assert known == Unknown(bytes.fromhex("03e70006abcd"))
    assert short == parameter("ChannelIndex", ChannelIndex=1)
    assert xpc == parameter("C1G2_XPC_W1", XPC_W1=1)
    assert rest == Unknown(bytes.fromhex("95ff0102"))  # no length: all that follows it
    assert b"".join(encode_parameter(each) for each in (known, short, xpc, rest)) == data


def test_unknown_messages_are_kept_as_they_are() -> None:
    frame = bytes.fromhex("0bb80000000d00000007010203")
    found = decode(frame)
    assert found == UnknownMessage(952, 7, b"\x01\x02\x03", version=2)
    assert encode(found) == frame


def test_names_of_enumerations_are_numbers() -> None:
    assert (
        parameter("ROSpecStopTrigger", ROSpecStopTriggerType="Duration").number(
            "ROSpecStopTriggerType"
        )
        == 1
    )
    with pytest.raises(InvalidFrame, match="One of Null, Duration, GPI_With_Timeout"):
        parameter("ROSpecStopTrigger", ROSpecStopTriggerType="Never")
    assert protocol().entry("StatusCode", 101) == "M_FieldError"
    assert protocol().entry("StatusCode", 9999) == "9999"


def test_paths_of_names_find_parameters() -> None:
    trigger = parameter("ROSpecStartTrigger", ROSpecStartTriggerType="Immediate")
    boundary = parameter("ROBoundarySpec", trigger, parameter("ROSpecStopTrigger"))
    asked = message("ADD_ROSPEC", 1, parameter("ROSpec", boundary))
    assert asked.first("ROSpec", "ROBoundarySpec", "ROSpecStartTrigger") == trigger
    assert asked.first("ROSpec", "ROReportSpec") is None
    assert list(boundary.each("ROSpecStopTrigger")) == [parameter("ROSpecStopTrigger")]


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        (Message("START_ROSPEC", 1), "START_ROSPEC.ROSpecID"),
        (Message("START_ROSPEC", 1, {"ROSpecID": -1}), "START_ROSPEC.ROSpecID"),
        (Message("START_ROSPEC", 1, {"ROSpecID": "one"}), "START_ROSPEC.ROSpecID"),
        (Message("START_ROSPEC", 1, {"ROSpecID": 1, "Priority": 0}), "Priority"),
        (Message("START_ROSPEC", 1 << 32, {"ROSpecID": 1}), "header"),
        (Message("START_ROSPEC", 1, {"ROSpecID": 1}, version=8), "header"),
        (Message("STOP", 1), "STOP"),
        (Message("KEEPALIVE", 1, {}, (Parameter("Nothing"),)), "Nothing"),
        (Message("KEEPALIVE", 1, {}, (Parameter("EPC_96", {"EPC": b"12"}),)), "EPC_96.EPC"),
        (Message("KEEPALIVE", 1, {}, (Parameter("EPCData", {"EPC": Bits(9, b"1")}),)), "EPC"),
        (Message("KEEPALIVE", 1, {}, (Parameter("EPCData", {"EPC": 5}),)), "EPCData.EPC"),
        (
            Message("SET_READER_CONFIG", 1, {"ResetToFactoryDefault": 2}),
            "ResetToFactoryDefault",
        ),
        (
            Message("KEEPALIVE", 1, {}, (parameter("Custom", Data=bytes(70_000)),)),
            "Custom",
        ),
    ],
)
def test_what_cannot_be_written_is_named(broken: Message, place: str) -> None:
    with pytest.raises(InvalidFrame, match=place):
        encode(broken)


def test_names_that_llrp_does_not_have_are_refused() -> None:
    with pytest.raises(InvalidFrame, match="not a name of LLRP"):
        message("GET_TAGS", 1)
    with pytest.raises(InvalidFrame, match="It has ROSpecID"):
        message("START_ROSPEC", 1, RoSpecID=1)


def test_faults_of_content_are_found() -> None:
    status = parameter("LLRPStatus")
    assert fault_of(message("ADD_ROSPEC", 1)) == Fault("MissingParameter", 177, ("ADD_ROSPEC",))
    twice = message("ADD_ROSPEC_RESPONSE", 1, status, status)
    assert fault_of(twice) == Fault("UnexpectedParameter", 287, ("ADD_ROSPEC_RESPONSE",))
    strange = message("ADD_ROSPEC_RESPONSE", 1, status, Unknown(bytes.fromhex("03e70004")))
    assert fault_of(strange) == Fault("UnknownParameter", 999, ("ADD_ROSPEC_RESPONSE",))
    deep = message("ADD_ROSPEC", 1, parameter("ROSpec", parameter("ROBoundarySpec")))
    assert fault_of(deep) == Fault("MissingParameter", 183, ("ADD_ROSPEC", "ROSpec"))
