"""`/api/**` goes to the service that owns it: streamed both ways, within limits and deadlines."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from typing import Any

import aiohttp
import orjson
from chassis.problems import loggable, not_found, unavailable
from chassis.tokens import unauthenticated
from fastapi import Request
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from yarl import URL

from gateway.arrivals import Revocations
from gateway.forwarding import answer_headers, request_headers

log = logging.getLogger(__name__)
CHUNK = 64 * 1024
GONE = (TimeoutError, aiohttp.ClientError, OSError, ClientDisconnect)
ANSWER_SECONDS = Histogram("nexus_gateway_http_seconds", "From an HTTP request to its answer's head", ["service"])


class Proxy:
    """Passes requests on. `owners` maps the first part of a path under `/api` to a service's name and address.
    An answer begins within `deadline`, and never pauses for longer."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        owners: Mapping[str, tuple[str, str]],
        revocations: Revocations,
        deadline: float,
    ) -> None:
        self._http, self._owners, self._revocations = http, owners, revocations
        self._deadline = deadline
        self._timeout = aiohttp.ClientTimeout(total=None, connect=2, sock_read=deadline)

    async def pass_on(self, request: Request) -> Response:
        """The owner's answer; `Problem` 404 for a path nobody owns, 401 for an ended session, 503 without an owner."""
        owner = self._owners.get(_first_part(request.url.path))
        if owner is None:
            raise not_found("path")
        self._check_session(request)
        service, address = owner
        with ANSWER_SECONDS.labels(service).time():
            answer = await self._answer(request, address.rstrip("/"))
        response = StreamingResponse(_body(answer), answer.status)
        response.raw_headers = answer_headers(answer, address.rstrip("/"))
        return response

    async def _answer(self, request: Request, address: str) -> aiohttp.ClientResponse:
        """The head of the owner's answer, waited for as long as the client waits."""
        uploaded = asyncio.Event()
        asking = asyncio.ensure_future(self._ask(request, address, uploaded))
        leaving = asyncio.ensure_future(_left(request, uploaded))
        try:
            await asyncio.wait({asking, leaving}, timeout=self._deadline, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
        finally:
            await _end(leaving)
            await _end(asking)
        log.warning("%s %s: no answer in time, or nobody who waits for it", request.method, loggable(request.url.path))
        raise unavailable()

    async def _ask(self, request: Request, address: str, uploaded: asyncio.Event) -> aiohttp.ClientResponse:
        try:
            return await self._http.request(
                request.method, URL(address + _target(request), encoded=True), headers=request_headers(request),
                data=_upload(request, uploaded), timeout=self._timeout, allow_redirects=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            )  # fmt: skip
        except GONE as error:
            if (cause := error.__cause__) is not None and not isinstance(cause, GONE):
                raise cause from error  # the client's body, not the way to the service: it grew too large, say
            log.warning("%s %s: the service does not answer: %r", request.method, loggable(request.url.path), error)
            raise unavailable() from error

    def _check_session(self, request: Request) -> None:
        """An access token outlives its session by minutes; here it does not. (Owners verify the token itself.)"""
        if len(self._revocations) and _session_id(request.headers.get("authorization", "")) in self._revocations:
            raise unauthenticated("This session has ended: sign in again.")


def _first_part(path: str) -> str:
    """What says who owns a path; nothing for one that could mean another path to whoever reads it next."""
    parts = path.removeprefix("/").removeprefix("api/").split("/")
    return "" if any(part in ("", ".", "..") for part in parts) else parts[0]


def _target(request: Request) -> str:
    """The path and query as the client wrote them."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return _visible(raw) + (f"?{_visible(query)}" if query else "")


def _visible(raw: bytes) -> str:
    return "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in raw)


def _upload(request: Request, uploaded: asyncio.Event) -> AsyncIterator[bytes] | None:
    if "content-length" in request.headers or "transfer-encoding" in request.headers:
        return _noted(request.stream(), uploaded)
    uploaded.set()
    return None


async def _noted(chunks: AsyncIterator[bytes], uploaded: asyncio.Event) -> AsyncIterator[bytes]:
    async for chunk in chunks:
        if chunk:
            yield chunk
    uploaded.set()


async def _left(request: Request, uploaded: asyncio.Event) -> None:
    """Returns once the client is gone. While it still uploads, that is for who reads its body to notice."""
    await uploaded.wait()
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _end(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError, Exception):  # whoever needs its outcome has it
        await task


async def _body(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    async with answer:
        async for chunk in answer.content.iter_chunked(CHUNK):
            yield chunk


def _session_id(authorization: str) -> str:
    """The session that a token names, not yet verified: good enough to refuse it, not to let it in."""
    try:
        claims = authorization.split(".")[1]
        told: Any = orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return str(told.get("sid"))
    except (IndexError, ValueError, AttributeError):
        return ""
