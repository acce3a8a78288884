"""HTTP with a repository (EPCIS 2.0, 12): capture jobs, events by id, events by query."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

import httpx

from planner.codec.messages import decode, encode
from planner.warehouse.errors import InvalidMessage
from wms_bridge.ports.store import DeliveryFailed

SHOWN = 500
MAX_ANSWER_BYTES = 16 * 1024 * 1024
LOOKS = 40
"""How often a capture job that runs is looked at, doubling the pause from ``FIRST_S``."""
FIRST_S, LONGEST_S = 0.05, 1.0
_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)
_NOT_DONE = (
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
)
_HEADERS = {
    "GS1-EPCIS-Version": "2.0.0",
    "GS1-CBV-Version": "2.0.0",
    "Accept": "application/ld+json, application/json",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What a repository said."""

    status: int
    headers: Mapping[str, str]
    raw: bytes

    @property
    def text(self) -> str:
        """The beginning of the body."""
        return self.raw[: 4 * SHOWN].decode(errors="replace")[:SHOWN]


class EpcisWire:
    """Requests below ``base``."""

    def __init__(
        self,
        base: str,
        auth: tuple[str, str] | None,
        timeout_s: float,
        transport: httpx.AsyncBaseTransport | None = None,
    ):
        self._base = base
        self._timeout_s = timeout_s
        self._client = httpx.AsyncClient(
            headers=_HEADERS,
            auth=auth,
            timeout=timeout_s,
            verify=base.startswith("https:"),
            transport=transport,
        )

    async def capture(self, document: Any) -> tuple[bool, str]:
        """Have a document captured, all or nothing; whether it was, and what was said. Waits for
        the job. :class:`DeliveryFailed`, unknown if the job does not come to an end."""
        headers = {
            "Content-Type": "application/ld+json",
            "GS1-Capture-Error-Behaviour": "rollback",
        }
        answer = await self._ask("POST", f"{self._base}/capture", encode(document), headers)
        if answer.status >= HTTPStatus.BAD_REQUEST:
            return False, f"answer {answer.status} {answer.text}"
        where = answer.headers.get("location", "")
        if answer.status != HTTPStatus.ACCEPTED or not where:
            return True, f"answer {answer.status}"
        return await self._job(where)

    async def event(self, event_id: str) -> Any | None:
        """A captured event; ``None`` if there is none."""
        path = f"{self._base}/events/{quote(event_id, safe='')}"
        answer = await self._ask("GET", path)
        if answer.status == HTTPStatus.NOT_FOUND:
            return None
        return _json(_accepted(answer, "events"))

    async def events(self, query: Mapping[str, str]) -> tuple[bytes, str]:
        """An EPCISQueryDocument, and the token of the next page (empty: there is none)."""
        answer = _accepted(await self._ask("GET", f"{self._base}/events", params=query), "events")
        return answer.raw, _next_token(answer.headers.get("link", ""))

    async def close(self) -> None:
        """Close the connections."""
        await self._client.aclose()

    async def _job(self, where: str) -> tuple[bool, str]:
        url = httpx.URL(self._base).join(where)
        if url.netloc != httpx.URL(self._base).netloc:
            # Our password is for nobody else.
            raise DeliveryFailed("capture: the job is at another host", refused=False, unknown=True)
        pause_s = FIRST_S
        for _ in range(LOOKS):
            answer = await self._ask("GET", str(url))
            job = _json(_accepted(answer, "capture job"))
            if not isinstance(job, dict) or not isinstance(job.get("running"), bool):
                raise DeliveryFailed("capture: not a job", refused=False, unknown=True)
            if not job["running"]:
                return job.get("success") is True, answer.text
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_S)
        raise DeliveryFailed("capture: the job does not end", refused=False, unknown=True)

    async def _ask(
        self,
        method: str,
        url: str,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Answer:
        writes = method != "GET"
        what = f"{method} {urlsplit(url).path}"
        try:
            async with asyncio.timeout(self._timeout_s):
                answer = await self._exchange(method, url, content, headers, params)
        except _NEVER_SENT as error:
            raise DeliveryFailed(f"{what}: {_said(error)}", refused=False) from error
        except (TimeoutError, httpx.HTTPError, httpx.StreamError, httpx.InvalidURL) as error:
            said = f"{what}: {_said(error)}"
            raise DeliveryFailed(said, refused=False, unknown=writes) from error
        said = f"{what}: answer {answer.status} {answer.text}".rstrip()
        if answer.status in _NOT_DONE:
            raise DeliveryFailed(said, refused=False)
        if answer.status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            raise DeliveryFailed(said, refused=False, unknown=writes)
        if HTTPStatus.MULTIPLE_CHOICES <= answer.status < HTTPStatus.BAD_REQUEST:
            raise DeliveryFailed(said, refused=True)
        return answer

    async def _exchange(
        self,
        method: str,
        url: str,
        content: bytes | None,
        headers: Mapping[str, str] | None,
        params: Mapping[str, str] | None,
    ) -> Answer:
        async with self._client.stream(
            method, url, content=content, headers=headers, params=params
        ) as answer:
            raw = bytearray()
            async for chunk in answer.aiter_bytes():
                raw += chunk
                if len(raw) > MAX_ANSWER_BYTES:
                    raise httpx.ReadError(f"more than {MAX_ANSWER_BYTES} bytes")
            return Answer(answer.status_code, answer.headers, bytes(raw))


def _accepted(answer: Answer, what: str) -> Answer:
    if answer.status < HTTPStatus.BAD_REQUEST:
        return answer
    raise DeliveryFailed(f"{what}: answer {answer.status} {answer.text}", refused=True)


def _json(answer: Answer) -> Any:
    try:
        return decode(answer.raw)
    except InvalidMessage as error:
        raise DeliveryFailed(f"not JSON: {answer.text}", refused=False) from error


def _next_token(link: str) -> str:
    """``</events?nextPageToken=abc>; rel="next"`` (RFC 8288). Only the token is taken from it."""
    for part in link.split(","):
        target, _, rel = part.partition(";")
        if 'rel="next"' in rel or "rel=next" in rel:
            query = parse_qs(urlsplit(target.strip().strip("<>")).query)
            return query.get("nextPageToken", [""])[0]
    return ""


def _said(error: Exception) -> str:
    return f"{type(error).__name__} {error}".strip()[:SHOWN]
