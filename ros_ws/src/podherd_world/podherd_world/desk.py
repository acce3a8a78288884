"""A station's connection to a bridge over HTTP."""

from planner.warehouse.ids import PickId, StationId
from planner.warehouse.picks import PickTask, ShortReason
from wms_bridge.client import BridgeClient


class BridgeDesk:
    """A :class:`podherd_world.terminal.Desk`."""

    def __init__(self, url: str):
        self._client = BridgeClient(url)

    def open_picks(
        self, station: StationId, known: int, wait_s: float
    ) -> tuple[tuple[PickTask, ...], int]:
        """See :meth:`podherd_world.terminal.Desk.open_picks`."""
        shown = self._client.picks(station, known, wait_s)
        newest = max((record.number for record in shown), default=known)
        return tuple(record.task for record in shown), newest

    def confirm(self, pick: PickId, quantity: int, reason: ShortReason | None, key: str) -> None:
        """See :meth:`podherd_world.terminal.Desk.confirm`."""
        self._client.confirm_pick(pick, quantity, reason, key)
