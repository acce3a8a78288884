"""The fleet's connection to a bridge over HTTP."""

from collections.abc import Sequence

from planner.warehouse.commands import Command
from planner.warehouse.view import FloorView
from podherd_fleet.feed import Fed
from wms_bridge.answers import CommandTaken
from wms_bridge.client import client_of


class BridgeOffice:
    """A :class:`podherd_fleet.feed.Office`."""

    def __init__(self, url: str):
        self._client = client_of(url)

    def events(self, after: int, wait_s: float) -> tuple[Fed, ...]:
        """See :meth:`podherd_fleet.feed.Office.events`."""
        return tuple(Fed(item.number, item.event) for item in self._client.events(after, wait_s))

    def send(self, commands: Sequence[Command]) -> tuple[str | None, ...]:
        """See :meth:`podherd_fleet.feed.Office.send`."""
        return tuple(_refusal(taken) for taken in self._client.send_commands(commands))

    def show(self, view: FloorView) -> None:
        """See :meth:`podherd_fleet.feed.Office.show`."""
        self._client.post_view(view)


def _refusal(taken: CommandTaken) -> str | None:
    return None if taken.accepted else f"{taken.field}: {taken.problem} {taken.remedy}"
