"""Refusals as RFC 9457 problem documents, with a stable `type` that clients can rely on."""

import logging
import re
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

import asyncpg
import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from redis.exceptions import RedisError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = logging.getLogger(__name__)
MEDIA_TYPE = "application/problem+json"
TYPES = {
    400: "invalid_request",
    401: "unauthenticated",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    429: "too_many_requests",
    503: "unavailable",
}

# What a database, a memory or a broker that stops, starts or does not answer looks like from here.
PART_GONE: tuple[type[Exception], ...] = (
    OSError,
    TimeoutError,
    RedisError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.CannotConnectNowError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.InsufficientResourcesError,  # no connection, memory or disk left
)

_PHRASES = {status.value: status.phrase for status in HTTPStatus}

# Addresses with a part that is a secret, as integrations, share links and foreign bytes have them.
_SECRET_END = re.compile(r"(/api/(?:(?:hooks|responses)/[^/]+|shared)/|^/f/)[^/]{16,}(?:/.*)?$")


def loggable(path: str) -> str:
    """A request's path without what must not be read in logs."""
    return _SECRET_END.sub(r"\1…", path)


class Problem(Exception):
    """A refusal: a status, a stable type in snake_case, and a sentence for the person who reads it."""

    def __init__(
        self,
        status: int,
        type_: str,
        detail: str,
        *,
        errors: Sequence[dict[str, str]] = (),
        retry_after: float | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.type, self.detail = status, type_, detail
        self.errors, self.retry_after = errors, retry_after
        # Extension members (RFC 9457, 3.2): what this type tells beyond its sentence.
        self.extra = dict(extra or {})

    def document(self) -> dict[str, object]:
        told = {
            "type": self.type,
            "title": _phrase(self.status),
            "status": self.status,
            "detail": self.detail,
            **self.extra,
        }
        return {**told, "errors": list(self.errors)} if self.errors else dict(told)

    def response(self) -> Response:
        headers = {"Cache-Control": "no-store"}
        if self.retry_after is not None:
            headers["Retry-After"] = str(max(1, round(self.retry_after)))
        if self.status == HTTPStatus.UNAUTHORIZED:
            headers["WWW-Authenticate"] = "Bearer"
        return Response(orjson.dumps(self.document()), self.status, headers, MEDIA_TYPE)


def _phrase(status: int) -> str:
    # Protocols on top of HTTP have numbers of their own, such as 460 of tus.
    return _PHRASES.get(status, "Refused")


def not_found(what: str) -> Problem:
    """The one answer for what does not exist and for what the asker may not know of."""
    return Problem(404, "not_found", f"There is no such {what}, or it is not yours to see.")


def unavailable(detail: str = "A part of the service does not answer just now; try again shortly.") -> Problem:
    return Problem(503, "unavailable", detail, retry_after=1)


def install(app: FastAPI) -> None:
    """Make every refusal of this app a problem document."""
    app.add_exception_handler(Problem, _refused)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http_error)
    for gone in PART_GONE:
        app.add_exception_handler(gone, _part_gone)
    app.add_exception_handler(asyncpg.TransactionRollbackError, _collided)
    app.add_middleware(UnexpectedMiddleware)


class UnexpectedMiddleware:
    """Answers what nobody foresaw with a 500 that tells nothing, and logs it in the trace of its request.

    An exception handler would not do: Starlette calls the one for `Exception` outside of all middleware.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answered = False

        async def send_noted(message: Message) -> None:
            nonlocal answered
            answered = True
            await send(message)

        try:
            await self.app(scope, receive, send_noted)
        except Exception as error:
            if scope["type"] != "http" or answered:
                raise
            log.error("%s %s failed", scope["method"], loggable(scope["path"]), exc_info=error)
            problem = Problem(500, "internal_error", "Something went wrong on our side. It has been recorded.")
            await problem.response()(scope, receive, send)


async def _refused(_: Request, problem: Exception) -> Response:
    assert isinstance(problem, Problem)  # noqa: S101 - registered for it alone
    return problem.response()


async def _invalid(_: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    return invalid_request(error.errors()).response()


def invalid_request(faults: Sequence[Mapping[str, Any]]) -> Problem:
    """A problem from pydantic's list of faults."""
    errors = [
        {"field": _quoted(".".join(map(str, fault["loc"][1:] or fault["loc"]))), "reason": _quoted(str(fault["msg"]))}
        for fault in faults[:20]
    ]
    said = "; ".join(f"{error['field']}: {error['reason']}" for error in errors[:3])
    return Problem(422, "invalid_request", f"The request is not as documented. {said}", errors=errors)


def _quoted(text: str) -> str:
    """What a client sent, fit to be sent back: short, and without halves of surrogate pairs."""
    return text[:200].encode(errors="replace").decode()


async def _http_error(_: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    response = Problem(error.status_code, TYPES.get(error.status_code, "error"), str(error.detail)).response()
    response.headers.update(error.headers or {})
    return response


async def _part_gone(request: Request, error: Exception) -> Response:
    log.warning("%s %s: a part does not answer: %r", request.method, loggable(request.url.path), error)
    return unavailable().response()


async def _collided(request: Request, error: Exception) -> Response:
    """A deadlock, most likely: PostgreSQL took everything back that this request had done."""
    log.warning("%s %s was taken back: %r", request.method, loggable(request.url.path), error)
    return unavailable("Others changed the same at once, and nothing was done; try again shortly.").response()
