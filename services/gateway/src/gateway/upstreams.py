"""The services behind the gateway, over kept-alive HTTP with deadlines."""

import logging

import aiohttp
import orjson
from chassis import tracing
from chassis.problems import Problem, unavailable
from yarl import URL

from gateway.packets import Json

log = logging.getLogger(__name__)
# What every problem document has; the rest belongs to its type.
DOCUMENT = ("type", "title", "status", "detail", "errors")
DEADLINE = aiohttp.ClientTimeout(total=8, connect=2)


class Upstream:
    """One service, asked by the gateway itself. Errors are `Problem`s: the service's own, or 503."""

    def __init__(self, http: aiohttp.ClientSession, url: str, secret: str) -> None:
        self._http, self._url = http, url.rstrip("/")
        self._authorization = f"Internal {secret}"

    async def get(self, path: str) -> Json:
        return await self.ask("GET", path)

    async def post(self, path: str, body: object) -> Json:
        return await self.ask("POST", path, body)

    async def ask(self, method: str, path: str, body: object = None, token: str | None = None) -> Json:
        """The answer's JSON (None for an empty one), asked as the gateway or, with `token`, as that person."""
        headers = {"Authorization": f"Bearer {token}" if token else self._authorization}
        tracing.inject(headers)
        data = None if body is None else encoded(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        # The path is as it should be: nobody is to take a ".." in it for more than text.
        url = URL(self._url + path, encoded=True)
        try:
            asked = self._http.request(
                method, url, data=data, headers=headers, timeout=DEADLINE, allow_redirects=False
            )  # fmt: skip
            async with asked as answer:
                told = _read(answer.status, await answer.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            log.warning("%s %s: the service does not answer: %r", method, path, error)
            raise unavailable() from error
        except Problem as problem:
            if token is None and problem.status == 401:
                log.error("%s %s: the service does not know the internal secret", method, path)
                raise unavailable() from problem
            raise
        return told


def encoded(body: object) -> bytes:
    """As JSON; `Problem` 422 for what has none: attachments of bytes, or a depth that only an attacker writes."""
    try:
        return orjson.dumps(body)
    except orjson.JSONEncodeError as error:
        raise Problem(422, "invalid_request", f"The payload is not JSON: {error}.") from error


def _read(status: int, body: bytes) -> Json:
    try:
        told: Json = orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        raise unavailable() from None
    if status < 300:
        return told
    if not isinstance(told, dict) or not 400 <= status < 500:
        raise unavailable()
    extra = {name: value for name, value in told.items() if name not in DOCUMENT}
    raise Problem(status, str(told.get("type", "error")), str(told.get("detail", "")), extra=extra)
