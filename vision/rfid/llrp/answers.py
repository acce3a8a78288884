"""Messages with a status, as a reader sends them."""

from typing import cast

from vision.rfid.llrp.codec import encode_parameter
from vision.rfid.llrp.definitions import protocol
from vision.rfid.llrp.tree import Message, Parameter, message, parameter


def answered(asked: Message, *parameters: Parameter) -> list[Message]:
    """Success, with what was asked for."""
    return [message(f"{asked.name}_RESPONSE", asked.id, parameter("LLRPStatus"), *parameters)]


def refused(asked: Message, text: str, code: str, blamed: int | None = None) -> list[Message]:
    """No success. A code that begins with ``P_`` is about the parameter of this type number inside
    the message; a message that has no response is answered with ERROR_MESSAGE."""
    status = _status(code, text, blamed)
    name = f"{asked.name}_RESPONSE"
    known = name in protocol().messages
    return [message(name if known else "ERROR_MESSAGE", asked.id, status)]


def error(message_id: int, code: str, text: str) -> Message:
    """An ERROR_MESSAGE."""
    return message("ERROR_MESSAGE", message_id, _status(code, text, None))


def custom_answer(asked: Message, subtype: int) -> Message:
    """Success, in a vendor's message."""
    return message(
        "CUSTOM_MESSAGE",
        asked.id,
        VendorIdentifier=cast(int, asked.fields["VendorIdentifier"]),
        MessageSubtype=subtype,
        Data=encode_parameter(parameter("LLRPStatus")),
    )


def event(message_id: int, utc_us: int, what: Parameter) -> Message:
    """A READER_EVENT_NOTIFICATION at a time of the reader's clock."""
    at = parameter("UTCTimestamp", Microseconds=utc_us)
    data = parameter("ReaderEventNotificationData", at, what)
    return message("READER_EVENT_NOTIFICATION", message_id, data)


def _status(code: str, text: str, blamed: int | None) -> Parameter:
    if blamed is None:
        return parameter("LLRPStatus", StatusCode=code, ErrorDescription=text)
    about = parameter("ParameterError", ParameterType=blamed, ErrorCode=code)
    return parameter("LLRPStatus", about, StatusCode="M_ParameterError", ErrorDescription=text)
