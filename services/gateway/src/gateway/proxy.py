"""`/api/**` goes to the service that owns it: streamed both ways, within limits and deadlines."""

import asyncio
import base64
import logging
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import aiohttp
import orjson
from chassis import tasks
from chassis.problems import Problem, loggable, not_found, unavailable
from chassis.tokens import unauthenticated
from fastapi import Request
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse
from yarl import URL

from gateway.arrivals import Revocations
from gateway.forwarding import answer_headers, request_headers
from gateway.uploads import Upload, is_upload

log = logging.getLogger(__name__)
CHUNK = 64 * 1024
GONE = (TimeoutError, aiohttp.ClientError, OSError, ClientDisconnect)
ANSWER_SECONDS = Histogram("nexus_gateway_http_seconds", "From an HTTP request to its answer's head", ["service"])


class Proxy:
    """Passes requests on. `owners` maps the first part of a path under `/api` to a service's name and address.
    Nothing pauses for longer than `deadline`: neither the client's body, nor the answer, nor its beginning."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        owners: Mapping[str, tuple[str, str]],
        revocations: Revocations,
        deadline: float,
        uploads: int = 100,
    ) -> None:
        self._http, self._owners, self._revocations = http, owners, revocations
        self._deadline, self._uploads_left = deadline, uploads
        self._timeout = aiohttp.ClientTimeout(total=None, connect=2, sock_read=deadline)

    async def pass_on(self, request: Request) -> Response:
        """The owner's answer; `Problem` 404 for a path nobody owns, 401 for an ended session, 503 without an owner."""
        owner = self._owners.get(first_part(request.url.path))
        if owner is None:
            raise not_found("path")
        self.check_session(request)
        return await self.pass_to(request, *owner)

    async def pass_to(self, request: Request, service: str, address: str) -> Response:
        """What this service answers; `Problem` 503 if it does not."""
        upload = Upload(request)
        with self._counted(request), ANSWER_SECONDS.labels(service).time():
            answer = await self._answer(request, address.rstrip("/"), upload)
        response = StreamingResponse(_body(answer, upload), answer.status)
        response.raw_headers = answer_headers(answer, address.rstrip("/"))
        return response

    @contextmanager
    def _counted(self, request: Request) -> Iterator[None]:
        """Uploads take long: so many at once at the most, that connections are left for everything else."""
        taken = is_upload(request.scope)
        if taken and not self._uploads_left:
            raise unavailable("Too many uploads are under way; try again shortly.")
        self._uploads_left -= taken
        try:
            yield
        finally:
            self._uploads_left += taken

    async def _answer(self, request: Request, address: str, upload: Upload) -> aiohttp.ClientResponse:
        """The head of the owner's answer, waited for as long as the client waits and its body comes."""
        asking = asyncio.ensure_future(self._ask(request, address, upload))
        leaving = asyncio.ensure_future(_left(request, upload))
        try:
            while not (asking.done() or leaving.done()) and (left := self._deadline - upload.pause) > 0:
                await asyncio.wait({asking, leaving}, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            if asking.done():
                return asking.result()
        finally:
            await tasks.end(leaving, asking)
        log.warning("%s %s: no answer in time, or nobody who waits for it", request.method, loggable(request.url.path))
        if upload.waits_for_client:
            raise Problem(408, "too_slow", f"Nothing more of the request came for {self._deadline:g} s.")
        raise unavailable()

    async def _ask(self, request: Request, address: str, upload: Upload) -> aiohttp.ClientResponse:
        try:
            return await self._http.request(
                request.method, URL(address + target_of(request), encoded=True), headers=request_headers(request),
                data=upload.chunks(), timeout=self._timeout, allow_redirects=False,
                skip_auto_headers=("Accept", "Accept-Encoding", "Content-Type", "User-Agent"),
            )  # fmt: skip
        except GONE as error:
            if (cause := error.__cause__) is not None and not isinstance(cause, GONE):
                raise cause from error  # the client's body, not the way to the service: it grew too large, say
            log.warning("%s %s: the service does not answer: %r", request.method, loggable(request.url.path), error)
            raise unavailable() from error

    def check_session(self, request: Request) -> None:
        """An access token outlives its session by minutes; here it does not. (Owners verify the token itself.)"""
        if len(self._revocations) and unverified(request.headers.get("authorization", ""), "sid") in self._revocations:
            raise unauthenticated("This session has ended: sign in again.")


def first_part(path: str) -> str:
    """What says who owns a path; nothing for one that could mean another path to whoever reads it next."""
    parts = path.removeprefix("/").removeprefix("api/").split("/")
    return "" if any(part in ("", ".", "..") for part in parts) else parts[0]


def target_of(request: Request) -> str:
    """The path and query as the client wrote them."""
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return _visible(raw) + (f"?{_visible(query)}" if query else "")


def _visible(raw: bytes) -> str:
    return "".join(chr(byte) if 0x20 < byte < 0x7F else f"%{byte:02X}" for byte in raw)


async def _left(request: Request, upload: Upload) -> None:
    """Returns once the client is gone. While it still uploads, that is for who reads its body to notice."""
    await upload.through.wait()
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _body(answer: aiohttp.ClientResponse, upload: Upload) -> AsyncIterator[bytes]:
    async with answer:
        async for chunk in answer.content.iter_chunked(CHUNK):
            yield chunk
        if not upload.through.is_set():
            answer.close()  # it was answered before it had ended: the rest is not asked for


def unverified(authorization: str, claim: str) -> str:
    """What a token claims, not yet verified: good enough to refuse it, not to let it in."""
    try:
        claims = authorization.split(".")[1]
        told: Any = orjson.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        return str(told.get(claim))
    except (IndexError, ValueError, AttributeError):
        return ""
