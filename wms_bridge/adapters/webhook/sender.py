"""Messages to a WMS by HTTP POST."""

from http import HTTPStatus
from urllib.parse import quote

import httpx

from wms_bridge.ports.store import DeliveryFailed
from wms_bridge.records.work import OutboxMessage

TIMEOUT_S = 10.0
_NOT_WELL = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
_SHOWN = 200


class WebhookSender:
    """Posts each message to one URL with its id in the header ``Idempotency-Key``; any 2xx
    answer means that the WMS has it. See :class:`wms_bridge.ports.links.WmsSender`."""

    fence_ms = 0
    """The WMS knows repeats by the header."""

    def __init__(self, url: str, transport: httpx.AsyncBaseTransport | None = None):
        self._url = url
        self._client = httpx.AsyncClient(timeout=TIMEOUT_S, transport=transport)

    async def send(self, message: OutboxMessage) -> str:
        """The status of the answer. Raises :class:`DeliveryFailed`."""
        headers = {
            "Content-Type": "application/json",
            "Idempotency-Key": quote(message.message, safe="/"),
        }
        try:
            answer = await self._client.post(
                self._url, content=message.body.encode(), headers=headers
            )
        except httpx.HTTPError as error:
            reason = f"{type(error).__name__}: {error}"
            unknown = not isinstance(error, httpx.ConnectError | httpx.ConnectTimeout)
            raise DeliveryFailed(
                f"{self._url}: {reason}", refused=False, unknown=unknown
            ) from error
        if not answer.is_success:
            refused = not answer.is_server_error and answer.status_code not in _NOT_WELL
            shown = answer.text[:_SHOWN]
            raise DeliveryFailed(
                f"{self._url}: answer {answer.status_code} {shown}".rstrip(), refused=refused
            )
        return f"answer {answer.status_code}"

    async def find(self, message: OutboxMessage) -> bool:
        """Nobody can ask a webhook; sending again does no harm."""
        return False

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
