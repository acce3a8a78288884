"""What a message must hold, and in which order: LLRP 1.0.1, clause 16, as a check of trees.

The codec takes parameters in any order and number. A reader has to refuse what is missing, stands
at the wrong place or is not known, with the status codes of clause 14.2.
"""

from dataclasses import dataclass

from vision.rfid.llrp.definitions import Definition, protocol
from vision.rfid.llrp.tree import Message, Parameter, Unknown


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing that is wrong. ``problem`` is the end of a status code as in
    ``M_MissingParameter`` and ``P_MissingParameter``; ``parameter`` the type number it is about,
    and ``inside`` the names from the message down to where it is."""

    problem: str
    parameter: int
    inside: tuple[str, ...]


def fault_of(message: Message) -> Fault | None:
    """The first fault of a message, in the order of its bytes; ``None`` if it conforms."""
    definition = protocol().messages[message.name]
    return _fault(definition, message.parameters, (message.name,))


def _fault(
    definition: Definition, found: tuple[Parameter | Unknown, ...], inside: tuple[str, ...]
) -> Fault | None:
    at = 0
    for part in definition.parts:
        count = 0
        while at < len(found) and _name(found[at]) in part.names:
            if count == part.at_most:
                break
            at, count = at + 1, count + 1
        if count < part.at_least:
            unknown = at < len(found) and isinstance(found[at], Unknown)
            if not unknown:
                missing = protocol().parameters[min(part.names)].number
                return Fault("MissingParameter", missing, inside)
    if at < len(found):
        return _leftover(found[at], inside)
    for each in found:
        if isinstance(each, Parameter):
            deeper = _fault(protocol().parameters[each.name], each.parameters, (*inside, each.name))
            if deeper is not None:
                return deeper
    return None


def _leftover(found: Parameter | Unknown, inside: tuple[str, ...]) -> Fault:
    if isinstance(found, Unknown):
        head = found.data[0]
        number = head & 0x7F if head & 0x80 else (head & 3) << 8 | found.data[1]
        return Fault("UnknownParameter", number, inside)
    return Fault("UnexpectedParameter", protocol().parameters[found.name].number, inside)


def _name(found: Parameter | Unknown) -> str:
    return found.name if isinstance(found, Parameter) else ""
