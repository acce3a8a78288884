"""A station's connection to the bridge: what it shows, what it is told, what it answers."""

import logging
from enum import Enum, auto
from typing import Protocol

from planner.warehouse.counts import CountTask
from planner.warehouse.errors import PodherdError, TooLate
from planner.warehouse.ids import CountId, PickId, PutId, StationId
from planner.warehouse.picks import PickTask, ShortReason
from planner.warehouse.receipts import PutTask
from sim_worlds.counter import DoneCount
from sim_worlds.staff import DonePick, DonePut
from sim_worlds.telling import tell_count
from wms_bridge.client import client_of

_LOG = logging.getLogger(__name__)
DoneWork = DonePick | DonePut | DoneCount
"""What somebody at a station has done, and the bridge is told of."""


class Desk(Protocol):
    """The bridge as a station sees it. ``ConnectionError`` while it cannot be reached, other
    :class:`PodherdError` if it refuses for good. Everything may be told again in the same words.
    """

    def open_picks(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PickTask, ...], int]:
        """Picks to do that are newer than ``known``, and what is known then; waits for some."""

    def open_puts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PutTask, ...], int]:
        """The same for puts."""

    def open_counts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[CountTask, ...], int]:
        """The same for counts by people."""

    def confirm(self, pick: PickId, quantity: int, reason: ShortReason | None, key: str) -> None:
        """What was taken."""

    def fail(self, pick: PickId) -> None:
        """A robot arm could not take it."""

    def confirm_put(self, put: PutId, quantity: int, key: str) -> None:
        """What was put away."""

    def confirm_count(self, count: CountId, quantity: int, by: str, key: str) -> None:
        """What the person ``by`` counted."""


class Answer(Enum):
    """What the bridge says to a pick, a put or a count that was done."""

    TAKEN = auto()
    WITHDRAWN = auto()
    """The pick had been taken back before, or the count is not wanted any more: nothing is
    booked."""
    REFUSED = auto()


def tell(desk: Desk, done: DoneWork) -> Answer:
    """Tell the bridge what was done, under a key of its own, so that it may be told again.
    ``ConnectionError`` if it was perhaps not heard."""
    try:
        _tell(desk, done)
    except ConnectionError:
        raise
    except TooLate:
        return Answer.WITHDRAWN
    except PodherdError as error:
        _LOG.error("the bridge refuses %s: %s", done, error)
        return Answer.REFUSED
    return Answer.TAKEN


def _tell(desk: Desk, done: DoneWork) -> None:
    if isinstance(done, DoneCount):
        key = f"count/{done.task.count}"
        tell_count(done, lambda count, pieces, by: desk.confirm_count(count, pieces, by, key))
        return
    if isinstance(done, DonePut):
        put = done.outcome
        desk.confirm_put(put.put, put.quantity, f"put/{put.put}")
        return
    pick = done.outcome
    if pick.failed:
        desk.fail(pick.pick)
    else:
        desk.confirm(pick.pick, pick.quantity, pick.reason, f"confirm/{pick.pick}")


class BridgeDesk:
    """A :class:`Desk` over HTTP."""

    def __init__(self, url: str):
        self._client = client_of(url)

    def open_picks(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PickTask, ...], int]:
        """See :meth:`Desk.open_picks`."""
        shown = self._client.picks(station, known, wait_s)
        newest = max((record.number for record in shown), default=known)
        return tuple(record.task for record in shown), newest

    def open_puts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PutTask, ...], int]:
        """See :meth:`Desk.open_puts`."""
        shown = self._client.puts(station, known, wait_s)
        newest = max((record.number for record in shown), default=known)
        return tuple(record.task for record in shown), newest

    def open_counts(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[CountTask, ...], int]:
        """See :meth:`Desk.open_counts`."""
        shown = self._client.counts.at_station(station, known, wait_s)
        newest = max((record.number for record in shown), default=known)
        return tuple(record.task for record in shown), newest

    def confirm(self, pick: PickId, quantity: int, reason: ShortReason | None, key: str) -> None:
        """See :meth:`Desk.confirm`."""
        self._client.confirm_pick(pick, quantity, reason, key)

    def fail(self, pick: PickId) -> None:
        """See :meth:`Desk.fail`."""
        self._client.fail_pick(pick)

    def confirm_put(self, put: PutId, quantity: int, key: str) -> None:
        """See :meth:`Desk.confirm_put`."""
        self._client.confirm_put(put, quantity, key)

    def confirm_count(self, count: CountId, quantity: int, by: str, key: str) -> None:
        """See :meth:`Desk.confirm_count`."""
        self._client.counts.confirm(count, quantity, by, key)
