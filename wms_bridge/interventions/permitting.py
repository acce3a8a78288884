"""Who may ask for what. Anybody who works on the floor may have robots stand; who lets them go
again may have to answer for it."""

from planner.warehouse.interventions import Intervention, InterventionKind
from wms_bridge.access.errors import NotAllowed
from wms_bridge.ports.store import Reading
from wms_bridge.records.interventions import InterventionRecord, subjects_of

_DECIDED = frozenset(
    {
        InterventionKind.TAKE_OUT,
        InterventionKind.TAKE_IN,
        InterventionKind.CLEAR_RESERVATION,
    }
)
_OF_STOPS = (InterventionKind.STOP, InterventionKind.LIFT_STOP)
_OF_ENTRIES = (InterventionKind.REQUEST_ENTRY, InterventionKind.ENTER, InterventionKind.LEAVE)


def check_allowed(tx: Reading, wanted: Intervention, by: str, decides: bool) -> None:
    """:class:`NotAllowed` if it takes somebody who may decide, and they may not.

    That is: taking robots out of service or in, and clearing a reservation; lifting, or replacing
    by another of its name, a stop of a zone or the site that somebody else engaged, or one that
    was not engaged through the bridge; going in or out under the entry of another person.
    """
    if decides:
        return
    if wanted.kind in _DECIDED:
        raise _not_allowed(f"{wanted.kind} needs the permission decide")
    others = tx.interventions_in_force(subjects_of(wanted)[:1]) if wanted.name else ()
    if wanted.kind in _OF_STOPS:
        _check_stop(wanted, [one for one in others if one.intervention.kind in _OF_STOPS], by)
    if wanted.kind in _OF_ENTRIES and any(one.by != by for one in others):
        raise _not_allowed("this is the entry of another person")


def _check_stop(wanted: Intervention, engaged: list[InterventionRecord], by: str) -> None:
    if wanted.kind is InterventionKind.LIFT_STOP and not engaged:
        raise _not_allowed("this stop was not engaged here")
    if any(not one.intervention.robots and one.by != by for one in engaged):
        raise _not_allowed("somebody else has stopped a zone or the site")


def _not_allowed(problem: str) -> NotAllowed:
    return NotAllowed(problem, remedy="Ask a supervisor to do it.")
