"""Where GIFs come from: the folder's first, then the provider's, if there is one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from chassis.confined.runner import Runner

from messaging.gifs import catalogue, drawing
from messaging.gifs.catalogue import Catalogue, Gif, Picture
from messaging.gifs.provider import MARK, Provider
from messaging.previews.guard import Guard
from messaging.settings import Settings


@dataclass(frozen=True, slots=True)
class Sources:
    own: Catalogue = field(default_factory=Catalogue)
    provider: Provider | None = None

    async def search(self, text: str, limit: int) -> list[Gif]:
        found = self.own.search(text, limit)
        if self.provider and len(found) < limit:
            found += await self.provider.search(text, limit - len(found))
        return found[:limit]

    async def picture(self, gif_id: str) -> Picture | None:
        if self.provider and gif_id.startswith(MARK):
            return await self.provider.picture(gif_id)
        return self.own.picture(gif_id)


@asynccontextmanager
async def opened(settings: Settings, runner: Runner, guard: Guard) -> AsyncIterator[Sources]:
    """The folder that the settings name, or one with GIFs drawn by ourselves."""
    with TemporaryDirectory(prefix="nexus-gifs-") as drawn:
        folder = Path(settings.gif_dir or drawn)
        if not settings.gif_dir:
            drawing.ensure(folder)
        own = await catalogue.of_folder(runner, folder)
        url, key = settings.gif_provider_url, settings.gif_provider_key.get_secret_value()
        yield Sources(own, Provider(url, key, guard, runner) if url else None)
