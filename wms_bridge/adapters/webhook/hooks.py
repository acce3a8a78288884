"""News to subscribers by HTTP POST, to addresses that the policy for the way out allows."""

import httpx

from wms_bridge.adapters.webhook.exchange import new_client, post_json


class HttpHookSender:
    """See :class:`wms_bridge.posting.HookSender`. The ``transport`` checks the addresses."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None):
        self._client = new_client(transport)

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Raises :class:`~wms_bridge.ports.store.DeliveryFailed`."""
        await post_json(self._client, url, headers, body)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
