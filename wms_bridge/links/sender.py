"""A connector as the way to the WMS."""

from planner.warehouse.errors import PodherdError
from wms_bridge.connectors.port import Connector
from wms_bridge.messages import WmsMessage, read_message
from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OutboxMessage


class ConnectorSender:
    """See :class:`wms_bridge.ports.links.WmsSender`. A message that cannot be read is refused."""

    def __init__(self, connector: Connector):
        self._connector = connector

    @property
    def fence_ms(self) -> int:
        """That of the connector."""
        return self._connector.fence_ms

    async def send(self, message: OutboxMessage) -> str:
        """Have the WMS do what the message tells."""
        return await self._connector.carry_out(_read(message))

    async def find(self, message: OutboxMessage) -> bool:
        """Whether the WMS has all that it tells."""
        return await self._connector.find(_read(message))

    async def close(self) -> None:
        """Let go of connections."""
        await self._connector.close()


def _read(message: OutboxMessage) -> WmsMessage:
    try:
        return read_message(message)
    except PodherdError as error:
        raise DeliveryFailed(f"cannot be read: {error}", refused=True) from error
