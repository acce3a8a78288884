"""A TCP proxy that does harm by plan: ``podherd wms proxy LISTEN TARGET --fault cut-down=0``.

It speaks no HTTP beyond telling one request from the next (a request ends where its
``Content-Length`` says; the next one begins after an answer), so it stands before any WMS
that is spoken to by HTTP.
"""

import asyncio
import contextlib
import re
from collections import Counter
from dataclasses import dataclass

from wms_bridge.conformance.faults import Fault, FaultKind, Plan

_CHUNK = 64 * 1024
_LENGTH = re.compile(rb"\r\ncontent-length:[ \t]*(\d+)", re.IGNORECASE)
_BUSY = (
    b"HTTP/1.1 503 Service Unavailable\r\nContent-Type: text/plain\r\nContent-Length: 4\r\n"
    b"Connection: close\r\n\r\nbusy"
)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host and a port."""

    host: str
    port: int


class FaultProxy:
    """Passes connections on to ``target``. ``plan`` says what happens to which request; with
    :meth:`arm` a fault waits for one request alone. ``done`` counts what happened."""

    def __init__(self, target: Endpoint, plan: Plan | None = None, port: int = 0):
        self.plan = plan or Plan()
        self.done: Counter[str] = Counter()
        self.requests = 0
        self._target = target
        self._port = port
        self._armed: dict[int, Fault] = {}
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        """Where it listens on this machine."""
        return self._port

    async def start(self) -> None:
        """Listen; again after :meth:`pause`, at the same place."""
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def pause(self) -> None:
        """Refuse connections and cut those that are there: the WMS is down."""
        if self._server is not None:
            self._server.close()
            self._server = None
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    stop = pause

    def arm(self, fault: Fault, skip: int = 0) -> None:
        """Do this to the next request, or to the one after ``skip`` others."""
        self._armed[self.requests + skip] = fault

    def disarm(self) -> bool:
        """Forget faults that wait; whether there were any."""
        waited = bool(self._armed)
        self._armed.clear()
        return waited

    def choose(self) -> Fault | None:
        """What happens to the request that is here."""
        number = self.requests
        self.requests += 1
        fault = self._armed.pop(number, None) or self.plan.fault(number)
        if fault is not None:
            self.done[fault.kind] += 1
        return fault

    def keep(self, task: "asyncio.Task[None]") -> None:
        """Have a task end with the proxy."""
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.keep(task)
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await _Connection(self, self._target, reader, writer).serve()


class _Connection:
    """One client, and its own connection to the target."""

    def __init__(
        self,
        proxy: FaultProxy,
        target: Endpoint,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ):
        self._proxy = proxy
        self._target = target
        self._reader = reader
        self._writer = writer
        self._up: asyncio.StreamWriter | None = None
        self._down: asyncio.Task[None] | None = None
        self._fault: Fault | None = None

    async def serve(self) -> None:
        """Until one of them hangs up."""
        try:
            while request := await _request(self._reader):
                self._fault = self._proxy.choose()
                if not await self._pass_on(request):
                    break
        finally:
            if self._down is not None:
                self._down.cancel()
            if self._up is not None:
                self._up.close()
            if self._fault is None:
                self._writer.close()
            else:
                self._writer.transport.abort()

    async def _pass_on(self, request: bytes) -> bool:
        """Whether to go on with the connection."""
        fault = self._fault
        kind = None if fault is None else fault.kind
        if fault is None:
            return await self._send(request)
        if kind is FaultKind.DROP:
            return False
        if kind is FaultKind.BUSY:
            self._writer.write(_BUSY)
            await self._writer.drain()
            self._fault = None
            return False
        if kind is FaultKind.LATE:
            self._proxy.keep(asyncio.create_task(self._aside(request, fault.amount)))
            return False
        if kind is FaultKind.CUT_UP:
            await self._send(request[: int(fault.amount)])
            return False
        if kind is FaultKind.DELAY:
            await asyncio.sleep(fault.amount)
        if kind is FaultKind.DUPLICATE:
            await self._aside(request, 0)
        return await self._send(request)

    async def _send(self, request: bytes) -> bool:
        if self._up is None:
            try:
                answers, self._up = await asyncio.open_connection(
                    self._target.host, self._target.port
                )
            except OSError:
                self._proxy.done["target unreachable"] += 1
                return False
            self._down = asyncio.create_task(self._answer(answers))
        self._up.write(request)
        await self._up.drain()
        return True

    async def _answer(self, answers: asyncio.StreamReader) -> None:
        with contextlib.suppress(OSError):
            while data := await answers.read(_CHUNK):
                kind = None if self._fault is None else self._fault.kind
                if kind is FaultKind.HALF_OPEN:
                    continue
                if kind is FaultKind.CUT_DOWN and self._fault is not None:
                    self._writer.write(data[: int(self._fault.amount)])
                    await self._writer.drain()
                    break
                await self._back(data)
        if self._fault is None or self._fault.kind is not FaultKind.HALF_OPEN:
            self._writer.close()

    async def _back(self, data: bytes) -> None:
        fault = self._fault
        if fault is None or fault.kind is not FaultKind.THROTTLE:
            self._writer.write(data)
            await self._writer.drain()
            return
        size = max(1, int(fault.amount / 20))
        for start in range(0, len(data), size):
            self._writer.write(data[start : start + size])
            await self._writer.drain()
            await asyncio.sleep(size / fault.amount)

    async def _aside(self, request: bytes, delay_s: float) -> None:
        """Have the target do it, on a connection of its own; the answer is dropped."""
        await asyncio.sleep(delay_s)
        with contextlib.suppress(OSError):
            answers, up = await asyncio.open_connection(self._target.host, self._target.port)
            up.write(request)
            await up.drain()
            await answers.read(_CHUNK)
            up.close()


async def _request(reader: asyncio.StreamReader) -> bytes:
    """The next request, whole if its length is told; nothing at the end."""
    request = await reader.read(_CHUNK)
    while request and b"\r\n\r\n" not in request:
        more = await reader.read(_CHUNK)
        if not more:
            return request
        request += more
    head, _, body = request.partition(b"\r\n\r\n")
    length = _LENGTH.search(head)
    missing = (int(length[1]) if length else 0) - len(body)
    if missing > 0:
        with contextlib.suppress(asyncio.IncompleteReadError):
            request += await reader.readexactly(missing)
    return request
