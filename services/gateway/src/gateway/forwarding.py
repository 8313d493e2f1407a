"""Which headers a request or answer keeps on its way through the gateway."""

import aiohttp
from chassis import tracing
from fastapi import Request
from multidict import CIMultiDict

# Headers that speak of one connection (RFC 9110, 7.6.1); `Connection` itself may name more.
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "proxy-connection", "te", "trailer"}
    | {"transfer-encoding", "upgrade", "expect"}
)
# What clients could only lie about, as we say it ourselves.
OURS = frozenset({"host", "forwarded", "x-real-ip", "traceparent", "tracestate", "x-trace-id"})
NOT_THEIRS = frozenset({b"server", b"date", b"x-trace-id", b"x-content-type-options"})


def request_headers(request: Request) -> CIMultiDict[str]:
    """For the owner: the client's own headers, with the address and trace that we know them by."""
    gone = HOP_BY_HOP | OURS | _listed(", ".join(request.headers.getlist("connection")))
    headers = CIMultiDict(
        (name, value)
        for name, value in request.headers.items()
        if name not in gone and not name.startswith("x-forwarded-")
    )
    headers["X-Forwarded-For"] = request.client.host if request.client else "unknown"
    headers["X-Forwarded-Proto"] = request.url.scheme
    tracing.inject(headers)
    return headers


def answer_headers(answer: aiohttp.ClientResponse, address: str) -> list[tuple[bytes, bytes]]:
    """For the client: the owner's headers, without its address; not cached unless the owner allows it."""
    gone = {name.encode() for name in HOP_BY_HOP | _listed(answer.headers.get("connection", ""))} | NOT_THEIRS
    headers = [(name.lower(), value) for name, value in answer.raw_headers if name.lower() not in gone]
    headers = [(name, _relative(value, address) if name == b"location" else value) for name, value in headers]
    if not any(name == b"cache-control" for name, _ in headers):
        headers.append((b"cache-control", b"private, no-store"))
    return [*headers, (b"x-content-type-options", b"nosniff")]


def _listed(connection: str) -> frozenset[str]:
    return frozenset(name.strip().lower() for name in connection.split(","))


def _relative(location: bytes, address: str) -> bytes:
    return location.removeprefix(address.encode()) or b"/"
