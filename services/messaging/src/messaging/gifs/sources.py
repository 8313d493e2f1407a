"""Where GIFs come from: the folder's first, then the provider's, if there is one."""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from chassis.confined.runner import Runner

from messaging.gifs import catalogue, drawing
from messaging.gifs.catalogue import Catalogue, Gif, Picture
from messaging.gifs.provider import MARK, Provider
from messaging.outbound.guard import Guard
from messaging.settings import Settings

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Sources:
    """The folder's GIFs are there once `load` has looked at them: a large folder holds up nothing else."""

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
