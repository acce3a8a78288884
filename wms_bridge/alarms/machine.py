"""How far an alarm is dealt with, as a state machine (ANSI/ISA-18.2, 6.2; IEC 62682, 5.2)."""

from dataclasses import dataclass

from wms_bridge.records.alarms import AlarmEvent, AlarmState


@dataclass(frozen=True, slots=True)
class Standing:
    """The state of an alarm, and whether it is shelved: what happens to it meanwhile is kept, and
    stands there when it comes back."""

    state: AlarmState = AlarmState.NORMAL
    shelved: bool = False


_N, _U = AlarmState.NORMAL, AlarmState.UNACKNOWLEDGED
_A, _R = AlarmState.ACKNOWLEDGED, AlarmState.RETURNED
_RAISED = {_N: _U, _U: _U, _A: _A, _R: _U}
_CLEARED = {_N: _N, _U: _R, _A: _N, _R: _R}
_ACKNOWLEDGED = {_N: _N, _U: _A, _A: _A, _R: _N}
_BACK = {_N: _N, _U: _U, _A: _U, _R: _R}


def standing_after(standing: Standing, event: AlarmEvent, *, momentary: bool = False) -> Standing:
    """The standing after an event; the same if it changes nothing.

    ==============  ==============  ========  ==============  ===================
    state           raised          cleared   acknowledged    unshelved, time over
    ==============  ==============  ========  ==============  ===================
    normal          unacknowledged  normal    normal          normal
    unacknowledged  unacknowledged  returned  acknowledged    unacknowledged
    acknowledged    acknowledged    normal    acknowledged    unacknowledged
    returned        unacknowledged  returned  normal          returned
    ==============  ==============  ========  ==============  ===================

    Shelving leaves the state as it is. What is active when it comes back has to be acknowledged
    anew; unshelving what is not shelved does nothing. Of a ``momentary`` alarm, which tells what
    has happened once, nothing is left when it is acknowledged: it is normal then.
    """
    state, shelved = standing.state, standing.shelved
    match event:
        case AlarmEvent.RAISED:
            return Standing(_RAISED[state], shelved)
        case AlarmEvent.CLEARED:
            return Standing(_CLEARED[state], shelved)
        case AlarmEvent.ACKNOWLEDGED:
            return Standing(_N if momentary else _ACKNOWLEDGED[state], shelved)
        case AlarmEvent.SHELVED:
            return Standing(state, True)
        case AlarmEvent.UNSHELVED | AlarmEvent.SHELF_OVER:
            return Standing(_BACK[state] if shelved else state, False)
