"""Asks integrations: signed, at a pinned public address, within a deadline, following no redirect."""

import asyncio
import ssl
import time
from dataclasses import dataclass

import aiohttp
from yarl import URL

from messaging.integrations import signing
from messaging.outbound import pinned
from messaging.outbound.guard import Guard, Refused, Unreachable, target

LONGEST_ANSWER = 100_000
HEADERS = {
    "User-Agent": "Nexus-Webhooks/1.0",
    "Content-Type": "application/json",
    "Accept": "application/json",
    # Nothing that was packed small can be large here.
    "Accept-Encoding": "identity",
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What an integration answered; `retry_after` in seconds, if it said so."""

    status: int
    body: bytes
    retry_after: float | None

    @property
    def is_good(self) -> bool:
        return 200 <= self.status < 300


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where an integration is asked, and with which secrets, the newest first."""

    url: str
    secrets: tuple[str, ...]


class Outside:
    """The way to integrations. Nothing of the person on whose behalf it is goes along: no token and no cookie."""

    def __init__(self, guard: Guard, context: ssl.SSLContext | None = None) -> None:
        self._guard = guard
        self._context = context or ssl.create_default_context()

    async def check(self, url: str) -> None:
        """`Refused` for an address that is never asked, `Unreachable` for a name that is not known now."""
        await self._guard.addresses(target(url))

    async def tell(self, endpoint: Endpoint, id_: str, body: bytes, deadline: float) -> Answer:
        """As `ask`, though of the answer nothing but its head is read: its body may be anything."""
        return await self._signed(endpoint, id_, body, deadline, reads=False)

    async def ask(self, endpoint: Endpoint, id_: str, body: bytes, deadline: float) -> Answer:
        """The answer to a signed POST; `Refused` or `Unreachable` if there is none within `deadline` seconds."""
        return await self._signed(endpoint, id_, body, deadline, reads=True)

    async def _signed(self, endpoint: Endpoint, id_: str, body: bytes, deadline: float, reads: bool) -> Answer:
        headers = HEADERS | signing.headers(endpoint.secrets, id_, int(time.time()), body)
        try:
            async with asyncio.timeout(deadline):
                return await self._post(endpoint.url, body, headers, reads)
        except TimeoutError:
            raise Unreachable(f"it did not answer within {deadline:g} seconds") from None
        except (ssl.SSLCertVerificationError, aiohttp.ClientConnectorCertificateError):
            raise Refused("the certificate is not good") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            raise Unreachable(f"it does not answer: {type(error).__name__}") from error

    async def _post(self, url: str, body: bytes, headers: dict[str, str], reads: bool) -> Answer:
        place = target(url)
        async with (
            pinned.session(self._guard, place, self._context) as http,
            http.post(URL(place.url, encoded=True), data=body, headers=headers, allow_redirects=False) as answer,
        ):
            told = await _read(answer) if reads else b""
            return Answer(answer.status, told, _seconds(answer.headers.get("Retry-After", "")))


async def _read(answer: aiohttp.ClientResponse) -> bytes:
    if answer.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused("its answer is compressed, which nobody asked for")
    body = bytearray()
    async for chunk in answer.content.iter_chunked(16_384):
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise Refused(f"its answer has more than {LONGEST_ANSWER:,} bytes")
    return bytes(body)


def _seconds(told: str) -> float | None:
    return float(told) if told.isdigit() and len(told) < 7 else None
