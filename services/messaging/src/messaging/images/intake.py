"""The way in for images that are kept: what comes out of the confined task is all that is stored of them."""

import asyncio
from dataclasses import dataclass

from chassis.confined.limits import MIB, Limits
from chassis.confined.runner import Runner
from chassis.problems import Problem

from messaging.images.rewriting import ANEW, FOREIGN

# Seconds.
TRY_AGAIN = 5
TASK = "messaging.images.rewriting:rewrite"
LIMITS = Limits(memory=512 * MIB, cpu=10, seconds=15.0, output=MIB, entries=10, wait=5.0)


@dataclass(frozen=True, slots=True)
class Image:
    """An image that was written by ourselves; width and height in pixels."""

    content_type: str
    width: int
    height: int
    data: bytes


async def taken_in(runner: Runner, data: bytes, limits: Limits | None = None) -> Image:
    """A small PNG, GIF or WebP, decoded whole and written anew. `Failed` if it is none, `Busy` while others are read.

    It takes seconds: not for the time of a transaction."""
    async with runner.folder() as folder:
        await asyncio.to_thread((folder / FOREIGN).write_bytes, data)
        told = await runner.run(TASK, folder, limits=limits or LIMITS)
        anew = await asyncio.to_thread((folder / ANEW).read_bytes)
    return Image(str(told["contentType"]), int(told["width"]), int(told["height"]), anew)


def too_many() -> Problem:
    """What is said of an image that did not get its turn."""
    detail = "Too many images are looked at just now. Try again in a moment."
    return Problem(503, "unavailable", detail, retry_after=TRY_AGAIN)
