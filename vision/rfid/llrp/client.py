"""A client for LLRP readers over TCP: a thin shell around :class:`.session.Session`.

async with await connect("reader-7.example", settings=ReaderSettings(antennas=(1, 2))) as reader:
    async for reads in reader:
        ...
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from types import TracebackType

from planner.warehouse.errors import PodherdError, Unavailable
from vision.rfid.llrp.framing import MOST_BYTES, FrameBuffer
from vision.rfid.llrp.reads import TagRead
from vision.rfid.llrp.requests import ReaderSettings
from vision.rfid.llrp.session import Ended, Outcome, Phase, Reads, Send, Session, Warned
from vision.rfid.llrp.tree import Message

PORT = 5084
"""LLRP over TCP; 5085 is LLRP over TLS (IANA)."""
_CHUNK_BYTES = 1 << 16
_NS_PER_MS = 1_000_000

ClockMs = Callable[[], int]


def steady_clock() -> ClockMs:
    """Milliseconds UTC that never go back: wall time now, and from then on as time passes."""
    offset_ns = time.time_ns() - time.monotonic_ns()
    return lambda: (time.monotonic_ns() + offset_ns) // _NS_PER_MS


class ReaderConnection:
    """A reader that has been greeted. Iterate for the reads of each report until the run ends;
    ``warnings`` holds what the reader said of itself, the last hundred."""

    def __init__(
        self,
        stream: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        settings: ReaderSettings,
        clock_ms: ClockMs,
        most_bytes: int = MOST_BYTES,
    ):
        self._incoming, self._outgoing = stream
        self._clock_ms = clock_ms
        self._session = Session(settings, clock_ms())
        self._frames = FrameBuffer(most_bytes)
        self._reads: deque[tuple[TagRead, ...]] = deque()
        self._ended = False
        self.warnings: deque[str] = deque(maxlen=100)

    @property
    def capabilities(self) -> Message | None:
        """What the reader said it can do."""
        return self._session.capabilities

    @property
    def reader_ahead_ms(self) -> int | None:
        """The reader's UTC clock minus ours, when it greeted us; ``None`` without a UTC clock."""
        return self._session.reader_ahead_ms

    async def until_running(self) -> None:
        """Waits until the ROSpec runs. Raises as :class:`.session.Session`."""
        while self._session.phase in (Phase.GREETING, Phase.SETTING_UP) and not self._ended:
            await self._hear()

    def __aiter__(self) -> AsyncIterator[tuple[TagRead, ...]]:
        return self

    async def __anext__(self) -> tuple[TagRead, ...]:
        while not self._reads:
            if self._ended or self._session.phase is Phase.CLOSED:
                raise StopAsyncIteration
            await self._hear()
        return self._reads.popleft()

    async def __aenter__(self) -> "ReaderConnection":
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await (self.close() if kind is None else self._hang_up())

    async def close(self) -> None:
        """Ends the run and the connection; reads that still come are kept for iteration. A reader
        that does not answer is hung up on."""
        try:
            await self._carry_out(self._session.stop(self._clock_ms()))
            while self._session.phase is not Phase.CLOSED:
                await self._hear()
        except PodherdError as error:
            self.warnings.append(f"closing: {error}")
        finally:
            await self._hang_up()

    async def _hear(self) -> None:
        """Waits for bytes, or until the session's patience ends."""
        left_s = max(0, self._session.due_ms() - self._clock_ms()) / 1000
        try:
            async with asyncio.timeout(left_s):
                data = await self._incoming.read(_CHUNK_BYTES)
        except TimeoutError:
            self._session.tick(self._clock_ms())
            return
        except OSError as error:
            raise _lost(error) from error
        if not data:
            raise _lost("end of stream")
        for frame in self._frames.feed(data):
            await self._carry_out(self._session.received(frame, self._clock_ms()))
        if self._frames.broken is not None:
            raise self._frames.broken

    async def _carry_out(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            match outcome:
                case Send(frame):
                    self._outgoing.write(frame)
                case Reads(reads):
                    self._reads.append(reads)
                case Warned(text):
                    self.warnings.append(text)
                case Ended():
                    self._ended = True
        with contextlib.suppress(OSError):  # a lost connection shows when it is read from
            await self._outgoing.drain()

    async def _hang_up(self) -> None:
        self._outgoing.close()
        try:
            await self._outgoing.wait_closed()
        except OSError as error:
            self.warnings.append(f"closing: {error}")


async def connect(
    host: str,
    port: int = PORT,
    settings: ReaderSettings | None = None,
    clock_ms: ClockMs | None = None,
) -> ReaderConnection:
    """Connects, sets the reader up and starts its ROSpec.

    Raises ``Unavailable`` if it cannot be reached, serves another client or falls silent,
    ``RefusedByReader`` if it does not take the settings, ``InvalidFrame`` if it speaks no LLRP.
    """
    wanted = settings or ReaderSettings()
    try:
        async with asyncio.timeout(wanted.timeout_ms / 1000):
            stream = await asyncio.open_connection(host, port)
    except OSError as error:
        raise Unavailable(
            f"no connection to the reader ({error})",
            field="reader",
            value=f"{host}:{port}",
            remedy="Look at its address, power and network.",
        ) from error
    connection = ReaderConnection(stream, wanted, clock_ms or steady_clock())
    try:
        await connection.until_running()
    except BaseException:
        await connection._hang_up()
        raise
    return connection


async def reads_for_ever(
    host: str,
    waits_ms: Iterable[int],
    port: int = PORT,
    settings: ReaderSettings | None = None,
    clock_ms: ClockMs | None = None,
) -> AsyncIterator[tuple[TagRead, ...]]:
    """Reads over as many connections as it takes.

    ``waits_ms`` says how long to wait before each new connection after a loss or a run's end: the
    caller's back-off, started anew is the caller's choice too. When it is used up the last
    ``Unavailable`` is raised, or the reads end. Other errors are raised at once.
    """
    waits = iter(waits_ms)
    while True:
        lost: Unavailable | None = None
        try:
            async with await connect(host, port, settings, clock_ms) as reader:
                async for reads in reader:
                    yield reads
        except Unavailable as error:
            lost = error
        wait_ms = next(waits, None)
        if wait_ms is None:
            if lost is not None:
                raise lost
            return
        await asyncio.sleep(wait_ms / 1000)


def _lost(why: object) -> Unavailable:
    return Unavailable(
        f"the connection to the reader is lost ({why})", field="reader", remedy="Connect again."
    )
