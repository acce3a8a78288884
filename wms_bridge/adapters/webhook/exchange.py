"""One POST of JSON, and what its answer means."""

from http import HTTPStatus

import httpx

from wms_bridge.access.errors import BlockedAddress
from wms_bridge.ports.store import DeliveryFailed

TIMEOUT_S = 10.0
MAX_ANSWER_BYTES = 200
"""What is read of an answer: whoever is sent to may answer without end."""
_NOT_WELL = frozenset(
    {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_EARLY, HTTPStatus.TOO_MANY_REQUESTS}
)


def new_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """A client that follows no redirects: they would lead past the check of the address, which is
    the ``transport``'s."""
    return httpx.AsyncClient(timeout=TIMEOUT_S, transport=transport, follow_redirects=False)


async def post_json(
    client: httpx.AsyncClient, url: str, headers: dict[str, str], body: bytes
) -> int:
    """The status of the answer, a 2xx one. Raises :class:`DeliveryFailed`: ``refused`` where
    sending the same again is of no use, ``unknown`` where the other side may have it all the
    same."""
    sent = {"Content-Type": "application/json", "Accept-Encoding": "identity", **headers}
    try:
        async with client.stream("POST", url, content=body, headers=sent) as answer:
            shown = "" if answer.is_success else (await _beginning(answer)).decode(errors="replace")
    except BlockedAddress as error:
        raise DeliveryFailed(str(error), refused=True) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.InvalidURL)
        reason = f"{type(error).__name__}: {error}"
        raise DeliveryFailed(reason, refused=False, unknown=not never_sent) from error
    if answer.is_success:
        return answer.status_code
    refused = not answer.is_server_error and answer.status_code not in _NOT_WELL
    raise DeliveryFailed(f"answer {answer.status_code} {shown}".rstrip(), refused=refused)


async def _beginning(answer: httpx.Response) -> bytes:
    if answer.headers.get("Content-Encoding", "identity") != "identity":
        # Unpacked it could be a thousand times what came over the wire.
        return b""
    body = b""
    async for chunk in answer.aiter_bytes():
        body += chunk[: MAX_ANSWER_BYTES - len(body)]
        if len(body) >= MAX_ANSWER_BYTES:
            break
    return body
