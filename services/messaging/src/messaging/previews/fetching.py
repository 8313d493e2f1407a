"""Fetches a page for its preview: from a pinned public address, in little time, and not much of it."""

import asyncio
import re
import ssl
import zlib
from dataclasses import dataclass
from urllib.parse import urljoin

import aiohttp
from yarl import URL

from messaging.outbound import pinned
from messaging.outbound.guard import Guard, Refused, Target, Unreachable, target

DEADLINE = 5.0
REDIRECTS = 5
BYTES = 2_000_000
CHUNK = 65_536
HEADERS = {
    "User-Agent": "NexusLinkPreview/1.0",
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Encoding": "gzip",
}
_TYPES = ("text/html", "application/xhtml+xml")
_BEGINNING = re.compile(rb"(?:\xef\xbb\xbf)?\s*<")
_MARKUP = re.compile(rb"<(?:!doctype\s+html|!--|\?xml|html|head|meta|title|link|body|script)\b|<!--", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Page:
    """What was read of a page, at most 2 MB; `charset` is what its header says."""

    body: bytes
    charset: str | None


class Fetcher:
    """Fetches pages. `context` is for hosts whose certificates are signed by an authority of one's own."""

    def __init__(self, guard: Guard, context: ssl.SSLContext | None = None, deadline: float = DEADLINE) -> None:
        self._guard, self._deadline = guard, deadline
        self._context = context or ssl.create_default_context()

    async def fetch(self, url: str) -> Page:
        """The page at an address, or at the end of its redirects; `Refused` or `Unreachable` if there is none.

        One deadline holds for all of it: names, connections, redirects and reading.
        """
        try:
            async with asyncio.timeout(self._deadline):
                return await self._followed(url)
        except (ssl.SSLCertVerificationError, aiohttp.ClientConnectorCertificateError):
            raise Refused("the certificate is not good") from None
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, zlib.error) as error:
            raise Unreachable(type(error).__name__) from error

    async def _followed(self, url: str) -> Page:
        for _ in range(1 + REDIRECTS):
            found = await self._ask(target(url))
            if isinstance(found, Page):
                return found
            url = urljoin(url, found)
        raise Refused("there are too many redirects")

    async def _ask(self, place: Target) -> Page | str:
        """The page, or where it is said to be."""
        async with (
            pinned.session(self._guard, place, self._context) as http,
            http.get(URL(place.url, encoded=True), headers=HEADERS, allow_redirects=False) as answer,
        ):
            if answer.status in (301, 302, 303, 307, 308) and "Location" in answer.headers:
                return answer.headers["Location"]
            return await _read(answer)


async def _read(answer: aiohttp.ClientResponse) -> Page:
    if answer.status >= 500 or answer.status == 429:
        raise Unreachable(f"it answers {answer.status}")
    if answer.status != 200:
        raise Refused(f"it answers {answer.status}")
    if answer.content_type not in _TYPES:
        raise Refused("it is no page")
    body = await _body(answer)
    if not _BEGINNING.match(body) or b"\x00" in body[:1_024] or not _MARKUP.search(body, 0, 1_024):
        raise Refused("it is no page")
    return Page(body, answer.charset)


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """The first 2 MB, unpacked: neither more is read nor unpacked."""
    coding = answer.headers.get("Content-Encoding", "identity").lower()
    if coding not in ("identity", "gzip"):
        raise Refused("it is packed in a way that was not asked for")
    unpacker = zlib.decompressobj(31) if coding == "gzip" else None
    body, left = bytearray(), BYTES
    async for chunk in answer.content.iter_chunked(CHUNK):
        left -= len(chunk)
        body += unpacker.decompress(chunk, BYTES - len(body)) if unpacker else chunk
        if left <= 0 or len(body) >= BYTES:
            break
    return bytes(body[:BYTES])
