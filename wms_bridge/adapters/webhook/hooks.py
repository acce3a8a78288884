"""News to subscribers by HTTP POST, to addresses that the policy for the way out allows."""

from http import HTTPStatus

import httpx

from wms_bridge.ports.store import DeliveryFailed

TIMEOUT_S = 10.0
_NOT_WELL = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)
_SHOWN = 200


class HttpHookSender:
    """See :class:`wms_bridge.posting.HookSender`. Redirects are not followed: they would lead past
    the check of the address, which is the ``transport``'s."""

    def __init__(self, transport: httpx.AsyncBaseTransport | None = None):
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT_S, transport=transport, follow_redirects=False
        )

    async def post(self, url: str, headers: dict[str, str], body: bytes) -> None:
        """Raises :class:`DeliveryFailed`."""
        sent = {"Content-Type": "application/json", **headers}
        try:
            answer = await self._client.post(url, content=body, headers=sent)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise DeliveryFailed(f"{type(error).__name__}: {error}", refused=False) from error
        if answer.is_success:
            return
        refused = not answer.is_server_error and answer.status_code not in _NOT_WELL
        shown = answer.text[:_SHOWN]
        raise DeliveryFailed(f"answer {answer.status_code} {shown}".rstrip(), refused=refused)

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()
