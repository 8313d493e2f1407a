"""Ways to ask a server whether it does its work, not only whether its port is open."""

import asyncio
import http.client
import struct

TIMEOUT = 2.0


class NotReady(Exception):
    """The server answered, but not yet as it should."""


async def exchange(port: int, request: bytes, size: int) -> bytes:
    """Send a request and read the first bytes of what comes back."""
    async with asyncio.timeout(TIMEOUT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(request)
            await writer.drain()
            return await reader.read(size)
        finally:
            writer.close()


async def postgres(port: int) -> None:
    """A start-up packet is answered by a request for the password, or by an error while it recovers."""
    body = struct.pack("!i", 196608) + b"user\0postgres\0database\0postgres\0\0"
    answer = await exchange(port, struct.pack("!i", len(body) + 4) + body, 1)
    if answer != b"R":
        raise NotReady("PostgreSQL does not take connections yet")


async def redis(port: int) -> None:
    """PING."""
    if not (await exchange(port, b"PING\r\n", 64)).startswith(b"+PONG"):
        raise NotReady("Redis does not answer PING yet")


async def clamd(port: int) -> None:
    """PING: it listens only once it knows its signatures."""
    if await exchange(port, b"zPING\0", 16) != b"PONG\0":
        raise NotReady("clamd does not answer PING yet")


async def kafka(port: int) -> None:
    """ApiVersions: only a broker that has joined its controller answers."""
    request = struct.pack("!hhih", 18, 0, 7, -1)
    answer = await exchange(port, struct.pack("!i", len(request)) + request, 10)
    if answer[4:8] != struct.pack("!i", 7) or answer[8:10] != b"\0\0":
        raise NotReady("Kafka does not answer yet")


def _status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=TIMEOUT)
    try:
        connection.request("GET", path, headers={"Connection": "close"})
        return connection.getresponse().status
    finally:
        connection.close()


async def http_ready(port: int, path: str = "/readyz") -> None:
    """200 on the readiness route."""
    try:
        status = await asyncio.to_thread(_status, port, path)
    except http.client.HTTPException as error:
        raise NotReady(f"{path} answers no HTTP") from error
    if status != 200:
        raise NotReady(f"{path} answers {status}")
