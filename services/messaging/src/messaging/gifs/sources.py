"""Where GIFs come from: the folder's first, then the provider's, if there is one."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from chassis.confined.runner import Runner
from chassis.problems import Problem
from eventbus.wire import Json

from messaging.gifs import catalogue, drawing
from messaging.gifs.catalogue import Catalogue, Gif, Picture
from messaging.gifs.provider import MARK, Provider
from messaging.outbound.guard import Guard
from messaging.settings import Settings

log = logging.getLogger(__name__)
# Of a provider, for one search.
MOST_PROVIDED = 500
CURSOR = re.compile(r"(?:own/(?P<start>\d{1,4})|provider/(?P<asked>\d{1,3})/(?P<position>[!-~]{0,200}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Page:
    """Some of the GIFs that a search finds, and from where to go on; None behind the last."""

    gifs: Sequence[Gif]
    next_cursor: str | None

    def as_json(self) -> Json:
        return {"gifs": [gif.as_json() for gif in self.gifs], "nextCursor": self.next_cursor}


@dataclass(slots=True)
class Sources:
    """The folder's GIFs are there once `load` has looked at them: a large folder holds up nothing else."""

    own: Catalogue = field(default_factory=Catalogue)
    provider: Provider | None = None

    async def page(self, text: str, limit: int, cursor: str = "") -> Page:
        """Each page is of the folder or of the provider. `Problem` 422 for a cursor that no page was followed by."""
        place = CURSOR.fullmatch(cursor)
        if place is None:
            raise Problem(422, "invalid_request", "cursor: is not what a page was told to go on from")
        if place["asked"] is None:
            page = self._own_page(text, limit, int(place["start"] or 0))
            if page.gifs or not self.provider:
                return page
        return await self._provided_page(text, limit, int(place["asked"] or 0), place["position"] or "")

    def _own_page(self, text: str, limit: int, start: int) -> Page:
        found = self.own.search(text, limit + 1, start)
        after = f"own/{start + limit}" if len(found) > limit else "provider/0/" if self.provider else None
        return Page(found[:limit], after)

    async def _provided_page(self, text: str, limit: int, asked: int, position: str) -> Page:
        """However much the provider has, it is asked for so much alone."""
        wanted = min(limit, MOST_PROVIDED - asked)
        if self.provider is None or wanted <= 0:
            return Page([], None)
        gifs, position = await self.provider.search(text, wanted, position)
        asked += wanted
        return Page(gifs, f"provider/{asked}/{position}" if position and asked < MOST_PROVIDED else None)

    async def picture(self, gif_id: str) -> Picture | None:
        if self.provider and gif_id.startswith(MARK):
            return await self.provider.picture(gif_id)
        return self.own.picture(gif_id)


def sources_of(settings: Settings, runner: Runner, guard: Guard) -> Sources:
    """Those that the settings name."""
    url, key = settings.gif_provider_url, settings.gif_provider_key.get_secret_value()
    return Sources(provider=Provider(url, key, guard, runner) if url else None)


async def load(sources: Sources, runner: Runner, folder: str) -> None:
    """From now on the GIFs of the folder are found; those drawn by ourselves if none is named."""
    try:
        sources.own = await (catalogue.of_folder(runner, Path(folder)) if folder else _drawn(runner))
    except OSError as error:
        log.warning("the folder of GIFs cannot be read: %s", error)


async def _drawn(runner: Runner) -> Catalogue:
    with TemporaryDirectory(prefix="nexus-gifs-") as folder:
        drawing.ensure(Path(folder))
        return (await catalogue.of_folder(runner, Path(folder))).in_memory()
