"""One request asked of several databases at once."""

import asyncio
import logging
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from chassis.problems import loggable, not_found, unavailable
from fastapi import Request
from starlette.responses import Response
from yarl import URL

from gateway.forwarding import request_headers
from gateway.proxy import target_of
from gateway.sharding.merging import Merge
from gateway.sharding.shards import HOME

log = logging.getLogger(__name__)
# Seconds that all wait for one: it may be dead, and the others are there.
WITHIN = 5.0
# Which databases did not answer, by number.
MISSING = "X-Nexus-Missing"
CONDITIONAL = ("if-none-match", "if-modified-since", "range")


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes
    media_type: str

    @property
    def response(self) -> Response:
        return Response(self.body, self.status, {"Cache-Control": "private, no-store"}, self.media_type)


Answers = Mapping[int, Answer | None]


async def ask_all(
    http: aiohttp.ClientSession, addresses: Sequence[str], request: Request, more: Mapping[str, str] | None = None
) -> Answers:
    """What each says; None for one that says nothing in time. `more` is added to the query."""
    headers = request_headers(request)
    headers["Accept-Encoding"] = "identity"
    for name in CONDITIONAL:
        headers.popall(name, None)
    target = _with(target_of(request), more or {})

    async def one(address: str) -> Answer | None:
        try:
            async with (
                asyncio.timeout(WITHIN),
                http.get(URL(address + target, encoded=True), headers=headers, allow_redirects=False) as answer,
            ):
                told = Answer(answer.status, await answer.read(), answer.content_type)
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log.warning("%s: a database does not answer: %r", loggable(request.url.path), error)
            return None
        return told if told.status < 500 else None

    return dict(enumerate(await asyncio.gather(*map(one, addresses))))


def merged(answers: Answers, merge: Merge, query: Mapping[str, str]) -> Response:
    """One answer of those that were given; `missing` and a header say whose is not in it. What home refuses is refused;
    who is refused elsewhere alone is not known there yet."""
    home = answers[HOME]
    if home and home.status >= 300:
        return home.response
    good = {place: each for place, each in answers.items() if each and each.status < 300}
    if not good:
        return _refused(answers.values())
    told: dict[str, Any] = merge([orjson.loads(each.body) for each in good.values()], query)
    missing = sorted(answers.keys() - good.keys())
    headers = {"Cache-Control": "private, no-store"}
    if missing:
        told["missing"] = missing
        headers[MISSING] = ",".join(map(str, missing))
    return Response(orjson.dumps(told), 200, headers, "application/json")


def first_found(answers: Answers) -> Response:
    """What one of them has; `Problem` 404 if they all say that they do not, 503 if one does not say."""
    good = [each for each in answers.values() if each]
    found = next((each for each in good if each.status < 300), None)
    if found:
        return found.response
    if len(good) < len(answers):
        raise unavailable()
    return next((each for each in good if each.status != 404), good[HOME]).response if good else _none()


def _refused(answers: Iterable[Answer | None]) -> Response:
    for each in answers:
        if each:
            return each.response
    raise unavailable()


def _none() -> Response:
    raise not_found("path")


def _with(target: str, more: Mapping[str, str]) -> str:
    """The client's query with our own words in place of those of the same names."""
    path, _, query = target.partition("?")
    kept = [each for each in query.split("&") if each and each.partition("=")[0] not in more]
    return "?".join(filter(None, (path, "&".join([*kept, *(f"{name}={each}" for name, each in more.items() if each)]))))
