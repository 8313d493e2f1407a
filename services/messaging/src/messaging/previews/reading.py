"""What a page says of itself becomes a preview's words; the page is read by a process that can do nothing else."""

import asyncio
import re
from dataclasses import dataclass

from chassis.confined.limits import MIB, Busy, Failed, Limits
from chassis.confined.runner import Runner

from messaging.outbound.guard import Refused, Unreachable
from messaging.previews.fetching import Page

MODULE = "messaging.previews.pagehead"
TASK = f"{MODULE}:read"
LIMITS = Limits(memory=512 * MIB, cpu=2, seconds=8.0, output=0, answer=40_000, wait=10.0)
TITLE, DESCRIPTION, SITE_NAME = 300, 600, 100
_UNSEEN = re.compile(
    r"[\x00-\x08\x0e-\x1f\x7f-\x9f\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff]"
)


@dataclass(frozen=True, slots=True)
class Words:
    """What is shown of a page: text, never HTML."""

    title: str
    description: str | None
    site_name: str | None


async def words_of(page: Page, runner: Runner) -> Words:
    """`Refused` if the page says nothing, or takes too much to be read; `Unreachable` if others are read first."""
    try:
        told = await _told(page, runner)
    except Failed as failure:
        raise Refused(f"it cannot be read ({failure.reason})") from None
    except Busy:
        raise Unreachable("too many pages are read just now") from None
    found = {name: _plain(text) for name, text in told.items()} if isinstance(told, dict) else {}
    title = found.get("title") or found.get("site_name")
    if not title:
        raise Refused("it says nothing of itself")
    return Words(
        _cut(title, TITLE), _cut(found.get("description", ""), DESCRIPTION) or None,
        _cut(found.get("site_name", ""), SITE_NAME) or None,
    )  # fmt: skip


async def _told(page: Page, runner: Runner) -> object:
    async with runner.folder() as folder:
        await asyncio.to_thread((folder / "page").write_bytes, page.body)
        return await runner.run(TASK, folder, {"charset": page.charset or ""}, limits=LIMITS)


def _plain(text: object) -> str:
    return " ".join(_UNSEEN.sub("", text).split()) if isinstance(text, str) else ""


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"
