"""A provider of GIFs that speaks as Tenor does: asked by messaging, at a pinned public address, never by a page."""

import asyncio
import re
import ssl
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

import aiohttp
import orjson
from chassis.confined.limits import Busy, Failed, Limits
from chassis.confined.runner import Runner
from chassis.problems import Problem
from yarl import URL

from messaging.gifs.catalogue import LONGEST_TITLE, Gif, Picture
from messaging.gifs.decoding import MOST_PIXELS
from messaging.images import intake
from messaging.outbound import pinned
from messaging.outbound.guard import Guard, Refused, Unreachable, target

DEADLINE = 5.0
MOST_ANSWER = 1_000_000
MOST_BYTES = 4_000_000
# Small enough for a picker and for a message.
FORMAT = "tinygif"
# Before a provider's id, so that it is no folder's.
MARK = "p-"
ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
# Its own word for the place where a page ends.
POSITION = re.compile(r"[!-~]{1,200}")
KEPT_BYTES = 64_000_000
KEPT_ADDRESSES = 5_000
DECODING = Limits(cpu=5, seconds=10.0, wait=5.0)


@dataclass(slots=True)
class Provider:
    """Keeps in memory what was asked for lately, within bounds; what it forgot is asked for again."""

    url: str
    key: str
    guard: Guard
    runner: Runner
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context)
    _pictures: OrderedDict[str, Picture] = field(default_factory=OrderedDict)
    _addresses: OrderedDict[str, str] = field(default_factory=OrderedDict)

    async def search(self, text: str, limit: int, position: str = "") -> tuple[list[Gif], str]:
        """GIFs from a position on, and the next position, if any. `Problem` 424 if it does not answer as it should."""
        query = {"limit": str(limit), **({"pos": position} if position else {})}
        return await (self._asked("search", {"q": text, **query}) if text else self._asked("featured", query))

    async def picture(self, gif_id: str) -> Picture | None:
        """The image of an id, decoded once to know that it is one; None if the provider has none of it."""
        if kept := self._pictures.get(gif_id):
            self._pictures.move_to_end(gif_id)
            return kept
        if gif_id not in self._addresses:
            await self._asked("posts", {"ids": gif_id.removeprefix(MARK)})
        address = self._addresses.get(gif_id)
        if address is None:
            return None
        data = await self._fetch(address, MOST_BYTES)
        picture = Picture(data, await self._content_type(data))
        self._keep(gif_id, picture)
        return picture

    async def _asked(self, what: str, query: Mapping[str, str]) -> tuple[list[Gif], str]:
        said = {**query, "key": self.key, "media_filter": FORMAT, "contentfilter": "high"}
        try:
            told = orjson.loads(await self._fetch(f"{self.url.rstrip('/')}/{what}?{urlencode(said)}", MOST_ANSWER))
            results, position = told["results"], told.get("next")
        except (orjson.JSONDecodeError, KeyError, TypeError):
            results = position = None
        if not isinstance(results, list):
            raise _failed("it does not answer as Tenor does")
        goes_on = results and isinstance(position, str) and POSITION.fullmatch(position)
        return [gif for each in results if (gif := self._gif(each))], position if goes_on else ""

    def _gif(self, told: object) -> Gif | None:
        """What of a result can be shown; nothing for one that is not as it should be."""
        try:
            media = told["media_formats"][FORMAT]  # type: ignore[index]
            id_, address, (width, height) = str(told["id"]), media["url"], media["dims"]  # type: ignore[index]
            title = told.get("content_description") or told.get("title") or ""  # type: ignore[attr-defined]
        except (KeyError, TypeError, ValueError, AttributeError):
            return None
        is_fit = all(isinstance(side, int) and 0 < side <= MOST_PIXELS for side in (width, height))
        if not ID.fullmatch(id_) or not isinstance(address, str) or not is_fit:
            return None
        self._addresses[MARK + id_] = address
        while len(self._addresses) > KEPT_ADDRESSES:
            self._addresses.popitem(last=False)
        return Gif(MARK + id_, str(title)[:LONGEST_TITLE], width, height)

    async def _content_type(self, data: bytes) -> str:
        async with self.runner.folder() as folder:
            (folder / "gif").write_bytes(data)
            try:
                told = await self.runner.run("messaging.gifs.decoding:image", folder, {"name": "gif"}, limits=DECODING)
            except Failed as failure:
                raise _failed("what it sent is no GIF") from failure
            except Busy as error:
                raise intake.too_many() from error
        return str(told["contentType"])

    def _keep(self, gif_id: str, picture: Picture) -> None:
        self._pictures[gif_id] = picture
        while sum(len(kept.data) for kept in self._pictures.values()) > KEPT_BYTES:
            self._pictures.popitem(last=False)

    async def _fetch(self, url: str, most: int) -> bytes:
        """One deadline for all of it; no redirect is followed, and nothing of the asker goes along."""
        try:
            async with asyncio.timeout(DEADLINE):
                return await self._get(url, most)
        except (Refused, Unreachable) as error:
            raise _failed(str(error)) from error
        except (aiohttp.ClientError, OSError, ValueError, TimeoutError) as error:
            raise _failed(f"it does not answer: {type(error).__name__}") from error

    async def _get(self, url: str, most: int) -> bytes:
        place = target(url)
        async with (
            pinned.session(self.guard, place, self.context, unpacks=True) as http,
            http.get(URL(place.url, encoded=True), allow_redirects=False) as answer,
        ):
            if answer.status != 200:
                raise Refused(f"it answers {answer.status}")
            body = bytearray()
            async for chunk in answer.content.iter_chunked(65_536):
                body += chunk
                if len(body) > most:
                    raise Refused(f"its answer has more than {most:,} bytes")
            return bytes(body)


def _failed(why: str) -> Problem:
    return Problem(424, "gif_provider_failed", f"The provider of GIFs cannot be asked: {why}.")
