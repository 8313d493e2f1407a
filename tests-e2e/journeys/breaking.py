"""Breaking files and the parts under it while people share, one thing after the other, and the reckoning afterwards."""

import asyncio
import os
import random
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from testkit import buckets, eventually
from testkit.jobs import running

from journeys.people import Town
from journeys.product import Product
from journeys.shelf import Shelf
from journeys.steps import BACK_WITHIN, Steps, watching

MIB = 1024 * 1024
# Of several parts, so that there is a middle to die in.
LARGE, SMALL = 12 * MIB, 40_000
PARTS = ("s3", "clamd")
RECONCILED_WITHIN = 240.0


@asynccontextmanager
async def sharing(town: Town, product: Product) -> AsyncIterator[tuple[Shelf, Steps]]:
    """Two people, one of whom looks at their channel's files all the time; afterwards the reckoning."""
    ada, bo = team = await town.team("Ada", "Bo")
    shelf = Shelf(ada, bo, team.channel_id)
    await eventually(lambda: shelf.share(SMALL), BACK_WITHIN)  # files has heard of the channel
    async with watching(product) as steps:
        async with running(shelf.look()):
            yield shelf, steps
            await steps.calm()
        await _reckon(shelf, product)


async def die_at(step: str, shelf: Shelf, steps: Steps) -> None:
    """The service dies at this step of something that is shared or removed meanwhile."""
    async with steps.death_at(step):
        doomed = await shelf.share(SMALL)
        await asyncio.gather(shelf.share(LARGE), shelf.infect(), shelf.remove(doomed))


async def lose(part: str, shelf: Shelf, product: Product, seconds: float) -> None:
    """A part crashes, or hangs for so long, while something is shared; what waits for it then goes on."""
    before = product.pid(part)
    sharing = asyncio.gather(shelf.share(LARGE), shelf.share(SMALL), shelf.infect())
    if seconds:
        with product.frozen(part):
            await asyncio.sleep(seconds)
    else:
        product.kill(part)
        await eventually(lambda: product.runs(part) and product.pid(part) != before, BACK_WITHIN)
    for file_id in (await sharing)[:2]:
        await eventually(lambda file_id=file_id: _is_clean(shelf, file_id), BACK_WITHIN)


async def _is_clean(shelf: Shelf, file_id: str) -> bool:
    return bool((await shelf.reader.get(f"/api/files/{file_id}"))["status"] == "clean")


async def rage(shelf: Shelf, steps: Steps, product: Product, dice: random.Random, rounds: int) -> None:
    """Whatever is hit, at any moment."""
    victims = ["files", "files", *(part for part in PARTS if product.runs(part))]
    for _ in range(rounds):
        victim, before = dice.choice(victims), dict(shelf.kept)
        sharing = asyncio.gather(shelf.share(LARGE), shelf.share(SMALL), shelf.infect())
        await asyncio.sleep(dice.uniform(0, 1.5))
        pid = product.pid(victim)
        product.kill(victim)
        await eventually(lambda victim=victim, pid=pid: product.pid(victim) != pid, BACK_WITHIN)
        await sharing
        await shelf.remove(dice.choice(sorted(before)))


async def _reckon(shelf: Shelf, product: Product) -> None:
    await shelf.check()
    assert shelf.looks
    told = product.settings_of("files")
    assert await _reconciled(told) == 0
    kinds = {urlsplit(key).path.partition("/")[0] for key in await buckets.keys(told["NEXUS_S3_URL"])}
    assert kinds <= {"blobs", "derived"}, kinds


async def _reconciled(settings: dict[str, str]) -> int:
    """The command that operators have finds nothing in the wrong place."""
    argv = [sys.executable, "-m", "files", "reconcile", "--older-than", "0"]
    environment = {**os.environ, **settings, "NEXUS_PORT": "0"}
    command = await asyncio.create_subprocess_exec(*argv, env=environment, stdout=asyncio.subprocess.PIPE)
    try:
        async with asyncio.timeout(RECONCILED_WITHIN):
            said, _ = await command.communicate()
    finally:
        if command.returncode is None:
            command.kill()
            await command.wait()
    print(said.decode())
    return command.returncode or 0
