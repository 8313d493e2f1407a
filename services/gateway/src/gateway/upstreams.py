"""The services behind the gateway, over kept-alive HTTP with deadlines."""

from collections.abc import Mapping

import aiohttp
import orjson
from chassis import tracing
from chassis.problems import Problem, unavailable

from gateway.packets import Json

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
        data = None if body is None else orjson.dumps(body)
        if data is not None:
            headers["Content-Type"] = "application/json"
        try:
            asked = self._http.request(method, self._url + path, data=data, headers=headers, timeout=DEADLINE)
            async with asked as answer:
                return _read(answer.status, answer.headers, await answer.read())
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            raise unavailable() from error


def _read(status: int, headers: Mapping[str, str], body: bytes) -> Json:
    try:
        told: Json = orjson.loads(body) if body else None
    except orjson.JSONDecodeError:
        raise unavailable() from None
    if status < 400:
        return told
    if not isinstance(told, dict) or status >= 500:
        raise unavailable()
    raise Problem(status, str(told.get("type", "error")), str(told.get("detail", "")))
