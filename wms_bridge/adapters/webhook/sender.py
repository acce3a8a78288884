"""Messages to a WMS by HTTP POST."""

from urllib.parse import quote

import httpx

from wms_bridge.adapters.webhook.exchange import new_client, post_json
from wms_bridge.records.work import OutboxMessage


class WebhookSender:
    """Posts each message to one URL with its id in the header ``Idempotency-Key``; any 2xx
    answer means that the WMS has it. See :class:`wms_bridge.ports.links.WmsSender`."""

    fence_ms = 0
    """The WMS knows repeats by the header."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None):
        self._url = url
        self._client = new_client(transport)

    async def send(self, message: OutboxMessage) -> str:
        """The status of the answer. Raises :class:`~wms_bridge.ports.store.DeliveryFailed`."""
        headers = {"Idempotency-Key": quote(message.message, safe="/")}
        status = await post_json(self._client, self._url, headers, message.body.encode())
        return f"answer {status}"

    async def find(self, message: OutboxMessage) -> bool:
        """Nobody can ask a webhook; sending again does no harm."""
        return False

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
