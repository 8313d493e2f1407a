"""`/api/**` goes to the service that owns it: streamed both ways, within limits and deadlines."""

import base64
import logging
from collections.abc import AsyncIterator, Mapping
from typing import Any

import aiohttp
import orjson
from chassis import tracing
from chassis.problems import not_found, unavailable
from chassis.tokens import unauthenticated
from fastapi import Request
from prometheus_client import Histogram
from starlette.requests import ClientDisconnect
from starlette.responses import Response, StreamingResponse

from gateway.arrivals import Revocations

log = logging.getLogger(__name__)
# Headers that speak of one connection (RFC 9110, 7.6.1), and those that only we may say.
HOP_BY_HOP = frozenset(
    {"connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer", "transfer-encoding"}
    | {"upgrade", "host", "content-length", "x-forwarded-for", "x-trace-id", "traceparent", "tracestate", "forwarded"}
)
CHUNK = 64 * 1024
GONE = (TimeoutError, aiohttp.ClientError, OSError, ClientDisconnect)
ANSWER_SECONDS = Histogram("nexus_gateway_http_seconds", "From an HTTP request to its answer's head", ["service"])


class Proxy:
    """Passes requests on. `owners` maps the first part of a path under `/api` to a service's name and address."""

    def __init__(
        self,
        http: aiohttp.ClientSession,
        owners: Mapping[str, tuple[str, str]],
        revocations: Revocations,
        deadline: float,
    ) -> None:
        self._http, self._owners, self._revocations = http, owners, revocations
        self._timeout = aiohttp.ClientTimeout(total=deadline, connect=2)

    async def pass_on(self, request: Request) -> Response:
        """The owner's answer; `Problem` 404 for a path nobody owns, 401 for an ended session, 503 without an owner."""
        owner = self._owners.get(request.url.path.removeprefix("/").removeprefix("api/").split("/", 1)[0])
        if owner is None:
            raise not_found("path")
        self._check_session(request)
        service, address = owner
        with ANSWER_SECONDS.labels(service).time():
            answer = await self._ask(request, address)
        return StreamingResponse(_body(answer), answer.status, _answer_headers(answer), background=None)

    async def _ask(self, request: Request, address: str) -> aiohttp.ClientResponse:
        target = address.rstrip("/") + _target(request)
        headers = _request_headers(request)
        body = request.stream() if _has_body(request) else None
        try:
            return await self._http.request(
                request.method, target, headers=headers, data=body, timeout=self._timeout, allow_redirects=False
            )
        except GONE as error:
            if (cause := error.__cause__) is not None and not isinstance(cause, GONE):
                raise cause from error  # the client's body, not the way to the service: it grew too large, say
            log.warning("%s %s: the service does not answer: %r", request.method, request.url.path, error)
            raise unavailable() from error

    def _check_session(self, request: Request) -> None:
        """An access token outlives its session by minutes; here it does not. (Owners verify the token itself.)"""
        if len(self._revocations) and _session_id(request.headers.get("authorization", "")) in self._revocations:
            raise unauthenticated("This session has ended: sign in again.")


def _target(request: Request) -> str:
    raw: bytes = request.scope.get("raw_path") or request.url.path.encode()
    query: bytes = request.scope["query_string"]
    return raw.decode("ascii", "replace") + (f"?{query.decode('ascii', 'replace')}" if query else "")


def _has_body(request: Request) -> bool:
    return "content-length" in request.headers or "transfer-encoding" in request.headers


def _request_headers(request: Request) -> dict[str, str]:
    headers = {name: value for name, value in request.headers.items() if name not in HOP_BY_HOP}
    if length := request.headers.get("content-length"):
        headers["content-length"] = length
    headers["X-Forwarded-For"] = request.client.host if request.client else "unknown"
    tracing.inject(headers)
    return headers


def _answer_headers(answer: aiohttp.ClientResponse) -> dict[str, str]:
    headers = {name.lower(): value for name, value in answer.headers.items() if name.lower() not in HOP_BY_HOP}
    if "content-length" in answer.headers:
        headers["content-length"] = answer.headers["content-length"]
    for name in ("server", "date"):
        headers.pop(name, None)
    headers.setdefault("cache-control", "private, no-store")
    headers["x-content-type-options"] = "nosniff"
    return headers


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
