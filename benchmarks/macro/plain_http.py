"""HTTP/1.1 over one connection that stays open, with next to no work of its own: for load whose
sender must not be what is measured."""

import asyncio
from dataclasses import dataclass


@dataclass(slots=True)
class PlainHttp:
    """One request at a time; answers have a ``Content-Length``."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    host: str

    async def send(self, method: str, path: str, body: bytes) -> tuple[int, bytes]:
        """Status and body of the answer to some JSON. :class:`OSError` or
        :class:`asyncio.IncompleteReadError` if the connection breaks."""
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {self.host}\r\n"
            f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.writer.write(head.encode() + body)
        await self.writer.drain()
        told = await self.reader.readuntil(b"\r\n\r\n")
        length = 0
        for line in told.split(b"\r\n")[1:]:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
        return int(told.split(b" ", 2)[1]), await self.reader.readexactly(length)

    async def close(self) -> None:
        """Hang up."""
        self.writer.close()
        await self.writer.wait_closed()


async def open_http(host: str, port: int) -> PlainHttp:
    """A connection to a server without TLS."""
    reader, writer = await asyncio.open_connection(host, port)
    return PlainHttp(reader, writer, f"{host}:{port}")
