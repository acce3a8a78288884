"""HTTP to addresses that were checked, and to no other."""

import asyncio

import httpx

from wms_bridge.access.errors import BlockedAddress
from wms_bridge.access.outbound import OutboundPolicy, Target


class PinnedTransport(httpx.AsyncBaseTransport):
    """Checks every request against a policy, connects to one of the addresses found by that very
    check (so that a name that changes its address between check and connection gains nothing), and
    keeps host name and TLS certificate as they are in the URL. To be used with
    ``follow_redirects=False`` (the default); a redirect followed all the same would be checked
    again. No proxy of the environment is used. A blocked URL raises :class:`BlockedAddress`."""

    def __init__(self, policy: OutboundPolicy, transport: httpx.AsyncBaseTransport | None = None):
        self._policy = policy
        self._transport = transport or httpx.AsyncHTTPTransport(retries=0, trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Send to a checked address; the next one of the name is tried if one does not answer."""
        target = await asyncio.to_thread(self._policy.check, str(request.url))
        failure: httpx.TransportError = httpx.ConnectError("no address", request=request)
        for address in target.addresses:
            try:
                return await self._transport.handle_async_request(_pinned(request, target, address))
            except (httpx.ConnectError, httpx.ConnectTimeout) as error:
                failure = error
        raise failure

    async def aclose(self) -> None:
        """Close the connections."""
        await self._transport.aclose()


def _pinned(request: httpx.Request, target: Target, address: str) -> httpx.Request:
    # A fresh request with the address in place of the name; the Host header stays, and the name
    # goes into the TLS handshake and the check of the certificate.
    extensions = {**request.extensions, "sni_hostname": target.host}
    return httpx.Request(
        request.method,
        request.url.copy_with(host=address),
        headers=request.headers,
        stream=request.stream,
        extensions=extensions,
    )


__all__ = ["BlockedAddress", "PinnedTransport"]
